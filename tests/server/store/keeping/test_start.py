"""What a server begins with: the fleet that is there, whole, or a word about why not."""

import contextlib
import json
import os
import pwd
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.app import init_app
from server.cli import main
from server.clock import SystemClock
from server.config import Address, Config
from server.store import Store, StoreError, backup
from tests import killed, older_fleet
from tests.fleet import FLEET, NOW_S, open_small_fleet
from tests.support import examples


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


# Variants: what a mistake, a stranger or a dying disk may leave.


def test_a_directory_without_any_fleet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "letter.txt").write_text("mine")
    with pytest.raises(StoreError, match="holds no fleet"):
        start(tmp_path / "data")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["letter.txt"]


def other_database(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE contact (name TEXT)")
        db.execute("PRAGMA user_version = 5")
        db.commit()


@pytest.mark.parametrize("what", ["text", "database", "cut", "zeros", "header", "read only"])
def test_what_is_no_whole_database_of_ours_is_named_and_stays_as_it_is(
    data: Path, what: str
) -> None:
    path = data / "voiturier.db"
    whole = path.read_bytes()
    if what == "database":
        path.unlink()
        other_database(path)
    elif what == "read only":
        path.chmod(0o400)
    else:
        content = {
            "text": b"Bonjour\n" * 900,
            "cut": whole[: len(whole) // 2 + 100],
            "zeros": bytes(len(whole)),
            "header": b"\0" * 100 + whole[100:],
        }
        path.write_bytes(content[what])
    before, mode = path.read_bytes(), path.stat().st_mode
    for may_make in (False, True):
        with pytest.raises(StoreError, match=r"voiturier\.db (is|cannot)"):
            Store.open(data, may_make)
    assert (path.read_bytes(), path.stat().st_mode) == (before, mode)


@settings(max_examples=examples(15))
@given(st.data())
def test_an_overwritten_page_is_named_or_harms_nothing(
    tmp_path_factory: pytest.TempPathFactory, choose: st.DataObject
) -> None:
    """A page that no row needs may be anything; the free ones are overwritten unnoticed."""
    data = tmp_path_factory.mktemp("fleet") / "data"
    older_fleet.put(data)
    Store.open(data)._hold.release()
    path = data / "voiturier.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    page = choose.draw(st.integers(0, len(whole) // 4096 - 1))
    noise = choose.draw(st.sampled_from([bytes(4096), b"\xff" * 4096, whole[4096:8192]]))
    if whole[page * 4096 : (page + 1) * 4096] == noise:
        return
    path.write_bytes(whole[: page * 4096] + noise + whole[(page + 1) * 4096 :])
    damaged = path.read_bytes()
    try:
        Store.open(data, may_make=False)._hold.release()
    except StoreError as error:
        assert "voiturier.db" in str(error)
        assert path.read_bytes() == damaged
    else:
        assert older_fleet.rows(path) == older_fleet.ROWS


async def test_a_log_of_another_database_is_named_and_not_taken_in(
    data: Path, tmp_path: Path
) -> None:
    older_fleet.put(tmp_path / "other")
    await Store.open(tmp_path / "other").close()
    log, before = data / "voiturier.db-wal", (data / "voiturier.db").read_bytes()
    with contextlib.closing(sqlite3.connect(tmp_path / "other" / "voiturier.db")) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("UPDATE booking SET purpose = purpose || ' !'")
        db.execute("UPDATE record SET received_at_s = received_at_s + 1")
        db.commit()
        shutil.copy(tmp_path / "other" / "voiturier.db-wal", log)
    others = log.read_bytes()
    for act in (start, lambda folder: Store.open(folder)):
        with pytest.raises(StoreError, match=r"voiturier\.db-wal is of another database"):
            act(data)
    assert ((data / "voiturier.db").read_bytes(), log.read_bytes()) == (before, others)
    log.unlink()
    start(data)


async def test_a_copy_put_back_by_hand_over_a_log_is_not_mixed_with_it(
    data: Path, tmp_path: Path
) -> None:
    """The two are of one fleet, so that page by page nothing would look wrong."""
    backup.back_up(data, tmp_path / "copy.db", NOW_S)
    database, log = data / "voiturier.db", data / "voiturier.db-wal"
    with contextlib.closing(sqlite3.connect(database)) as db:
        db.execute("UPDATE vehicle SET label = 'changed since'")
        db.commit()
        began = log.read_bytes()
    log.write_bytes(began)
    shutil.copy(tmp_path / "copy.db", database)
    copied = database.read_bytes()
    with pytest.raises(StoreError, match=r"voiturier\.db-wal is of another database"):
        start(data)
    with pytest.raises(StoreError, match=r"voiturier\.db-wal is of another database"):
        backup.back_up(data, tmp_path / "mixed.db", NOW_S)
    assert (database.read_bytes(), log.read_bytes()) == (copied, began)
    backup.restore(data, tmp_path / "copy.db", NOW_S)
    start(data)
    assert (data / "voiturier.db.replaced").read_bytes() == copied


def test_a_journal_of_another_database_is_not_rolled_back_into_ours(
    data: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(other, isolation_level=None)) as db:
        db.execute("PRAGMA cache_size = 2")
        db.execute("CREATE TABLE note (text)")
        db.executemany("INSERT INTO note VALUES (?)", [("x" * 4000,)] * 50)
        db.execute("BEGIN")
        db.execute("UPDATE note SET text = 'y' || text")
        journal = other.with_name("other.db-journal").read_bytes()
    (data / "voiturier.db-journal").write_bytes(journal)
    before = (data / "voiturier.db").read_bytes()
    with pytest.raises(StoreError, match=r"voiturier\.db-journal is of another database"):
        start(data)
    assert (data / "voiturier.db").read_bytes() == before


def test_a_folder_of_somebody_else_is_refused_by_name(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1)
    with pytest.raises(
        StoreError, match=f"belongs to {pwd.getpwuid(os.getuid()).pw_name}, and this is daemon"
    ):
        start(data)


def test_a_new_fleet_is_made_where_it_is_asked_for(tmp_path: Path) -> None:
    config = Config(tmp_path / "a" / "data", boxes=Address("127.0.0.1", 0), new_fleet=True)
    for _ in range(2):
        init_app(config, SystemClock())
    assert vehicles(tmp_path / "a" / "data") == 0


@pytest.mark.parametrize("left", ["key", "copy", "kept", "log", "among copies"])
def test_no_new_fleet_is_made_where_another_was(data: Path, left: str) -> None:
    places = {
        "key": data / "secrets" / "master.key",
        "copy": data / "backups" / "voiturier-20260101-000000.db",
        "kept": data / "voiturier.db.replaced",
        "log": data / "voiturier.db-wal",
        "among copies": data / "voiturier-20260101-000000.db",
    }
    key, database = places["key"].read_bytes(), (data / "voiturier.db").read_bytes()
    shutil.rmtree(data)
    places[left].parent.mkdir(parents=True, exist_ok=True)
    places[left].write_bytes(key if left == "key" else database)
    with pytest.raises(StoreError, match=r"voiturier\.db is missing"):
        Store.open(data)
    assert not (data / "voiturier.db").exists()


def test_a_folder_with_other_things_that_others_may_read_is_not_closed_unasked(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    (home / "letter.txt").write_text("mine")
    with pytest.raises(StoreError, match="chmod 700"):
        Store.open(home)
    assert [path.name for path in home.iterdir()] == ["letter.txt"]


def test_a_first_load_that_is_refused_leaves_no_empty_fleet_to_be_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, data = tmp_path / "fleet.json", tmp_path / "data"
    booked_twice = FLEET["bookings"] * 1 + [dict(FLEET["bookings"][0], agent="paul.morin")]
    file.write_text(json.dumps(FLEET | {"bookings": booked_twice}))
    with pytest.raises(SystemExit):
        main(["load", str(file), "--data", str(data)])
    with pytest.raises(StoreError, match="is not finished"):
        start(data)
    file.write_text(json.dumps(FLEET))
    main(["load", str(file), "--data", str(data)])
    assert "holds a new fleet" in capsys.readouterr().out
    start(data)
    assert vehicles(data) == 2
