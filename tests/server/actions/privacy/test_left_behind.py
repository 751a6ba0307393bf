"""What killed programs left beside the database and its copies is gone by its date, or is named."""

import os
import sqlite3
from pathlib import Path

import pytest

from server.store import Store, backup
from server.store.purge import files
from tests.fleet import NOW_S
from tests.server.actions.privacy.driving import (
    DAY_S,
    LAT_E7,
    LON_E7,
    Driver,
    encodings,
    found_in,
)
from tests.server.actions.privacy.purging import purged

LATER_S = NOW_S + 61 * DAY_S
PLACE = b"SQLite format 3\0" + b"".join(encodings(LAT_E7, LON_E7))


def left(path: Path, at_s: int, holds: bytes = PLACE) -> Path:
    """Leave a file as a program would that was killed then."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(holds)
    os.utime(path, (at_s, at_s))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "backups/.voiturier-20260921-141320.db.k3jq_x1z",
        "backups/.voiturier-20260921-141320.db.k3jq_x1z-journal",
        ".by-hand.db.k3jq_x1z",
        ".voiturier.db.version-7.k3jq_x1z",
        ".rehearsal.k3jq_x1z/voiturier.db",
    ],
)
async def test_a_copy_whose_making_was_killed_is_gone_after_a_day(store: Store, name: str) -> None:
    path = left(store.data_dir / name, NOW_S)
    await Driver(store).drive(NOW_S)
    await purged(store, NOW_S + DAY_S // 2)
    assert path.exists(), "somebody may still make it"
    receipt = await purged(store, LATER_S)
    assert receipt is not None and receipt.is_whole
    assert found_in(store.data_dir) == {} and not path.exists()


async def test_the_log_of_a_lost_database_is_named_until_its_date_and_then_gone(
    store: Store,
) -> None:
    log = left(store.data_dir / "voiturier.db.lost-wal", NOW_S, b"".join(encodings(LAT_E7, LON_E7)))
    receipt = await purged(store, NOW_S + DAY_S)
    assert receipt is not None and not receipt.is_whole
    assert [file.name for file in receipt.files] == [log.name] and log.exists()
    receipt = await purged(store, LATER_S)
    assert receipt is not None and receipt.is_whole
    assert found_in(store.data_dir) == {}


async def test_while_a_copy_is_purged_nothing_beside_it_holds_what_is_erased(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill then, and a copy that makes room for newer ones, would leave it for ever."""
    await Driver(store).drive(NOW_S)
    copy = store.data_dir / "backups" / "voiturier-20260921-141320.db"
    copy.parent.mkdir()
    backup.back_up(store.data_dir, copy, NOW_S)
    beside: set[str] = set()
    erase = files.erase_in_copy

    def looked(connection: sqlite3.Connection, *args: object) -> None:
        erase(connection, *args)  # type: ignore[arg-type]
        beside.update(path.name for path in copy.parent.iterdir())

    monkeypatch.setattr(files, "erase_in_copy", looked)
    await purged(store, LATER_S)
    assert beside == {copy.name, f"{copy.name}.purging"}
