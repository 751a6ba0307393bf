"""Trips as pages list them."""

from server.fleet.model.trips import Trip
from server.fleet.records import (
    BadgeRefused,
    FleetRecord,
    Holder,
    ReadRecord,
    TripEnded,
    TripStarted,
)
from server.fleet.trips import follow
from server.store import Batch, Store
from tests.fleet import (
    BOOKING,
    CAR,
    HOUR_S,
    MARIE,
    NOW_S,
    OTHER_CAR,
    PAUL,
    call_off,
    fit_box,
    wanted,
)


async def report(store: Store, *told: FleetRecord) -> None:
    box = await fit_box(store)
    records = tuple(ReadRecord(0, "", NOW_S, b"", {}, each) for each in told)
    await store.records.append(Batch(box.box_id, 1, 1, 1, records, NOW_S), follow)


async def test_a_trip_is_booked_until_its_booking_ends_and_those_of_the_same_person_behind_it(
    store: Store,
) -> None:
    async def booked_until_s() -> int | None:
        (trip,) = await store.trips.under_way()
        return trip.booked_until_s

    async def book(agent_id: int, from_h: int, to_h: int) -> int:
        times = (NOW_S + from_h * HOUR_S, NOW_S + to_h * HOUR_S)
        journey = wanted(CAR, *times)
        return (await store.bookings.create(journey, agent_id, NOW_S)).booking_id

    await report(store, TripStarted(NOW_S, 0, Holder(MARIE, 1, BOOKING), None))
    assert await booked_until_s() == NOW_S + HOUR_S
    second = await book(MARIE, 1, 2)
    await book(MARIE, 2, 3)
    await book(PAUL, 3, 4)
    await book(MARIE, 4, 5)
    assert await booked_until_s() == NOW_S + 3 * HOUR_S
    await call_off(store, second)
    assert await booked_until_s() == NOW_S + HOUR_S


async def test_a_trip_without_a_booking_is_booked_until_no_time_and_an_ended_one_is_over(
    store: Store,
) -> None:
    def told(trips: list[Trip]) -> list[tuple[int | None, int | None]]:
        return [(trip.agent_id, trip.booked_until_s) for trip in trips]

    ended = TripEnded(NOW_S + 60, 0, "badge_held", None)
    later = TripStarted(NOW_S + 120, 0, Holder(PAUL, 2), None)
    first = TripStarted(NOW_S, 0, Holder(MARIE, 1, BOOKING), None)
    await report(store, first, ended, later)
    assert told(await store.trips.under_way()) == [(PAUL, None)]


async def test_an_agent_s_refusals_name_the_booking_of_the_right_car(store: Store) -> None:
    journey = wanted(OTHER_CAR, NOW_S, NOW_S + HOUR_S)
    booking = await store.bookings.create(journey, PAUL, NOW_S)
    refused = BadgeRefused(NOW_S, "wrong_car", Holder(PAUL, 2, booking.booking_id))
    await report(store, BadgeRefused(NOW_S, "unknown_badge", Holder()), refused)
    (refusal,) = await store.refusals.of_agent(PAUL, NOW_S)
    assert (refusal.booking_id, refusal.booked_plate) == (booking.booking_id, "EF-456-GH")
    assert (
        await store.refusals.of_agent(PAUL, NOW_S + 1)
        == await store.refusals.of_agent(MARIE, 0)
        == []
    )
