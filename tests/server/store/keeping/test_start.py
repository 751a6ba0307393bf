"""What a server begins with: the fleet that is there, whole, or a word about why not."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from server.app import init_app
from server.clock import SystemClock
from server.config import Address, Config
from server.store import StoreError
from tests import killed
from tests.fleet import open_small_fleet


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """The small fleet, that nobody uses."""
    await (await open_small_fleet(tmp_path / "data")).close()
    return tmp_path / "data"


def start(data_dir: Path) -> None:
    init_app(Config(data_dir, boxes=Address("127.0.0.1", 0)), SystemClock())


def vehicles(data_dir: Path) -> int:
    with sqlite3.connect(f"file:{data_dir}/voiturier.db?mode=ro", uri=True) as db:
        (count,) = db.execute("SELECT count(*) FROM vehicle").fetchone()
    return int(count)


def test_a_mistyped_directory_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="--new-fleet"):
        start(tmp_path / "dtaa")
    assert not (tmp_path / "dtaa").exists()


def test_a_missing_database_is_refused(data: Path) -> None:
    (data / "voiturier.db").unlink()
    with pytest.raises(StoreError, match=r"voiturier\.db is missing"):
        start(data)
    assert not (data / "voiturier.db").exists()


def test_an_empty_database_is_refused(data: Path) -> None:
    (data / "voiturier.db").write_bytes(b"")
    with pytest.raises(StoreError, match=r"voiturier\.db is empty"):
        start(data)
    assert (data / "voiturier.db").read_bytes() == b""


def test_a_database_with_an_overwritten_page_is_refused_and_left_alone(data: Path) -> None:
    whole = (data / "voiturier.db").read_bytes()
    damaged = whole[:8192] + b"\xa5" * 4096 + whole[12288:]
    (data / "voiturier.db").write_bytes(damaged)
    with pytest.raises(StoreError, match="damaged"):
        start(data)
    assert (data / "voiturier.db").read_bytes() == damaged


def test_a_restore_that_is_killed_between_two_steps_leaves_no_empty_fleet(
    data: Path, tmp_path: Path
) -> None:
    copy, counts = tmp_path / "copy.db", tmp_path / "counts"
    assert killed.run(counts, 0, "backup", copy, "--data", data).returncode == 0
    shutil.copytree(data, tmp_path / "trial")
    restore = ("restore", copy, "--data", tmp_path / "trial")
    assert killed.run(counts, 0, *restore).returncode == 0
    last = counts.stat().st_size
    for at in range(last - 12, last):
        shutil.rmtree(tmp_path / "trial")
        shutil.copytree(data, tmp_path / "trial")
        killed.run(counts, at, *restore)
        start(tmp_path / "trial")
        assert vehicles(tmp_path / "trial") == 2, f"killed before call {at} of {last}"
