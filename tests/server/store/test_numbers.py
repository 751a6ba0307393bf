"""A number that has left the database never comes again, whatever copy of it comes back."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from server.store import BoxStatus, Store, backup
from tests.fleet import CAR, HOUR_S, MARIE, NOW_S, fit_box, open_small_fleet, wanted

DAY_S = 24 * HOUR_S


async def book(data_dir: Path, day: int) -> int:
    """Book the car on that day; return the booking's number."""
    store = Store.open(data_dir)
    at_s = NOW_S + day * DAY_S
    made = await store.bookings.create(wanted(CAR, at_s, at_s + HOUR_S), MARIE, NOW_S)
    await store.close()
    return made.booking_id


@pytest.fixture
async def data_dir(tmp_path: Path) -> Path:
    """A fleet of which there is a copy, copy.db."""
    store = await open_small_fleet(tmp_path / "data")
    await store.close()
    backup.back_up(tmp_path / "data", tmp_path / "copy.db", NOW_S)
    return tmp_path / "data"


def restore(data_dir: Path, now_s: int = NOW_S + DAY_S) -> None:
    backup.restore(data_dir, data_dir.parent / "copy.db", now_s)


async def test_a_booking_made_after_a_restore_has_a_number_that_no_car_knows(
    data_dir: Path,
) -> None:
    given = {await book(data_dir, day) for day in (1, 2, 3)}
    restore(data_dir)
    given.add(await book(data_dir, 1))
    restore(data_dir)  # the same copy once more
    given.add(await book(data_dir, 1))
    assert len(given) == 5


async def test_it_is_so_on_another_machine_too_where_what_was_lost_is_unknown(
    data_dir: Path, tmp_path: Path
) -> None:
    given = {await book(data_dir, day) for day in range(1, 9)}
    new = tmp_path / "new"
    shutil.copytree(data_dir / "secrets", new / "secrets")
    shutil.copy(tmp_path / "copy.db", new / backup.DATABASE)
    restore(new)
    assert await book(new, 1) not in given


async def test_a_copy_that_was_put_back_by_hand_gives_other_numbers(data_dir: Path) -> None:
    given = {await book(data_dir, day) for day in (1, 2)}
    for log in ("-wal", "-shm"):
        (data_dir / f"{backup.DATABASE}{log}").unlink(missing_ok=True)
    shutil.copy(data_dir.parent / "copy.db", data_dir / backup.DATABASE)
    assert await book(data_dir, 1) not in given


async def test_a_box_that_knows_more_than_the_server_moves_the_numbers_on(store: Store) -> None:
    """So is a machine that was put back as a whole, of which nobody told the server."""
    box = await fit_box(store)
    for generation in (5, 6, 9):  # it does not move them for ever
        status = BoxStatus("1", "unknown", "none", generation, 0, 0)
        await store.boxes.note_status(box.box_id, status, NOW_S)
    made = await store.bookings.create(wanted(CAR, NOW_S + DAY_S, NOW_S + 2 * DAY_S), MARIE, NOW_S)
    assert NOW_S < made.booking_id <= NOW_S + 1_000_001


async def test_a_box_that_knows_what_the_server_knows_leaves_the_numbers_alone(
    store: Store,
) -> None:
    box = await fit_box(store)
    status = BoxStatus("1", "unknown", "none", 0, 0, 0)
    await store.boxes.note_status(box.box_id, status, NOW_S)
    made = await store.bookings.create(wanted(CAR, NOW_S + DAY_S, NOW_S + 2 * DAY_S), MARIE, NOW_S)
    assert made.booking_id == 2


def test_every_table_of_numbered_rows_gives_each_number_once(data_dir: Path) -> None:
    db = sqlite3.connect(data_dir / backup.DATABASE)
    tables = [
        name
        for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if "INTEGER PRIMARY KEY" in sql and "INTEGER PRIMARY KEY AUTOINCREMENT" not in sql
    ]
    assert tables == []
    assert [row[0] for row in db.execute("PRAGMA integrity_check")] == ["ok"]


def test_after_a_restore_every_number_goes_on_above_all_before(data_dir: Path) -> None:
    restore(data_dir)
    db = sqlite3.connect(data_dir / backup.DATABASE)
    numbers = dict(db.execute("SELECT name, seq FROM sqlite_sequence"))
    assert {"agent", "badge", "booking", "trip", "refusal", "box", "revocation"} <= numbers.keys()
    assert all(NOW_S < number < 1 << 32 for number in numbers.values())
