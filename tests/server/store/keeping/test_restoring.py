"""A copy comes back whole or not at all, also where the database of before is lost or damaged."""

import contextlib
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from server.store import Store, StoreError, backup
from tests import older_fleet
from tests.fleet import NOW_S, open_small_fleet


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """The small fleet, that nobody uses, and a copy of it beside: copy.db."""
    await (await open_small_fleet(tmp_path / "data")).close()
    backup.back_up(tmp_path / "data", tmp_path / "copy.db", NOW_S)
    return tmp_path / "data"


@pytest.fixture
def copy(data: Path, tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def everything(folder: Path) -> dict[str, bytes]:
    """What is in a folder, but for what says that somebody is there."""
    found = (path for path in folder.rglob("*") if path.is_file())
    passing = ("-wal", "-shm", ".lock")
    return {str(path): path.read_bytes() for path in found if not path.name.endswith(passing)}


async def cars(data: Path) -> int:
    store = Store.open(data, may_make=False)
    count = len(await store.vehicles.all())
    await store.close()
    return count


@pytest.mark.parametrize("content", [None, b"", b"\xa5" * 9000])
async def test_a_lost_database_comes_back_from_its_copy(
    data: Path, copy: Path, content: bytes | None
) -> None:
    (data / "voiturier.db").unlink()
    if content is not None:
        (data / "voiturier.db").write_bytes(content)
    with pytest.raises(StoreError, match="voiturier restore"):
        Store.open(data, may_make=False)
    replaced = backup.restore(data, copy, NOW_S)
    assert await cars(data) == 2
    if content is None:
        assert replaced is None
    else:
        assert replaced is not None and replaced.read_bytes() == content


async def test_a_damaged_database_is_kept_with_its_log_as_it_was(data: Path, copy: Path) -> None:
    whole = (data / "voiturier.db").read_bytes()
    damaged = whole[:8192] + b"\xa5" * 4096 + whole[12288:]
    (data / "voiturier.db").write_bytes(damaged)
    (data / "voiturier.db-wal").write_bytes(b"a log")
    backup.restore(data, copy, NOW_S)
    assert (data / "voiturier.db.replaced").read_bytes() == damaged
    assert (data / "voiturier.db.replaced-wal").read_bytes() == b"a log"
    assert await cars(data) == 2


async def test_a_restore_cut_off_before_its_last_step_is_undone(data: Path) -> None:
    """The one state in which both names are of the same file."""
    database, replaced = data / "voiturier.db", data / "voiturier.db.replaced"
    whole = database.read_bytes()
    replaced.hardlink_to(database)
    (data / "voiturier.db.replaced-wal").write_bytes(b"")
    (data / ".voiturier.db.x1").write_bytes(b"a draft")
    assert await cars(data) == 2
    assert database.read_bytes()[:100] == whole[:100] or database.stat().st_size >= len(whole)
    assert not replaced.exists() and not (data / ".voiturier.db.x1").exists()


def test_what_the_older_program_left_between_its_renames_is_said(data: Path) -> None:
    (data / "voiturier.db").rename(data / "voiturier.db.replaced")
    with pytest.raises(StoreError, match=r"is missing.*restore .*voiturier\.db\.replaced"):
        Store.open(data, may_make=False)


async def test_the_log_of_a_lost_database_does_not_spoil_the_one_put_back(
    data: Path, copy: Path, tmp_path: Path
) -> None:
    older_fleet.put(tmp_path / "other")
    with contextlib.closing(sqlite3.connect(tmp_path / "other" / "voiturier.db")) as db:
        db.execute("UPDATE booking SET purpose = 'x'")
        db.commit()
        shutil.copy(tmp_path / "other" / "voiturier.db-wal", data / "voiturier.db-wal")
    (data / "voiturier.db").unlink()
    backup.restore(data, copy, NOW_S)
    assert await cars(data) == 2
    assert (data / "voiturier.db.lost-wal").stat().st_size > 0


def test_a_directory_that_is_none_of_ours_gets_nothing_written(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for act in (
        lambda: backup.back_up(tmp_path / "other", tmp_path / "new.db", NOW_S),
        lambda: backup.back_up_and_keep(tmp_path / "other", tmp_path / "b", 1, NOW_S),
        lambda: backup.restore(tmp_path / "other", copy, NOW_S),
        lambda: backup.rehearse(tmp_path / "other", copy, NOW_S),
    ):
        with pytest.raises(StoreError, match=r"holds no fleet|master\.key is missing"):
            act()
    assert list((tmp_path / "other").iterdir()) == []


@pytest.mark.parametrize("key", [None, bytes(32)])
def test_under_another_master_key_nothing_is_restored(
    data: Path, copy: Path, key: bytes | None
) -> None:
    path = data / "secrets" / "master.key"
    path.unlink()
    if key:
        path.write_bytes(key)
    before = everything(data)
    for act in (backup.restore, backup.rehearse):
        with pytest.raises(StoreError, match=r"master\.key is (missing|not the key)"):
            act(data, copy, NOW_S)
    assert everything(data) == before


@pytest.mark.parametrize("what", ["page", "half", "text", "empty", "missing", "folder"])
def test_a_bad_copy_is_named_and_changes_nothing(
    data: Path, copy: Path, tmp_path: Path, what: str
) -> None:
    whole = copy.read_bytes()
    bad = tmp_path / "bad.db"
    content = {
        "page": whole[:8192] + b"\xa5" * 4096 + whole[12288:],
        "half": whole[: len(whole) // 2],
        "text": b"no database at all",
        "empty": b"",
    }
    if what in content:
        bad.write_bytes(content[what])
    if what == "folder":
        bad.mkdir()
    before = everything(data)
    for act in (backup.restore, backup.rehearse):
        with pytest.raises(StoreError, match=r"cannot restore .*bad\.db"):
            act(data, bad, NOW_S)
    assert everything(data) == before


async def test_a_rehearsal_changes_nothing_and_says_what_would_come_back(
    data: Path, copy: Path
) -> None:
    before = everything(data)
    store = Store.open(data)
    back = backup.rehearse(data, copy, NOW_S)
    await store.close()
    assert (back.people, back.cars, back.bookings, back.trips, back.records) == (2, 2, 1, 0, 0)
    assert back.newest_record_at_s is None and back.took_s > 0
    assert everything(data) == before


def test_while_a_command_uses_the_fleet_none_is_restored(
    data: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.store.directory.holding._PATIENCE_S", 0.1)
    store = Store.open(data)
    with pytest.raises(StoreError, match="another program uses"):
        backup.restore(data, copy, NOW_S)
    store._hold.release()


async def test_no_session_of_the_copy_comes_back(data: Path, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "voiturier.db")) as db:
        agent = db.execute("SELECT agent_id FROM agent").fetchone()[0]
        columns = [row[1:] for row in db.execute("PRAGMA table_info(session)")]
        values = [agent if name == "agent_id" else 1 if kind == "INTEGER" else "x"
                  for name, kind, *_ in columns]  # fmt: skip
        db.execute(f"INSERT INTO session VALUES ({','.join('?' * len(values))})", values)
        db.commit()
    backup.back_up(data, tmp_path / "with.db", NOW_S)
    backup.restore(data, tmp_path / "with.db", NOW_S)
    with contextlib.closing(sqlite3.connect(data / "voiturier.db")) as db:
        assert db.execute("SELECT count(*) FROM session").fetchone() == (0,)


async def test_a_copy_that_others_could_read_comes_back_closed(data: Path, copy: Path) -> None:
    copy.chmod(0o644)
    backup.restore(data, copy, NOW_S)
    assert stat.S_IMODE((data / "voiturier.db").stat().st_mode) == 0o600
    shutil.rmtree(data)
