"""Revocations and the facts behind grants, in the database."""

import re
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from server.fleet.grants import AFTER_S, BEFORE_S, REVOKED_FOR_S
from server.fleet.records import Holder, ReadRecord, TripStarted
from server.fleet.trips import follow
from server.store import Batch, BoxStatus, Store, access, schema
from tests.fleet import (
    BOOKING,
    CAR,
    HOUR_S,
    MARIE,
    MARIE_UID,
    NOW_S,
    OTHER_CAR,
    PAUL,
    PAUL_UID,
    fit_box,
    wanted,
)


async def badge_id(store: Store, uid: bytes) -> int:
    badge = await store.badges.by_uid(uid)
    assert badge is not None
    return badge.badge_id


async def test_a_badge_is_shown_by_the_end_of_its_number(store: Store) -> None:
    (badge,) = await store.badges.of_agent(MARIE)
    assert (badge.ending, badge.has_key, badge.revoked_at_s) == (MARIE_UID[-2:].hex(), False, None)
    assert await store.badges.get(badge.badge_id) == badge == await store.badges.by_uid(MARIE_UID)
    assert await store.badges.by_uid(b"none") is None and await store.badges.get(99) is None


async def test_the_number_of_a_revocation_never_comes_again(store: Store) -> None:
    marie, paul = await badge_id(store, MARIE_UID), await badge_id(store, PAUL_UID)
    box = await fit_box(store)
    await store.boxes.note_status(box.box_id, BoxStatus("1", "unknown", "none", 0, 1, 0), NOW_S)
    await store.badges.revoke(marie, NOW_S)
    await store.badges.revoke(marie, NOW_S + 5)
    assert (await store.access.of_car(CAR, NOW_S)).revocation == 1
    await store.boxes.note_revocations(box.box_id, 1, NOW_S)
    assert (await store.knowledge.of_revocations([marie]))[marie].waiting == ()
    await store.badges.restore(marie, NOW_S)
    await store.badges.revoke(paul, NOW_S)
    assert [b.box_id for b in (await store.knowledge.of_revocations([paul]))[paul].waiting] == [
        box.box_id
    ]
    assert [b.badge_id for b in await store.badges.revoked()] == [paul]


async def test_a_box_that_was_never_heard_holds_nothing_to_confirm(store: Store) -> None:
    await fit_box(store)
    marie = await badge_id(store, MARIE_UID)
    await store.badges.revoke(marie, NOW_S)
    assert (await store.knowledge.of_revocations([marie]))[marie].waiting == ()


async def test_a_confirmation_is_never_taken_back(store: Store) -> None:
    box = await fit_box(store)
    await store.boxes.note_status(box.box_id, BoxStatus("1", "unknown", "none", 0, 1, 0), NOW_S)
    marie = await badge_id(store, MARIE_UID)
    await store.badges.revoke(marie, NOW_S)
    await store.boxes.note_revocations(box.box_id, 1, NOW_S)
    await store.boxes.note_revocations(box.box_id, 0, NOW_S)
    assert (await store.knowledge.of_revocations([marie]))[marie].waiting == ()


async def test_of_more_revoked_badges_than_a_set_names_it_counts_when_the_box_heard_of_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "MAX_REVOKED", 1)
    box = await fit_box(store)

    async def heard_s() -> int | None:
        return (await store.access.of_car(CAR, NOW_S)).access.unnamed_heard_s

    assert await heard_s() == 0, "none is revoked"
    await store.badges.revoke(await badge_id(store, MARIE_UID), NOW_S)
    assert await heard_s() == 0, "it is named"
    await store.badges.revoke(await badge_id(store, PAUL_UID), NOW_S + 1)
    assert await heard_s() is None, "Marie's is not"
    for day, revocation in enumerate((1, 2, 3)):
        await store.boxes.note_revocations(box.box_id, revocation, NOW_S + day * 86_400)
        assert await heard_s() == NOW_S
    later_s = NOW_S + REVOKED_FOR_S + 86_400
    await store.boxes.note_revocations(box.box_id, 4, later_s)
    assert await heard_s() == NOW_S + 86_400, "what is long ago is written down once"
    other = await store.access.of_car(OTHER_CAR, NOW_S)
    assert other.access.unnamed_heard_s is None, "nobody has told it anything"


async def test_the_other_car_of_a_person_is_the_one_booked_about_then(store: Store) -> None:
    late = wanted(OTHER_CAR, NOW_S + 5 * HOUR_S, NOW_S + 6 * HOUR_S)
    booking = await store.bookings.create(late, MARIE, NOW_S)
    assert await store.bookings.elsewhere(MARIE, CAR, NOW_S) is None
    assert await store.bookings.elsewhere(MARIE, CAR, NOW_S + 5 * HOUR_S - 600) == booking
    assert await store.bookings.elsewhere(PAUL, CAR, NOW_S + 5 * HOUR_S) is None
    first = await store.bookings.elsewhere(MARIE, OTHER_CAR, NOW_S)
    assert first is not None and first.booking_id == BOOKING


def test_a_database_from_before_grants_had_kinds_is_brought_up_to_date(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "master.key").write_bytes(bytes(32))
    connection = sqlite3.connect(tmp_path / "voiturier.db", isolation_level=None)
    connection.row_factory = sqlite3.Row
    for step in schema.MIGRATIONS[:2]:
        step(Database(connection))
    connection.execute("PRAGMA user_version = 2")
    connection.execute("INSERT INTO site VALUES (1, 'PREF', 'x')")
    connection.execute("INSERT INTO vehicle VALUES (1, 'AB', 'Clio', 1)")
    connection.execute(
        "INSERT INTO box (box_id, wire_id, vehicle_id, generation, badge_key_sealed)"
        " VALUES (1, x'00', 1, 1, x'00')"
    )
    connection.execute(
        "INSERT INTO trip (trip_id, box_id, vehicle_id, started_at_s, start_odometer_m,"
        " last_odometer_m, distance_m, state) VALUES (1, 1, 1, 5, 0, 0, 0, 'open')"
    )
    schema.migrate(connection)
    row = connection.execute("SELECT assurance FROM trip").fetchone()
    assert row["assurance"] == "low", "until now a badge was known by its UID"
    assert connection.execute("SELECT walk_up FROM vehicle").fetchone()[0] == 0
    assert connection.execute("SELECT revocation_confirmed FROM box").fetchone()[0] == 0
    connection.close()


async def test_the_soonest_of_the_fleet_are_read_again_when_one_of_them_is_over(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_SOONEST", 1)
    later_s = NOW_S + 2 * HOUR_S
    journey = wanted(OTHER_CAR, later_s, later_s + HOUR_S)
    later = await store.bookings.create(journey, PAUL, NOW_S)
    over_s = NOW_S + HOUR_S + BEFORE_S + AFTER_S

    async def soonest(now_s: int) -> access.Everywhere:
        return (await store.in_reader(lambda: store.access.everywhere(now_s)))[0]

    first = await soonest(NOW_S)
    assert [booking.booking_id for booking in first.bookings] == [BOOKING]
    await store.boxes.rotate_key((await fit_box(store)).box_id, NOW_S)  # news that change nothing
    assert await soonest(over_s - 1) is first and first.until_s == over_s
    assert [booking.booking_id for booking in (await soonest(over_s)).bookings] == [
        later.booking_id
    ]


async def test_no_question_about_one_car_reads_a_whole_table(store: Store) -> None:
    """Those of a heartbeat, of the start of a trip and of the keys of a handshake."""
    secrets = await fit_box(store)
    await store.badges.revoke(await badge_id(store, PAUL_UID), NOW_S)
    asked: list[str] = []

    def read() -> None:
        db = store._engine.reader()
        db.set_trace_callback(asked.append)
        assert store.boxes.key(secrets.wire_id, 1) is not None
        box = store.boxes._by_wire_id(db, secrets.wire_id)
        assert box is not None and store.access.of_box(box, NOW_S) is not None
        store.access.aboard([BOOKING])
        db.set_trace_callback(None)

    def write(db: sqlite3.Connection) -> None:
        db.set_trace_callback(asked.append)

    await store.in_reader(read)
    await store._engine.write(write)
    await store.boxes.note_status(secrets.box_id, BoxStatus("1", "enabled", "none", 0, 1, 0), NOW_S)
    started = TripStarted(NOW_S, 0, Holder(MARIE), None, "high", False)
    record = ReadRecord(2, "trip_start", NOW_S, b"", {}, started)
    batch = Batch(secrets.box_id, 1, 1, 1, (record,), NOW_S)
    assert (await store.records.append(batch, follow)).seq == 1
    questions = [sql for sql in asked if sql.split()[0] in ("SELECT", "UPDATE", "DELETE")]
    plans = {
        f"{row['detail']}: {sql}"
        for sql in questions
        for row in await store.boxes._rows(f"EXPLAIN QUERY PLAN {sql}")
        if re.match(
            r"SCAN (b|o|a|r|c|booking|badge|agent|record|trip|box|command)\b", row["detail"]
        )
        and "INDEX" not in row["detail"]
    }
    assert len(questions) > 20 and plans == set()
