"""What a purge takes and what it leaves: dates, purposes, clocks, times that cannot be."""

import re
import sqlite3
from pathlib import Path

import pytest

from server.actions import Operator
from server.actions.privacy import purge
from server.actions.privacy.purge import Asked
from server.fleet.model.trips import TripFilter
from server.fleet.privacy import dates
from server.fleet.records import ReadRecord
from server.fleet.trips import follow
from server.store import Batch, Store, backup
from server.store.purge.rules import RULES
from shared_protocol import records
from tests.fleet import CAR, MARIE, NOW_S, PAUL, fit_box
from tests.server.actions.privacy.driving import DAY_S, LAT_E7, LON_E7, Driver, found_in, places
from tests.server.actions.privacy.purging import (
    DAYS,
    UnknownClock,
    VouchedClock,
    actions_at,
    purged,
)


async def test_a_place_stays_for_sixty_days_and_not_a_second_longer(store: Store) -> None:
    driver = Driver(store)
    await driver.drive(NOW_S)
    assert await purged(store, NOW_S + 60 * DAY_S) is None
    assert await places(store) == [True]
    assert await purged(store, NOW_S + 60 * DAY_S + 1) is not None
    assert await places(store) == [False]


async def test_no_setting_keeps_a_place_longer_than_the_law_says(store: Store) -> None:
    await Driver(store).drive(NOW_S)
    await purged(store, NOW_S + 61 * DAY_S, {**DAYS, "positions_d": 4000})
    assert await places(store) == [False]


async def test_a_trip_under_way_keeps_its_place_for_a_year_at_most(store: Store) -> None:
    await Driver(store).begin(NOW_S)
    await purged(store, NOW_S + 300 * DAY_S)
    assert await places(store) == [True]
    await purged(store, NOW_S + 366 * DAY_S)
    assert await places(store) == [False]
    assert await store.records.trip_start(1) is None  # and its box can still be spoken with


@pytest.mark.parametrize("is_confirmed", [True, False])  # one person alone keeps nothing
async def test_places_around_a_confirmed_theft_stay_for_a_year_and_others_do_not(
    store: Store, is_confirmed: bool
) -> None:
    driver = Driver(store)
    for day in (0, 23, 26):
        await driver.drive(NOW_S + day * DAY_S)
    await store.theft_orders.ask(CAR, "PV 12", MARIE, NOW_S + 27 * DAY_S)
    if is_confirmed:
        await store.theft_orders.confirm(1, 1, PAUL, NOW_S + 27 * DAY_S, NOW_S)
    await purged(store, NOW_S + 90 * DAY_S)
    assert await places(store) == [False, is_confirmed, is_confirmed]
    await purged(store, NOW_S + 392 * DAY_S)
    assert await places(store) == [False, False, False]


async def test_what_arrives_past_its_date_goes_at_the_next_purge(store: Store) -> None:
    await Driver(store).drive(NOW_S - 70 * DAY_S, late_s=70 * DAY_S)
    assert await purged(store, NOW_S + 1) is not None
    assert await places(store) == [False]


@pytest.mark.parametrize("off_d", [-4000, 4000])
async def test_a_time_that_cannot_be_counts_from_its_arrival(store: Store, off_d: int) -> None:
    wrong_s = NOW_S + off_d * DAY_S
    await Driver(store).drive(wrong_s, late_s=NOW_S - wrong_s)
    await store.doubtful_trips.settle(1, 900, True, PAUL, NOW_S)
    await purged(store, NOW_S + 59 * DAY_S)
    assert await places(store) == [True]
    await purged(store, NOW_S + 61 * DAY_S)
    assert await places(store) == [False]


async def test_a_contested_trip_keeps_its_place_until_it_is_settled(store: Store) -> None:
    await Driver(store).drive(NOW_S + 4000 * DAY_S, late_s=-4000 * DAY_S)
    await purged(store, NOW_S + 100 * DAY_S)
    assert await places(store) == [True]
    await store.doubtful_trips.settle(1, 900, False, PAUL, NOW_S + 100 * DAY_S)
    await purged(store, NOW_S + 100 * DAY_S)
    assert await places(store) == [False]


async def test_a_record_of_a_kind_that_nobody_knows_yet_may_hold_a_place(store: Store) -> None:
    strange = records.Record(99, NOW_S, (481_234_567).to_bytes(4, "big"))
    await Driver(store).tell(NOW_S, strange)
    assert found_in(store.data_dir)
    await purged(store, NOW_S + 61 * DAY_S)
    assert not found_in(store.data_dir)


async def test_the_end_of_a_trip_that_nobody_saw_begin_has_its_date_too(store: Store) -> None:
    end = records.TripEnd(900, 481_234_567, 19_987_651, records.END_BADGE_HELD)
    await Driver(store).tell(NOW_S, end)
    assert found_in(store.data_dir)
    await purged(store, NOW_S + 61 * DAY_S)
    assert not found_in(store.data_dir)


async def test_a_clock_set_ahead_erases_nothing_and_says_so(store: Store) -> None:
    await Driver(store).drive(NOW_S)
    asked = Asked(DAYS)
    clock = VouchedClock(NOW_S + 55 * DAY_S)
    assert await purge.purge(Operator(), asked, actions_at(store, clock)) is None
    ahead = actions_at(store, UnknownClock(NOW_S + 65 * DAY_S))
    foreseen = await purge.foresee(Operator(), asked, ahead)
    assert (foreseen.is_late, foreseen.due, foreseen.sure_s) == (True, {}, NOW_S + 55 * DAY_S)
    assert await purge.purge(Operator(), asked, ahead) is None
    assert await places(store) == [True]
    # Five days later by the machine's own count it is due, whatever the clock shows.
    receipt = await purge.purge(Operator(), asked, ahead, elapsed_s=5 * DAY_S + 1)
    assert receipt is not None and receipt.sure_s == NOW_S + 60 * DAY_S + 1
    assert await places(store) == [False]


async def test_a_clock_set_back_erases_late_until_somebody_vouches(store: Store) -> None:
    await Driver(store).drive(NOW_S)
    asked = Asked(DAYS)
    await purge.look(Operator(), actions_at(store, VouchedClock(NOW_S + 59 * DAY_S)))
    back = actions_at(store, UnknownClock(NOW_S + 49 * DAY_S))
    assert await purge.purge(Operator(), asked, back, elapsed_s=2 * DAY_S) is None
    await store.boxes.vouch_for_time("Claire Martin", NOW_S + 61 * DAY_S)
    right = actions_at(store, UnknownClock(NOW_S + 61 * DAY_S))
    assert await purge.purge(Operator(), asked, right) is not None


async def test_a_copy_put_back_does_not_bring_the_time_back(store: Store, tmp_path: Path) -> None:
    await purge.look(Operator(), actions_at(store, VouchedClock(NOW_S + 61 * DAY_S)))
    await Driver(store).drive(NOW_S)  # as a copy that is put back holds it
    later = actions_at(store, UnknownClock(NOW_S + 61 * DAY_S))
    assert await purge.purge(Operator(), Asked(DAYS), later) is not None


async def test_what_a_cut_off_purge_left_in_the_file_goes_with_the_next(store: Store) -> None:
    driver = Driver(store)
    for i in range(60):
        await driver.drive(NOW_S + 60 * i)
    now_s = NOW_S + 61 * DAY_S
    before_s = dates.before(DAYS, now_s)
    await store.purges.begin(now_s, now_s, before_s, None)
    await store.purges.erase(before_s)  # killed here: the log still holds all
    assert found_in(store.data_dir)
    assert await purged(store, now_s) is not None
    assert not found_in(store.data_dir)


async def test_who_drove_is_forgotten_after_years_and_the_kilometres_stay(store: Store) -> None:
    await Driver(store).drive(NOW_S)
    before = await store.trips.totals(TripFilter())
    await purged(store, NOW_S + 1827 * DAY_S)
    (trip,) = await store.trips.log(TripFilter(), 9)
    assert (trip.agent_id, trip.booking_id, trip.directorate_code) == (None, None, "DDT")
    assert await store.trips.totals(TripFilter()) == before
    assert await store.bookings.by_id([1]) == {}


async def test_a_closed_account_is_nameless_after_its_date(store: Store) -> None:
    await store.corrections.ask(MARIE, "Marie s’écrit avec un y", NOW_S)
    await store.accounts.close(MARIE, NOW_S)
    await purged(store, NOW_S + 1827 * DAY_S)
    marie = await store.agents.get(MARIE)
    assert marie is not None and (marie.full_name, marie.login) == ("–", "–1")
    assert (await store.corrections.of(MARIE), await store.notices.of(MARIE)) == ([], [])
    assert not any(b"marie" in path.read_bytes().lower() for path in store.data_dir.glob("*.db*"))


async def test_what_an_older_program_left_in_free_pages_goes_too(store: Store) -> None:
    driver = Driver(store)
    for i in range(60):
        await driver.drive(NOW_S + 60 * i)
    db = sqlite3.connect(store.data_dir / backup.DATABASE)
    db.execute("PRAGMA secure_delete = OFF")  # as SQLite is built in most places
    db.execute("CREATE TABLE drawn_up_anew AS SELECT * FROM trip JOIN record USING (trip_id)")
    db.execute("DROP TABLE drawn_up_anew")
    db.close()
    await purged(store, NOW_S + 61 * DAY_S)
    assert not found_in(store.data_dir)


async def test_a_record_that_names_a_place_has_its_date_whatever_its_kind(store: Store) -> None:
    box = await fit_box(store)
    strange = ReadRecord(77, "route", NOW_S, b"", {"lat_e7": LAT_E7, "lon_e7": LON_E7}, None)
    await store.records.append(Batch(box.box_id, 1, 1, 1, (strange,), NOW_S), follow)
    assert found_in(store.data_dir)
    await purged(store, NOW_S + 61 * DAY_S)
    assert not found_in(store.data_dir)


async def test_no_purge_reads_all_records_trips_or_refusals(store: Store) -> None:
    db = sqlite3.connect(store.data_dir / backup.DATABASE)
    for rule in RULES:
        plan = [
            row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {rule.due}", dates.before(DAYS, 0))
        ]
        whole = [
            step for step in plan if re.match(r"SCAN (r|t|e|record|trip|refusal|feedback)\b", step)
        ]
        assert all("_with_place" in step for step in whole), (rule.what, plan)
    db.close()


async def test_what_a_table_of_people_changed_is_kept_for_thirty_days_with_no_other_import(
    store: Store,
) -> None:
    with sqlite3.connect(store.data_dir / backup.DATABASE) as db:
        db.execute(
            "INSERT INTO table_import (kind, file_name, new_count, changed_count, at_s, changes)"
            " VALUES ('people', 'dupont.csv', 1, 0, ?, ?)",
            (NOW_S, '{"agent": "Jeanne Dupont, jeanne@ville.example"}'),
        )
    assert await purged(store, NOW_S + 30 * DAY_S) is None
    receipt = await purged(store, NOW_S + 30 * DAY_S + 1)
    assert receipt is not None and receipt.erased == {"imports": 1}
    assert not any(b"Jeanne" in path.read_bytes() for path in store.data_dir.glob("*.db*"))
    await purged(store, NOW_S + (DAYS["accounts_d"] + 1) * DAY_S)
    assert not any(b"dupont" in path.read_bytes() for path in store.data_dir.glob("*.db*"))


async def test_the_cards_of_a_closed_account_go_with_its_name(store: Store) -> None:
    with sqlite3.connect(store.data_dir / backup.DATABASE) as db:
        db.execute("UPDATE agent SET closed_at_s = ? WHERE agent_id = ?", (NOW_S, MARIE))
        held = "SELECT uid_index, uid_sealed FROM badge WHERE agent_id = ?"
        numbers = [each for row in db.execute(held, (MARIE,)) for each in row]
        others = db.execute("SELECT count(*) FROM badge WHERE agent_id <> ?", (MARIE,)).fetchone()
    assert numbers
    await Driver(store).drive(NOW_S - DAY_S)
    await purged(store, NOW_S + (DAYS["accounts_d"] + 1) * DAY_S)
    files = [path.read_bytes() for path in store.data_dir.glob("*.db*")]
    assert not any(number in held for number in numbers for held in files)
    with sqlite3.connect(store.data_dir / backup.DATABASE) as db:
        assert db.execute("SELECT count(*) FROM badge").fetchone() == others
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert (await store.trips.totals(TripFilter())).distance_m == 900


async def test_the_means_of_signing_in_of_a_closed_account_go_with_its_sessions(
    store: Store,
) -> None:
    with sqlite3.connect(store.data_dir / backup.DATABASE) as db:
        db.execute("UPDATE agent SET password_hash = 'of ' || login")
        db.execute(
            "INSERT INTO second_factor (agent_id, secret_sealed, made_at_s) VALUES (?, ?, ?)",
            (MARIE, b"sealed", NOW_S),
        )
        db.execute("INSERT INTO recovery_code (agent_id, code_hash) VALUES (?, 'hash')", (MARIE,))
    await store.accounts.close(MARIE, NOW_S)
    await purged(store, NOW_S + DAYS["sessions_d"] * DAY_S)
    assert means_of(store, MARIE) == (1, 1, 1)  # who closed the wrong one opens it again
    await purged(store, NOW_S + DAYS["sessions_d"] * DAY_S + 1)
    assert means_of(store, MARIE) == (0, 0, 0)
    assert means_of(store, PAUL) == (1, 0, 0)


def means_of(store: Store, agent_id: int) -> tuple[int, int, int]:
    """Whether somebody has a password, how many second factors, how many recovery codes."""
    with sqlite3.connect(store.data_dir / backup.DATABASE) as db:
        return db.execute(
            "SELECT (SELECT count(password_hash) FROM agent WHERE agent_id = :id),"
            " (SELECT count(*) FROM second_factor WHERE agent_id = :id),"
            " (SELECT count(*) FROM recovery_code WHERE agent_id = :id)",
            {"id": agent_id},
        ).fetchone()
