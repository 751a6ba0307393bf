"""A time or a distance that cannot be is marked, and in no total until a named person says so."""

import pytest

from server.fleet.model.trips import Trip, TripFilter, TripTotals
from server.store import Store
from shared_protocol import records
from tests.fleet import HOUR_S, MARIE_UID, NOW_S
from tests.server.own_time.one_car import DAY_S, PLACE, OneCar, one_car

IN_2094_S = 3_918_000_000
IN_2007_S = 1_172_000_000  # a receiver whose weeks went round


@pytest.fixture
async def car(store: Store) -> OneCar:
    return await one_car(store)


async def drive(car: OneCar, at_s: int, arrives_s: int, metres: int = 8_000) -> None:
    """Tell a trip of 20 minutes that began then."""
    end = records.TripEnd(1_000 + metres, *PLACE, records.END_BADGE_HELD)
    ended_s = at_s + 1_200 if at_s else 0
    await car.tell(arrives_s, (at_s, car.start(MARIE_UID)), (ended_s, end))


async def trips(car: OneCar) -> list[Trip]:
    return await car.store.trips.log(TripFilter())


async def totals(car: OneCar, **wanted: int) -> TripTotals:
    return await car.store.trips.totals(TripFilter(**wanted))


@pytest.mark.parametrize("at_s", [IN_2094_S, IN_2007_S, NOW_S + DAY_S])
async def test_a_trip_of_a_time_that_cannot_be_is_listed_by_arrival_and_in_no_total(
    car: OneCar, at_s: int
) -> None:
    await drive(car, at_s, NOW_S)
    await drive(car, NOW_S + HOUR_S, NOW_S + 2 * HOUR_S)
    sure, doubtful = await trips(car)
    assert (doubtful.started_at_s, doubtful.listed_at_s) == (at_s, NOW_S)
    assert (doubtful.time_doubtful, sure.time_doubtful) == (True, False)
    assert (await totals(car)).distance_m == 8_000
    today = {"from_s": NOW_S - 1, "to_s": NOW_S + 1}
    assert len(await car.store.trips.log(TripFilter(**today))) == 1
    assert (await totals(car, **today)).distance_m == 0


@pytest.mark.parametrize("at_s", [NOW_S, 0])
async def test_a_distance_that_no_car_drives_is_in_no_total(car: OneCar, at_s: int) -> None:
    await drive(car, at_s, NOW_S + 1_200, metres=4_294_900_000)
    (trip,) = await trips(car)
    assert trip.distance_doubtful and not trip.time_doubtful
    assert (await totals(car)).distance_m == 0


async def test_a_distance_is_doubted_while_the_trip_is_under_way_too(car: OneCar) -> None:
    await car.tell(
        NOW_S + 60, (NOW_S, car.start(MARIE_UID)), (NOW_S + 60, records.Odometer(500_000_000))
    )
    assert (await totals(car)).distance_m == 0


@pytest.mark.parametrize("metres", [0, 8_000, 70_000])
@pytest.mark.parametrize("late_s", [0, HOUR_S, 90 * DAY_S])
async def test_an_ordinary_trip_counts_however_late_it_comes(
    car: OneCar, metres: int, late_s: int
) -> None:
    await drive(car, NOW_S, NOW_S + 1_200 + late_s, metres)
    assert (await totals(car)).distance_m == metres


async def test_a_car_that_does_not_know_the_time_is_listed_by_arrival_and_counts(
    car: OneCar,
) -> None:
    await drive(car, 0, NOW_S, metres=400_000)
    assert (await totals(car)).distance_m == 400_000


async def test_a_time_that_is_mended_is_doubted_no_more(car: OneCar) -> None:
    ahead_s = 30 * DAY_S
    await car.tell(NOW_S, (NOW_S + ahead_s, records.ClockState(1, 2, 1, 100)))
    await drive(car, NOW_S + ahead_s, NOW_S + 1_200)
    assert (await totals(car)).distance_m == 0
    await car.tell(
        NOW_S + 1_300,
        (NOW_S + 1_300, records.ClockState(2, 1, 0, 20)),
        (NOW_S + 1_300, records.ClockMended(1, -ahead_s)),
    )
    (trip,) = await trips(car)
    assert (trip.listed_at_s, (await totals(car)).distance_m) == (NOW_S, 8_000)


async def test_the_last_trip_of_a_car_is_the_one_that_arrived_last(car: OneCar) -> None:
    """One of 2094 does not stay the last for ever."""
    left_on = records.TripEnd(2_000, *PLACE, records.END_IGNITION_LEFT_ON)
    await drive(car, IN_2094_S, NOW_S)
    await car.tell(
        NOW_S + 2 * HOUR_S,
        (NOW_S + HOUR_S, car.start(MARIE_UID)),
        (NOW_S + HOUR_S + 60, left_on),
    )
    assert len(await car.store.trips.left_running(9)) == 1
