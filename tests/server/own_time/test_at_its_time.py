"""Who held a badge, and who was of which directorate, when it happened: not when it was told."""

import json

import pytest

from server.fleet import fleet_file
from server.fleet.model.trips import TripFilter
from server.store import Store
from shared_protocol import records
from tests.fleet import BOOKING, HOUR_S, MARIE_UID, NOW_S, PAUL_UID, agent, booking, fleet
from tests.server.own_time.one_car import DAY_S, END, WALK_UP, OneCar, one_car


@pytest.fixture
async def car(store: Store) -> OneCar:
    return await one_car(store)


LATE_S = NOW_S + 3 * DAY_S


@pytest.mark.parametrize("booking", [BOOKING, WALK_UP])
async def test_yesterdays_trip_is_yesterdays_holders(car: OneCar, booking: int) -> None:
    await car.hand_over(NOW_S + DAY_S)
    await car.tell(LATE_S, (NOW_S, car.start(MARIE_UID, booking)), (NOW_S + 60, END))
    assert (await car.trip()).agent_name == "Marie Leroy"


@pytest.mark.parametrize("booking", [BOOKING, WALK_UP])
async def test_a_trip_after_the_hand_over_is_the_new_holders(car: OneCar, booking: int) -> None:
    await car.hand_over(NOW_S + DAY_S)
    started_s = NOW_S + 2 * DAY_S
    await car.tell(LATE_S, (started_s, car.start(MARIE_UID, booking)), (started_s + 60, END))
    assert (await car.trip()).agent_name == "Paul Morin"


async def test_a_walk_up_trip_is_of_the_directorate_of_then(car: OneCar) -> None:
    await car.load(NOW_S + DAY_S, agent("marie.leroy", MARIE_UID, directorate="DDPP"))
    await car.tell(LATE_S, (NOW_S, car.start(MARIE_UID, WALK_UP)), (NOW_S + 60, END))
    assert (await car.trip()).directorate_code == "DDT"


async def test_a_refused_badge_is_its_holders_of_then(car: OneCar) -> None:
    await car.hand_over(NOW_S + DAY_S)
    refused = records.Refusal(car.tag(MARIE_UID), records.REFUSED_TOO_EARLY)
    await car.tell(LATE_S, (NOW_S, refused))
    refusal = await car.refusal()
    assert (refusal.agent_name, refusal.directorate_code) == ("Marie Leroy", "DDT")


async def test_a_badge_that_nobody_had_yet_was_refused_to_nobody(car: OneCar) -> None:
    new = bytes.fromhex("04c0ffee00beef")
    await car.load(NOW_S + DAY_S, agent("luc.petit", new))
    await car.tell(LATE_S, (NOW_S, records.Refusal(car.tag(new), records.REFUSED_UNKNOWN_BADGE)))
    assert (await car.refusal()).agent_name is None


async def test_who_rode_along_is_who_had_the_badge_then(car: OneCar) -> None:
    await car.hand_over(NOW_S + DAY_S)
    on_board = records.Occupant(car.tag(MARIE_UID))
    await car.tell(LATE_S, (NOW_S, car.start(bytes(7))), (NOW_S + 9, on_board), (NOW_S + 60, END))
    trip = await car.trip()
    assert "Paul Morin" not in trip.occupants


async def test_a_badge_that_came_back_has_each_of_its_times(car: OneCar) -> None:
    await car.hand_over(NOW_S + DAY_S)
    await car.load(
        NOW_S + 2 * DAY_S,
        agent("paul.morin", PAUL_UID, directorate="DDPP", role="manager"),
        agent("marie.leroy", MARIE_UID),
    )
    told = []
    for day in range(3):
        at_s = NOW_S + day * DAY_S + HOUR_S
        told += [(at_s, car.start(MARIE_UID, WALK_UP)), (at_s + 60, END)]
    await car.tell(LATE_S, *told)
    trips = await car.store.trips.log(TripFilter())
    names = [trip.agent_name for trip in reversed(trips)]
    assert names == ["Marie Leroy", "Paul Morin", "Marie Leroy"]


async def test_a_time_that_is_unknown_between_two_holders_makes_the_trip_nobodys(
    car: OneCar,
) -> None:
    await car.tell(NOW_S, (NOW_S, records.Odometer(1_000)))
    await car.hand_over(NOW_S + DAY_S)
    await car.tell(LATE_S, (0, car.start(MARIE_UID)), (0, END))
    trip = await car.trip()
    assert (trip.agent_name, trip.directorate_code, trip.booking_id) == (None, "DDT", BOOKING)


async def test_a_time_that_is_unknown_after_the_last_hand_over_leaves_no_doubt(
    car: OneCar,
) -> None:
    await car.hand_over(NOW_S + DAY_S)
    await car.tell(NOW_S + 2 * DAY_S, (NOW_S + 2 * DAY_S, records.Odometer(1_000)))
    await car.tell(LATE_S, (0, car.start(MARIE_UID)), (0, END))
    assert (await car.trip()).agent_name == "Paul Morin"


async def test_a_time_that_has_not_come_yet_is_unknown(car: OneCar) -> None:
    await car.tell(NOW_S, (NOW_S, records.Odometer(1_000)))
    await car.hand_over(NOW_S + DAY_S)
    in_2094_s = 3_918_000_000
    await car.tell(LATE_S, (in_2094_s, car.start(MARIE_UID)), (in_2094_s + 60, END))
    assert (await car.trip()).agent_name is None


async def test_a_trip_whose_time_was_mended_is_who_had_the_badge_at_the_right_time(
    car: OneCar,
) -> None:
    await car.hand_over(NOW_S + DAY_S)
    wrong_s = NOW_S + 2 * DAY_S
    await car.tell(
        LATE_S,
        (wrong_s, records.ClockState(1, 2, 1, 100)),
        (wrong_s + 1, car.start(MARIE_UID, WALK_UP)),
        (wrong_s + 2, records.Refusal(car.tag(MARIE_UID), records.REFUSED_MOVING)),
        (wrong_s + 3, records.Occupant(car.tag(PAUL_UID))),
        (wrong_s + 60, END),
        (NOW_S + 120, records.ClockState(2, 1, 0, 20)),
        (NOW_S + 120, records.ClockMended(1, -2 * DAY_S)),
    )
    trip = await car.trip()
    assert (trip.agent_name, trip.directorate_code) == ("Marie Leroy", "DDT")
    assert trip.occupants == ("Paul Morin",)
    assert (await car.refusal()).agent_name == "Marie Leroy"


@pytest.mark.parametrize(("also", "name"), [([], "Marie Leroy"), (["paul.morin"], None)])
async def test_a_badge_that_is_not_on_record_is_its_bookings_agents_if_only_they_may_drive(
    car: OneCar, also: list[str], name: str | None
) -> None:
    """It was given in a time that the database has forgotten."""
    entry = booking("AB-123-CD", "marie.leroy", NOW_S + 5 * HOUR_S, NOW_S + 6 * HOUR_S)
    text = json.dumps(fleet([], [], [entry | {"drivers": also}]))
    await car.store.fleet.load(fleet_file.parse(text), {}, NOW_S)
    at_s = NOW_S + 5 * HOUR_S
    await car.tell(LATE_S, (at_s, car.start(b"\1" * 7, BOOKING + 1)), (at_s + 60, END))
    trip = await car.trip()
    assert (trip.agent_name, trip.booking_id) == (name, BOOKING + 1)
