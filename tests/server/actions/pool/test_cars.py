"""A car comes into the pool, changes, leaves it: and what it was stays true of what happened."""

import json

import pytest

from server.actions import Actions, Operator, Person, bookings
from server.actions.pool import cars, sites
from server.actions.pool.cars import AddCar, ChangeCar, OneCar
from server.fleet import fleet_file
from server.fleet.inputs import judged
from server.fleet.pool import stamp
from server.fleet.refusals import Reason, Refused
from server.store import Store
from tests.fleet import BOOKING, CAR, FLEET, HOUR_S, NOW_S, OTHER_CAR, call_off
from tests.server.actions.pool.refused import reasons
from tests.server.web.sample import StillClock

OPERATOR = Operator()
NEW = AddCar(plate="ij-789-kl", label="Zoé", site_id=1)


async def test_a_new_car_can_be_booked_at_once(actions: Actions, paul: Person) -> None:
    car = await cars.add(paul, judged(AddCar, NEW.model_dump()), actions)
    assert (car.plate, car.site_code) == ("IJ-789-KL", "PREF")
    wanted = bookings.Book(
        vehicle_id=car.vehicle_id, starts_at_s=NOW_S, ends_at_s=NOW_S + HOUR_S, purpose="Visite"
    )
    (booked,) = await bookings.book(paul, wanted, actions)
    assert booked.plate == "IJ-789-KL"


async def test_who_drives_changes_no_car(actions: Actions, marie: Person) -> None:
    one = OneCar(vehicle_id=CAR)
    for act, request in (
        (cars.get, one),
        (cars.add, NEW),
        (cars.change, ChangeCar(vehicle_id=CAR, **NEW.model_dump())),
        (cars.bookings_to_come, one),
        (cars.retire, one),
        (cars.reopen, one),
    ):
        with pytest.raises(Refused) as refused:
            await act(marie, request, actions)
        assert reasons(refused) == [("", Reason.NOT_ALLOWED)]


async def test_the_same_plate_however_written_is_one_car(actions: Actions) -> None:
    with pytest.raises(Refused) as refused:
        await cars.add(OPERATOR, judged(AddCar, {**NEW.model_dump(), "plate": "ab123cd"}), actions)
    assert reasons(refused) == [("plate", Reason.NAME_TAKEN)]


@pytest.mark.parametrize("plate", ["", " ", "---", "x" * 200])
def test_what_is_no_plate_is_refused(plate: str) -> None:
    with pytest.raises(Refused) as refused:
        judged(AddCar, {"plate": plate, "label": "Clio", "site_id": 1})
    assert refused.value.first.field == "plate"


async def test_of_two_who_change_a_car_at_once_the_second_is_told(
    store: Store, actions: Actions
) -> None:
    seen = stamp(await store.vehicles.get(CAR))
    first = ChangeCar(vehicle_id=CAR, plate="AB-123-CD", label="Clio grise", site_id=1, seen=seen)
    await cars.change(OPERATOR, first, actions)
    with pytest.raises(Refused) as refused:
        await cars.change(OPERATOR, first.model_copy(update={"label": "Clio bleue"}), actions)
    assert reasons(refused) == [("", Reason.CHANGED_SINCE)]
    car = await store.vehicles.get(CAR)
    assert car is not None and car.label == "Clio grise"


async def test_a_fleet_file_that_says_the_plate_of_before_means_the_same_car(
    store: Store, actions: Actions
) -> None:
    wanted = ChangeCar(vehicle_id=CAR, plate="ZZ-999-ZZ", label="Clio", site_id=1)
    await cars.change(OPERATOR, wanted, actions)
    await store.fleet.load(fleet_file.parse(json.dumps(FLEET)), {}, NOW_S)
    assert [car.plate for car in await store.vehicles.all()] == ["EF-456-GH", "ZZ-999-ZZ"]
    assert await store.vehicles.former_plates(CAR) == ["AB-123-CD"]
    assert len(await store.bookings.of_vehicle(CAR, NOW_S)) == 1


async def test_a_car_that_is_booked_does_not_leave_until_that_is_settled(
    store: Store, actions: Actions
) -> None:
    one = OneCar(vehicle_id=CAR)
    with pytest.raises(Refused) as refused:
        await cars.retire(OPERATOR, one, actions)
    assert reasons(refused) == [("", Reason.STILL_BOOKED)]
    assert [b.booking_id for b in await cars.bookings_to_come(OPERATOR, one, actions)] == [BOOKING]
    await call_off(store, BOOKING)
    gone = await cars.retire(OPERATOR, one, actions)
    assert gone.retired_at_s == NOW_S


async def test_a_car_that_left_is_offered_and_given_to_nobody_and_comes_back(
    store: Store, actions: Actions, marie: Person, clock: StillClock
) -> None:
    await call_off(store, BOOKING)
    for _ in range(2):
        gone = await cars.retire(OPERATOR, OneCar(vehicle_id=CAR), actions)
        clock.at_s += 60
    assert gone.retired_at_s == NOW_S, "twice is once"
    wanted = bookings.Book(
        vehicle_id=CAR,
        starts_at_s=NOW_S + HOUR_S,
        ends_at_s=NOW_S + 2 * HOUR_S,
        purpose="Visite",
    )
    with pytest.raises(Refused) as refused:
        await bookings.book(marie, wanted, actions)
    assert reasons(refused) == [("vehicle_id", Reason.CAR_RETIRED)]
    free = await bookings.free_instead(marie, wanted, actions)
    assert [car.vehicle_id for car in free] == [OTHER_CAR]
    assert [car.vehicle_id for car in await store.vehicles.page(9)] == [OTHER_CAR]
    await cars.reopen(OPERATOR, OneCar(vehicle_id=CAR), actions)
    assert len(await bookings.book(marie, wanted, actions)) == 1


async def test_a_car_goes_to_no_site_that_is_closed(actions: Actions) -> None:
    place = await sites.add(OPERATOR, sites.AddSite(code="SP", name="Sous-préfecture"), actions)
    await sites.retire(OPERATOR, sites.OneSite(site_id=place.site_id), actions)
    with pytest.raises(Refused) as refused:
        wanted = ChangeCar(vehicle_id=CAR, plate="AB-123-CD", label="Clio", site_id=place.site_id)
        await cars.change(OPERATOR, wanted, actions)
    assert reasons(refused) == [("site_id", Reason.UNKNOWN_NAME)]


async def test_what_is_not_there_is_not_there(actions: Actions) -> None:
    for act in (cars.get, cars.retire, cars.reopen):
        with pytest.raises(Refused) as refused:
            await act(OPERATOR, OneCar(vehicle_id=99), actions)
        assert reasons(refused) == [("", Reason.NOT_THERE)]
