"""What is past its date goes from every copy of the database too, or is named."""

import asyncio
import functools
import json
import shutil
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from server.actions import Operator
from server.actions.privacy import purge
from server.actions.privacy.purge import Asked
from server.fleet.audit import Act, Performed
from server.fleet.model.trips import TripFilter
from server.fleet.privacy.dates import before
from server.store import Store, backup
from server.store.audit import Sought
from server.store.purge import files
from server.store.schema import MIGRATIONS
from server.store.vault import Vault
from tests.fleet import MARIE, NOW_S
from tests.server.actions.privacy.driving import DAY_S, LAT_E7, LON_E7, Driver, found_in
from tests.server.actions.privacy.purging import (
    DAYS,
    UnknownClock,
    VouchedClock,
    actions_at,
    purged,
)

LATER_S = NOW_S + 61 * DAY_S


async def a_copy(store: Store, name: str = "backups/voiturier-20260921-141320.db") -> Path:
    """A copy that holds a place which is due, of a database that holds none."""
    await Driver(store).drive(NOW_S)
    copy = store.data_dir / name
    copy.parent.mkdir(exist_ok=True)
    elsewhere = store.data_dir.parent / "elsewhere"
    backup.back_up(store.data_dir, elsewhere, NOW_S)
    assert await purged(store, LATER_S) is not None
    return elsewhere.rename(copy)


async def test_a_copy_made_before_is_purged_though_nothing_is_due_in_the_database(
    store: Store,
) -> None:
    copy = await a_copy(store)
    assert found_in(store.data_dir).keys() == {copy.name}
    receipt = await purged(store, LATER_S)
    assert receipt is not None and receipt.erased == {}
    assert [(file.name, file.failure) for file in receipt.files] == [(copy.name, None)]
    assert found_in(store.data_dir) == {}
    assert await purged(store, LATER_S) is None


async def test_a_copy_can_still_be_put_back_and_has_its_kilometres(store: Store) -> None:
    copy = await a_copy(store)
    await purged(store, LATER_S)
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT sum(distance_m) FROM trip").fetchone() == (900,)
    await store.close()
    backup.restore(store.data_dir, copy, LATER_S)
    again = Store.open(store.data_dir)
    assert (await again.trips.totals(TripFilter())).distance_m == 900
    await again.close()


@pytest.mark.parametrize("name", ["voiturier.db.version-40", "voiturier.db.replaced", "old.sqlite"])
async def test_a_copy_is_known_by_what_it_holds_whatever_its_name(store: Store, name: str) -> None:
    copy = await a_copy(store, name)
    receipt = await purged(store, LATER_S)
    assert receipt is not None and [file.name for file in receipt.files] == [copy.name]
    assert found_in(store.data_dir) == {}


@pytest.mark.parametrize("version", sorted({*range(1, len(MIGRATIONS), 7), len(MIGRATIONS) - 1}))
def test_a_copy_of_each_older_version_is_purged_and_stays_of_that_version(
    tmp_path: Path, version: int
) -> None:
    copy = tmp_path / f"voiturier.db.version-{version}"
    db = sqlite3.connect(copy, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    for step in MIGRATIONS[:version]:
        step(Database(db))
    db.execute(f"PRAGMA user_version = {version}")
    at = {"started_at_s": NOW_S, "ended_at_s": NOW_S, "listed_at_s": NOW_S, "state": "ended"}
    place = {"start_lat_e7": LAT_E7, "start_lon_e7": LON_E7, "distance_m": 900}
    insert(db, "trip", trip_id=1, end_lat_e7=LAT_E7, end_lon_e7=LON_E7, **place, **at)
    told = {"trip_id": 1, "kind_name": "trip_end", "at_s": NOW_S, "received_at_s": NOW_S}
    fields = json.dumps({"lat_e7": LAT_E7, "lon_e7": LON_E7})
    insert(db, "record", fields=fields, body=LAT_E7.to_bytes(4, "big"), **told)
    insert(db, "refusal", refusal_id=1, received_at_s=NOW_S)
    db.close()
    vault = Vault.open(tmp_path / "secrets" / "master.key", may_create=True)
    (purged_file,) = files.purge_all([copy], before(DAYS, LATER_S), LATER_S, vault, lambda: True)
    assert purged_file.failure is None and purged_file.erased == 4
    assert found_in(tmp_path) == {}
    db = sqlite3.connect(copy)
    assert db.execute("PRAGMA user_version").fetchone() == (version,)
    assert db.execute("SELECT sum(distance_m) FROM trip").fetchone() == (900,)
    assert db.execute("SELECT count(*) FROM refusal").fetchone() == (0,)
    db.close()


def insert(db: sqlite3.Connection, table: str, **values: object) -> None:
    """Insert a row whose other columns say nothing."""
    nothing = {"TEXT": "", "INTEGER": 0, "BLOB": b""}
    columns = db.execute(f"PRAGMA table_info({table})").fetchall()
    row = {
        name: values.get(name, nothing[kind] if not_null else None)
        for _, name, kind, not_null, *_ in columns
    }
    places = ", ".join(f":{name}" for name in row)
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row)


async def test_what_a_log_beside_a_copy_holds_is_neither_lost_nor_left(store: Store) -> None:
    await Driver(store).drive(NOW_S)
    for suffix in ("", "-wal"):
        shutil.copy(
            f"{store.data_dir / 'voiturier.db'}{suffix}", f"{store.data_dir}/old.db{suffix}"
        )
    await purged(store, LATER_S)
    assert found_in(store.data_dir) == {}
    with sqlite3.connect(store.data_dir / "old.db") as db:
        assert db.execute("SELECT sum(distance_m) FROM trip").fetchone() == (900,)
    db.close()


async def test_a_damaged_copy_is_named_and_stays_as_it_is(store: Store) -> None:
    copy = await a_copy(store)
    held = bytearray(copy.read_bytes())
    held[4096 * 3 : 4096 * 30] = bytes(4096 * 27)
    copy.write_bytes(held)
    receipt = await purged(store, LATER_S)
    assert receipt is not None and not receipt.is_whole
    assert copy.read_bytes() == held
    assert list(copy.parent.iterdir()) == [copy]


async def test_a_draft_that_a_killed_purge_left_is_gone_after_the_next(store: Store) -> None:
    copy = await a_copy(store)
    draft = copy.with_name(f"{copy.name}.purging")
    shutil.copy(copy, draft)
    await purged(store, LATER_S)
    assert list(copy.parent.iterdir()) == [copy]


async def test_a_copy_that_somebody_linked_to_elsewhere_is_left_to_its_owner(
    store: Store, tmp_path: Path
) -> None:
    copy = await a_copy(store)
    elsewhere = copy.rename(tmp_path / "theirs.db")
    copy.symlink_to(elsewhere)
    held = elsewhere.read_bytes()
    await purged(store, LATER_S)
    assert elsewhere.read_bytes() == held


async def test_days_of_the_audit_past_their_date_go_from_a_copy_too_and_leave_their_heads(
    store: Store,
) -> None:
    await store.audit.note(Performed(Act.SIGN_IN, NOW_S, agent_id=MARIE))
    copy = store.data_dir / "backups" / "voiturier-20260921-141320.db"
    copy.parent.mkdir()
    backup.back_up(store.data_dir, copy, NOW_S)
    receipt = await purged(store, NOW_S + 367 * DAY_S)
    assert receipt is not None and receipt.erased["audit"] == 1
    assert (await store.audit.verify()).broken is None
    with sqlite3.connect(copy) as db:
        assert db.execute("SELECT count(*) FROM audit WHERE at_s = ?", (NOW_S,)).fetchone() == (0,)
        (head,) = db.execute("SELECT head FROM audit_day WHERE audit_day_id = 1").fetchone()
        assert head
    db.close()
    again = await purged(store, NOW_S + 367 * DAY_S)
    assert again is None


async def test_a_clock_that_was_set_back_erases_no_day_of_the_audit(store: Store) -> None:
    await store.audit.note(Performed(Act.SIGN_IN, NOW_S, agent_id=MARIE))
    actions = actions_at(store, VouchedClock(NOW_S))
    await purge.look(Operator(), actions)
    back = actions_at(store, UnknownClock(NOW_S - 10 * DAY_S))
    assert await purge.purge(Operator(), Asked(DAYS), back) is None
    assert len(await store.audit.page(Sought(), 9)) == 1


async def test_a_server_that_stops_leaves_the_copies_as_they_are(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = await a_copy(store)
    held = copy.read_bytes()
    begun, given_up = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def purge_all(*args: Any) -> Any:
        is_wanted = args[-1]
        loop.call_soon_threadsafe(begun.set)
        while is_wanted():
            time.sleep(0.001)
        done = files.purge_all.__wrapped__(*args)  # type: ignore[attr-defined]
        given_up.set()
        return done

    functools.update_wrapper(purge_all, files.purge_all)
    monkeypatch.setattr(files, "purge_all", purge_all)
    task = asyncio.create_task(purged(store, LATER_S))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(given_up.wait)
    assert copy.read_bytes() == held
    assert list(copy.parent.iterdir()) == [copy]
