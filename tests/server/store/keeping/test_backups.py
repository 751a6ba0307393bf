"""Copies by `backup --keep`: proven, named by their time, numbered, the oldest let go."""

import contextlib
import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.store import Store, StoreError, backup
from server.store.backup import copies_in, last_outcome
from tests.fleet import NOW_S, open_small_fleet

NAME = "voiturier-20260921-141320"


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """The small fleet, that nobody uses."""
    await (await open_small_fleet(tmp_path / "data")).close()
    return tmp_path / "data"


@pytest.fixture
def folder(data: Path) -> Path:
    return data / "backups"


def names(folder: Path) -> list[str]:
    """What is in a folder, drafts too."""
    return sorted(path.name for path in folder.iterdir())


def test_a_copy_is_named_by_its_time_and_for_its_owner_alone(data: Path, folder: Path) -> None:
    copy = backup.back_up_and_keep(data, folder, 3, NOW_S)
    assert copy == folder / f"{NAME}.db"
    assert (stat.S_IMODE(copy.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (
        *(0o600, 0o700),
    )
    outcome = last_outcome(data)
    assert outcome == backup.Outcome(NOW_S, copy, None)


def test_before_the_first_backup_there_is_no_outcome(data: Path) -> None:
    assert last_outcome(data) is None


def test_the_oldest_goes_when_the_new_one_is_there(data: Path, folder: Path) -> None:
    made = [backup.back_up_and_keep(data, folder, 2, NOW_S + day * 86400) for day in range(4)]
    assert names(folder) == [path.name for path in made[-2:]]


@settings(max_examples=20)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=6), st.integers(1, 3))
def test_the_newest_stay_whatever_the_clock_says(
    tmp_path_factory: pytest.TempPathFactory, days: list[int], keep: int
) -> None:
    data = tmp_path_factory.mktemp("fleet") / "data"
    Store.open(data)._hold.release()
    made = [backup.back_up_and_keep(data, data / "b", keep, NOW_S + day * 86400) for day in days]
    assert len(set(made)) == len(made) or len(made) > keep, "no name is given to two that are there"
    assert [path for _, path in copies_in(data / "b")] == made[-keep:]


def test_a_copy_whose_time_on_the_disk_is_old_is_not_taken_for_the_oldest(
    data: Path, folder: Path
) -> None:
    first, second = (backup.back_up_and_keep(data, folder, 9, NOW_S + day) for day in (0, 1))
    os.utime(second, (1, 1))
    third = backup.back_up_and_keep(data, folder, 2, NOW_S + 2)
    assert names(folder) == [second.name, third.name] and not first.exists()


def test_what_is_no_copy_is_left_alone_and_counts_for_none(data: Path, folder: Path) -> None:
    backup.back_up_and_keep(data, folder, 1, NOW_S)
    (folder / "voiturier-20200101-000000.db").write_bytes(b"broken since")
    (folder / "notes.txt").write_text("mine")
    (folder / "voiturier-of-last-year.db").write_bytes(b"by hand")
    new = backup.back_up_and_keep(data, folder, 1, NOW_S + 1)
    assert names(folder) == [
        *("notes.txt", "voiturier-20200101-000000.db"),
        *(new.name, "voiturier-of-last-year.db"),
    ]


def test_two_at_once_make_two_copies(data: Path, folder: Path) -> None:
    made: list[Path] = []

    def one() -> None:
        made.append(backup.back_up_and_keep(data, folder, 5, NOW_S))

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(folder) == sorted(path.name for path in made) and len(set(made)) == 3
    assert [number for number, _ in copies_in(folder)] == [1, 2, 3]


def overwrite_a_page(database: Path) -> None:
    with database.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(b"\xa5" * 4096)


def test_a_damaged_database_makes_no_copy_and_costs_none(data: Path, folder: Path) -> None:
    good = backup.back_up_and_keep(data, folder, 1, NOW_S)
    overwrite_a_page(data / "voiturier.db")
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        backup.back_up_and_keep(data, folder, 1, NOW_S + 1)
    assert names(folder) == [good.name]
    outcome = last_outcome(data)
    assert outcome is not None and outcome.at_s == NOW_S + 1
    assert outcome.failure is not None and "is damaged" in outcome.failure


def test_a_row_that_refers_to_nothing_is_a_failed_copy(data: Path, folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "voiturier.db")) as db:
        db.execute("DELETE FROM directorate")
        db.commit()
    with pytest.raises(StoreError, match="refers to a directorate that is not there"):
        backup.back_up_and_keep(data, folder, 1, NOW_S)


@pytest.mark.parametrize("key", [None, bytes(32)])
def test_a_copy_that_would_not_open_under_the_key_here_is_none(
    data: Path, folder: Path, key: bytes | None
) -> None:
    path = data / "secrets" / "master.key"
    path.unlink()
    if key:
        path.write_bytes(key)
    with pytest.raises(StoreError, match=r"master\.key is (missing|not the key)"):
        backup.back_up_and_keep(data, folder, 1, NOW_S)
    assert names(folder) == []


def test_a_backup_that_was_killed_is_a_failure_until_the_next(data: Path, folder: Path) -> None:
    class KilledError(BaseException):
        pass

    def kill() -> bool:
        raise KilledError

    with pytest.raises(KilledError):
        backup.back_up_and_keep(data, folder, 1, NOW_S, kill)
    outcome = last_outcome(data)
    assert outcome is not None and outcome.failure == "it was cut off, or still runs"
    (folder / ".voiturier-20260921-141320.db.x1").write_bytes(b"what such a one leaves")
    copy = backup.back_up_and_keep(data, folder, 1, NOW_S + 1)
    assert names(folder) == [copy.name]


def test_a_backup_that_is_not_wanted_any_more_ends_and_says_so(data: Path, folder: Path) -> None:
    with pytest.raises(StoreError, match="given up"):
        backup.back_up_and_keep(data, folder, 1, NOW_S, lambda: False)
    assert names(folder) == []


async def test_a_running_server_is_copied_as_it_is_at_that_instant(
    data: Path, folder: Path, tmp_path: Path
) -> None:
    store = Store.open(data)
    copy = backup.back_up_and_keep(data, folder, 1, NOW_S)
    await store.close()
    back = backup.rehearse(data, copy, NOW_S)
    assert (back.people, back.cars, back.bookings) == (2, 2, 1)
    assert not list(data.glob(".rehearsal*"))


def test_a_full_disk_is_said_and_the_outcome_is_still_written(
    data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = backup.back_up_and_keep(data, folder, 1, NOW_S)

    def full(source: object, target: Path, is_wanted: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("server.store.sqlite.copy", full)
    with pytest.raises(StoreError, match="disk is full"):
        backup.back_up_and_keep(data, folder, 1, NOW_S + 1)
    assert names(folder) == [good.name]
    outcome = last_outcome(data)
    assert outcome is not None and outcome.failure is not None and "full" in outcome.failure


@given(st.binary(max_size=60))
def test_an_outcome_that_cannot_be_read_is_a_failure(
    tmp_path_factory: pytest.TempPathFactory, said: bytes
) -> None:
    data = tmp_path_factory.mktemp("data")
    (data / "last_backup").write_bytes(said)
    outcome = last_outcome(data)
    assert outcome is not None and outcome.failure is not None
