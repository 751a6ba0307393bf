"""Which site a car had, and in which car a box was, when it happened: not when it was told."""

import json

import pytest

from server.fleet import fleet_file
from server.store import Store
from shared_protocol import records
from tests.fleet import MARIE_UID, NOW_S, SITE, fleet, vehicle
from tests.server.own_time.one_car import DAY_S, END, PLACE, OneCar, one_car

LATE_S = NOW_S + 3 * DAY_S
FAR = "LOIN"
AT_HOME = records.TripEnd(9_000, *PLACE, records.END_BADGE_HELD)


@pytest.fixture
async def car(store: Store) -> OneCar:
    return await one_car(store)


async def parks_at(car: OneCar, site: str, at_s: int) -> None:
    """The car belongs to that site from then on."""
    sites = [
        {"code": code, "name": code, "lat": lat, "lon": PLACE[1] / 1e7}
        for code, lat in ((SITE, PLACE[0] / 1e7), (FAR, 47.5))
    ]
    cars = [vehicle("AB-123-CD") | {"site": site}]
    text = json.dumps(fleet(cars, [], []) | {"sites": sites})
    await car.store.fleet.load(fleet_file.parse(text), {}, at_s)


async def test_a_trip_that_ended_at_the_site_of_then_is_not_parked_elsewhere(car: OneCar) -> None:
    await parks_at(car, SITE, NOW_S - DAY_S)
    await parks_at(car, FAR, NOW_S + DAY_S)
    await car.tell(LATE_S, (NOW_S, car.start(MARIE_UID)), (NOW_S + 60, AT_HOME))
    assert not (await car.trip()).wrong_site


async def test_a_trip_after_the_car_changed_site_is_judged_by_the_new_one(car: OneCar) -> None:
    await parks_at(car, SITE, NOW_S - DAY_S)
    await parks_at(car, FAR, NOW_S + DAY_S)
    started_s = NOW_S + 2 * DAY_S
    await car.tell(LATE_S, (started_s, car.start(MARIE_UID)), (started_s + 60, END))
    assert (await car.trip()).wrong_site
