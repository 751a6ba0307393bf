"""Bookings: what the database itself refuses."""

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.model.bookings import Booking
from server.fleet.refusals import Reason, Refusal, Refused
from server.store import Store, schema
from server.store.bookings import booking_of
from tests.fleet import (
    BOOKING,
    CAR,
    HOUR_S,
    MARIE,
    NOW_S,
    OTHER_CAR,
    PAUL,
    call_off,
    to_car,
    until,
    wanted,
)

Row = tuple[int, int, int, str]  # vehicle, start, end, state

INSTANTS = st.integers(0, 12)
ROWS = st.tuples(
    st.sampled_from((1, 2)), INSTANTS, INSTANTS, st.sampled_from(("active", "cancelled"))
)


def may_stand(row: Row, others: list[Row]) -> bool:
    """The model: an active booking ends after it starts and overlaps no other one of its car."""
    vehicle, start, end, state = row
    return state != "active" or (
        start < end
        and not any(
            vehicle == v and s == "active" and not (end <= a or b <= start) for v, a, b, s in others
        )
    )


@given(st.lists(st.tuples(ROWS, st.none() | st.integers(0, 9)), max_size=20))
def test_no_statement_can_make_two_active_bookings_of_a_car_overlap(
    writes: list[tuple[Row, int | None]],
) -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(db)
    stored: dict[int, Row] = {}
    for row, changes in writes:
        if changes is not None and changes + 1 in stored:
            booking_id = changes + 1
            sql = (
                "UPDATE booking SET vehicle_id = ?, starts_at_s = ?, ends_at_s = ?, state = ?"
                f" WHERE booking_id = {booking_id}"
            )
        else:
            booking_id = len(stored) + 1
            sql = (
                "INSERT INTO booking (vehicle_id, starts_at_s, ends_at_s, state, agent_id,"
                " directorate_id, purpose, created_at_s) VALUES (?, ?, ?, ?, 1, 1, '', 0)"
            )
        others = [other for key, other in stored.items() if key != booking_id]
        try:
            db.execute(sql, row)
        except sqlite3.IntegrityError:
            assert not may_stand(row, others)
        else:
            assert may_stand(row, others)
            stored[booking_id] = row
    columns = "booking_id, vehicle_id, starts_at_s, ends_at_s, state"
    rows = db.execute(f"SELECT {columns} FROM booking").fetchall()
    db.close()
    assert {booking_id: tuple(row) for booking_id, *row in rows} == stored


async def test_an_overlap_names_the_bookings_in_the_way(store: Store) -> None:
    with pytest.raises(Refused, match="overlap") as refusal:
        await store.bookings.create(wanted(CAR, NOW_S, NOW_S + 9 * HOUR_S), PAUL, NOW_S)
    assert [booking.booking_id for booking in refusal.value.first.conflicts] == [BOOKING]
    assert refusal.value.first.conflicts[0].agent_name == "Marie Leroy"


async def test_a_booking_may_begin_when_another_ends(store: Store) -> None:
    booking = await store.bookings.create(
        wanted(CAR, NOW_S + HOUR_S, NOW_S + 2 * HOUR_S), PAUL, NOW_S
    )
    assert (booking.plate, booking.agent_name, booking.directorate_code, booking.state) == (
        "AB-123-CD",
        "Paul Morin",
        "DDPP",
        "active",
    )


async def test_the_same_time_in_another_car_is_free(store: Store) -> None:
    await store.bookings.create(wanted(OTHER_CAR, NOW_S, NOW_S + HOUR_S), PAUL, NOW_S)


async def test_a_cancelled_booking_frees_the_car(store: Store) -> None:
    await call_off(store, BOOKING)
    await store.bookings.create(wanted(CAR, NOW_S, NOW_S + HOUR_S), PAUL, NOW_S)


async def test_cancelling_twice_is_cancelling_once(store: Store) -> None:
    first = await call_off(store, BOOKING)
    assert first is not None and first.state == "cancelled"
    assert await call_off(store, BOOKING) == first


async def test_what_is_decided_of_a_booking_is_decided_of_what_stands_then(store: Store) -> None:
    async def later() -> Booking | None:
        return await store.bookings.change(BOOKING, lambda b: replace(b, ends_at_s=b.ends_at_s + 1))

    await asyncio.gather(*(later() for _ in range(20)))
    (booking,) = await store.bookings.of_agent(MARIE, 0)
    assert booking.ends_at_s == NOW_S + HOUR_S + 20


async def test_a_decision_that_refuses_leaves_all_as_it_was(store: Store) -> None:
    before = await store.bookings.of_agent(MARIE, 0)

    def refuse(booking: Booking) -> Booking:
        raise Refused(Refusal("id", Reason.ALREADY_OVER))

    with pytest.raises(Refused, match="already_over"):
        await store.bookings.change(BOOKING, refuse)
    assert await store.bookings.of_agent(MARIE, 0) == before
    assert await store.bookings.change(BOOKING + 99, refuse) is None


async def test_bookings_between_are_those_that_touch_the_span(store: Store) -> None:
    async def ids(from_s: int, to_s: int) -> list[int]:
        return [b.booking_id for b in await store.bookings.between(from_s, to_s)]

    assert await ids(NOW_S, NOW_S + 1) == [BOOKING]
    assert await ids(NOW_S + HOUR_S, NOW_S + 2 * HOUR_S) == []
    assert await ids(NOW_S - 2 * HOUR_S, NOW_S - HOUR_S) == []


async def test_a_booking_moves_to_another_car_and_stays_the_same(store: Store) -> None:
    for _ in range(2):
        moved = await to_car(store, BOOKING, OTHER_CAR)
        assert moved is not None
        assert (moved.booking_id, moved.plate) == (BOOKING, "EF-456-GH")
        assert (moved.starts_at_s, moved.ends_at_s) == (NOW_S - HOUR_S, NOW_S + HOUR_S)
    await store.bookings.create(wanted(CAR, NOW_S, NOW_S + HOUR_S), PAUL, NOW_S)


async def test_a_taken_car_or_hour_is_refused_and_the_booking_stays(store: Store) -> None:
    other = await store.bookings.create(wanted(OTHER_CAR, NOW_S, NOW_S + HOUR_S), PAUL, NOW_S)
    behind = await store.bookings.create(
        wanted(CAR, NOW_S + HOUR_S, NOW_S + 2 * HOUR_S), PAUL, NOW_S
    )
    with pytest.raises(Refused, match="overlap") as refusal:
        await to_car(store, BOOKING, OTHER_CAR)
    assert refusal.value.first.conflicts == (other,)
    with pytest.raises(Refused, match="overlap") as refusal:
        await until(store, BOOKING, NOW_S + HOUR_S + 1)
    assert refusal.value.first.conflicts == (behind,), "the booking itself is in nobody's way"
    (stays,) = await store.bookings.of_agent(MARIE, 0)
    assert (stays.vehicle_id, stays.ends_at_s) == (CAR, NOW_S + HOUR_S)


async def test_a_booking_ends_later_where_nothing_is_in_the_way(store: Store) -> None:
    extended = await until(store, BOOKING, NOW_S + 2 * HOUR_S)
    assert extended is not None
    assert (extended.booking_id, extended.ends_at_s) == (BOOKING, NOW_S + 2 * HOUR_S)


async def test_of_several_bookings_all_are_made_or_none(store: Store) -> None:
    hours = [wanted(CAR, NOW_S + n * HOUR_S, NOW_S + (n + 1) * HOUR_S) for n in range(4)]
    late = await store.bookings.create(hours[3], PAUL, NOW_S)
    with pytest.raises(Refused, match="overlap") as refusal:
        await store.bookings.create_all(hours, PAUL, NOW_S)
    assert [b.booking_id for b in refusal.value.first.conflicts] == [BOOKING, late.booking_id]
    assert await store.bookings.of_agent(PAUL, 0) == [late]
    made = await store.bookings.create_all(hours[1:3], PAUL, NOW_S)
    assert [b.starts_at_s for b in made] == [NOW_S + HOUR_S, NOW_S + 2 * HOUR_S]


async def test_two_clicks_at_once_make_one_booking(store: Store, tmp_path: Path) -> None:
    other_process = Store.open(tmp_path / "data")
    one_hour = wanted(CAR, NOW_S + 5 * HOUR_S, NOW_S + 6 * HOUR_S)
    outcomes = []
    for one in (store, other_process):
        try:
            outcomes.append(await one.bookings.create(one_hour, PAUL, NOW_S))
        except Refused as overlap:
            outcomes.append(overlap)
    await other_process.close()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Booking", "Refused"]


async def test_to_refuse_a_car_that_is_taken_the_bookings_of_other_cars_are_not_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hour in range(2, 40):
        hours = (NOW_S + hour * HOUR_S, NOW_S + hour * HOUR_S + HOUR_S)
        await store.bookings.create(wanted(OTHER_CAR, *hours), PAUL, NOW_S)
    read = []

    def count(row: sqlite3.Row) -> Booking:
        read.append(row)
        return booking_of(row)

    monkeypatch.setattr("server.store.bookings.booking_of", count)
    with pytest.raises(Refused) as refused:
        await store.bookings.create(wanted(CAR, NOW_S, NOW_S + 40 * HOUR_S), PAUL, NOW_S)
    (refusal,) = refused.value.refusals
    assert [other.booking_id for other in refusal.conflicts] == [BOOKING]
    assert len(read) == 1
