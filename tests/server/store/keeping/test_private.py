"""Whoever may not read the fleet's files does not: 0600 and 0700, whatever the umask was."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.store import Store, backup
from tests.fleet import NOW_S, open_small_fleet


@pytest.fixture(params=[0o022, 0o000, 0o027])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """What below a folder, and itself, others may read, write or enter."""
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    return [f"{path.name} {mode:o}" for path, mode in modes.items() if mode & 0o077]


@pytest.mark.usefixtures("umask")
async def test_a_new_fleet_is_for_its_owner_alone(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data")
    await store.agents.all()
    assert (tmp_path / "data" / "voiturier.db-wal").exists()
    backup.back_up(tmp_path / "data", tmp_path / "data" / "copy.db", NOW_S)
    assert open_to_others(tmp_path / "data") == []
    await store.close()


async def test_what_an_older_program_left_open_is_closed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await (await open_small_fleet(data)).close()
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    store = Store.open(data)
    assert open_to_others(data) == []
    await store.close()
