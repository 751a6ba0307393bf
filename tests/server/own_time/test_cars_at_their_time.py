"""Which site a car had, and in which car a box was, when it happened: not when it was told."""

import json

import pytest

from server.fleet import fleet_file
from server.fleet.model.trips import TripFilter
from server.fleet.refusals import Reason, Refused
from server.store import Store
from shared_protocol import records
from tests.fleet import (
    BOOKING,
    CAR,
    MARIE,
    MARIE_UID,
    NOW_S,
    OTHER_CAR,
    SITE,
    fit_box,
    fleet,
    vehicle,
)
from tests.server.own_time.one_car import DAY_S, END, PLACE, WALK_UP, OneCar, one_car

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


async def moved(car: OneCar, at_s: int) -> None:
    """The box goes into the other car."""
    await car.store.boxes.move(car.box.box_id, OTHER_CAR, at_s)


async def test_what_a_box_tells_of_before_it_moved_is_the_former_cars(car: OneCar) -> None:
    await moved(car, NOW_S + DAY_S)
    refused = records.Refusal(car.tag(MARIE_UID), records.REFUSED_TOO_EARLY)
    await car.tell(LATE_S, (NOW_S - 60, refused), (NOW_S, car.start(MARIE_UID)), (NOW_S + 60, END))
    trip = await car.trip()
    assert (trip.plate, trip.booking_id) == ("AB-123-CD", BOOKING)
    assert (await car.refusal()).plate == "AB-123-CD"


async def test_what_it_tells_of_after_is_the_other_cars_and_charges_no_booking_of_the_former(
    car: OneCar,
) -> None:
    await moved(car, NOW_S + DAY_S)
    started_s = NOW_S + 2 * DAY_S
    await car.tell(LATE_S, (started_s, car.start(MARIE_UID)), (started_s + 60, END))
    trip = await car.trip()
    assert (trip.plate, trip.booking_id) == ("EF-456-GH", None)


async def test_one_batch_of_both_cars_is_told_apart(car: OneCar) -> None:
    await moved(car, NOW_S + DAY_S)
    later_s = NOW_S + 2 * DAY_S
    await car.tell(
        LATE_S,
        (NOW_S, car.start(MARIE_UID)),
        (NOW_S + 60, END),
        (later_s, car.start(MARIE_UID, WALK_UP)),
        (later_s + 60, END),
    )
    trips = await car.store.trips.log(TripFilter())
    assert [trip.plate for trip in trips] == ["EF-456-GH", "AB-123-CD"]


async def test_an_unknown_time_between_two_of_the_former_car_is_the_former_cars(
    car: OneCar,
) -> None:
    await moved(car, NOW_S + DAY_S)
    refused = records.Refusal(car.tag(MARIE_UID), records.REFUSED_TOO_EARLY)
    await car.tell(LATE_S, (NOW_S, refused), (0, refused), (NOW_S + 60, refused), (0, refused))
    told = await car.store.refusals.log()
    assert [refusal.plate for refusal in reversed(told)] == ["AB-123-CD"] * 3 + ["EF-456-GH"]


async def test_a_trip_that_begins_before_the_move_and_ends_after_it_stays_one_cars(
    car: OneCar,
) -> None:
    await moved(car, NOW_S + 30)
    await car.tell(LATE_S, (NOW_S, car.start(MARIE_UID)), (NOW_S + 60, END))
    assert (await car.trip()).plate == "AB-123-CD"


async def test_kilometres_without_a_trip_of_two_cars_are_two(car: OneCar) -> None:
    await moved(car, NOW_S + DAY_S)
    later_s = NOW_S + 2 * DAY_S
    await car.tell(
        LATE_S,
        *((NOW_S + i, records.Odometer(1_000 * i)) for i in range(1, 4)),
        *((later_s + i, records.Odometer(3_000 + 1_000 * i)) for i in range(1, 3)),
    )
    told = await car.store.unassigned.log(9)
    assert {(row.plate, row.distance_m) for row in told} == {
        ("AB-123-CD", 2_000),
        ("EF-456-GH", 2_000),
    }


async def test_a_box_moves_back_and_each_time_is_its_own(car: OneCar) -> None:
    await moved(car, NOW_S + DAY_S)
    await car.store.boxes.move(car.box.box_id, CAR, NOW_S + 2 * DAY_S)
    refused = records.Refusal(car.tag(MARIE_UID), records.REFUSED_TOO_EARLY)
    await car.tell(LATE_S, *((NOW_S + 60 + day * DAY_S, refused) for day in range(3)))
    told = await car.store.refusals.log()
    plates = [refusal.plate for refusal in reversed(told)]
    assert plates == ["AB-123-CD", "EF-456-GH", "AB-123-CD"]


async def test_its_connection_as_the_former_cars_learns_nothing_any_more(car: OneCar) -> None:
    assert car.store.access.of_box(car.box, NOW_S) is not None
    await moved(car, NOW_S)
    assert car.store.access.of_box(car.box, NOW_S) is None
    box = await car.store.boxes.by_wire_id(car.box.wire_id)
    assert box is not None and box.vehicle_id == OTHER_CAR


@pytest.mark.parametrize("what", ["trip", "order", "theft", "box"])
async def test_a_box_stays_while_something_of_its_car_waits(car: OneCar, what: str) -> None:
    reason = Reason.ORDERS_WAIT
    match what:
        case "trip":
            await car.tell(NOW_S, (NOW_S, car.start(MARIE_UID)))
            reason = Reason.STILL_OUT
        case "order":
            await car.store.commands.queue(car.box.box_id, "inhibit", NOW_S, LATE_S)
        case "theft":
            await car.store.theft_orders.ask(CAR, "PV 1", MARIE, NOW_S)
        case "box":
            await fit_box(car.store, OTHER_CAR)
            reason = Reason.BOX_EXISTS
    with pytest.raises(Refused) as refused:
        await moved(car, NOW_S + 60)
    assert refused.value.first.reason is reason


@pytest.mark.parametrize(
    ("wrong_by_s", "moved_at_s", "plate"),
    [(2 * DAY_S, NOW_S + DAY_S, "AB-123-CD"), (-2 * DAY_S, NOW_S - DAY_S, "EF-456-GH")],
)
async def test_what_a_wrong_clock_told_is_the_cars_of_the_mended_time(
    car: OneCar, wrong_by_s: int, moved_at_s: int, plate: str
) -> None:
    await moved(car, moved_at_s)
    wrong_s = NOW_S + wrong_by_s
    await car.tell(
        LATE_S,
        (wrong_s, records.ClockState(1, 2, 1, 100)),
        (wrong_s + 1, car.start(MARIE_UID, WALK_UP)),
        (wrong_s + 2, records.Refusal(car.tag(MARIE_UID), records.REFUSED_MOVING)),
        (wrong_s + 60, END),
        (NOW_S + 120, records.ClockState(2, 1, 0, 20)),
        (NOW_S + 120, records.ClockMended(1, -wrong_by_s)),
    )
    trip = await car.trip()
    assert (trip.plate, trip.started_at_s) == (plate, NOW_S + 1)
    assert (await car.refusal()).plate == plate


async def test_a_trip_whose_time_was_mended_is_judged_by_the_site_of_then(car: OneCar) -> None:
    await parks_at(car, SITE, NOW_S - DAY_S)
    await parks_at(car, FAR, NOW_S + DAY_S)
    wrong_s = NOW_S + 2 * DAY_S
    await car.tell(
        LATE_S,
        (wrong_s, records.ClockState(1, 2, 1, 100)),
        (wrong_s + 1, car.start(MARIE_UID, WALK_UP)),
        (wrong_s + 60, AT_HOME),
        (NOW_S + 120, records.ClockState(2, 1, 0, 20)),
        (NOW_S + 120, records.ClockMended(1, -2 * DAY_S)),
    )
    assert not (await car.trip()).wrong_site
