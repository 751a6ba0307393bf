"""A start on a disk that is full: nothing is damaged, and nobody is told to put a copy back."""

import asyncio
import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

import pytest

from server.store import Store, StoreError, sqlite
from server.store.directory import DATABASE
from tests.fleet import open_small_fleet


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A fleet whose log lies beside it, as a server leaves it that was cut off."""
    asyncio.run(_made(tmp_path / "whole"))
    shutil.copytree(tmp_path / "whole", tmp_path / "data")
    return tmp_path / "data"


async def _made(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    store = await open_small_fleet(data_dir)
    await store.close()
    (data_dir / f"{DATABASE}-wal").touch(mode=0o600)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_IOERR, "disk I/O error"),
        (sqlite3.SQLITE_IOERR_SHMSIZE, "disk I/O error"),
        (sqlite3.SQLITE_FULL, "database or disk is full"),
        (sqlite3.SQLITE_CANTOPEN, "unable to open database file"),
    ],
)
def test_a_full_disk_is_told_as_one_and_not_as_damage(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    before = {path: path.read_bytes() for path in data_dir.rglob("*") if path.is_file()}
    _fail(monkeypatch, code, words)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**9, 10**9, 0))
    with pytest.raises(StoreError) as told:
        Store.open(data_dir)
    assert "room" in str(told.value)
    assert "damaged" not in str(told.value) and "restore" not in str(told.value)
    assert {path: path.read_bytes() for path in before} == before
    monkeypatch.undo()
    asyncio.run(Store.open(data_dir).close())


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB])
def test_damage_is_told_as_damage_also_on_a_full_disk(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    _fail(monkeypatch, code, "database disk image is malformed")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**9, 10**9, 0))
    with pytest.raises(StoreError, match="damaged"):
        Store.open(data_dir)


def _fail(monkeypatch: pytest.MonkeyPatch, code: int, words: str) -> None:
    def failing(*_: object) -> str | None:
        error = sqlite3.OperationalError(words)
        error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr(sqlite, "damage", failing)
