"""The page of what only a person can settle, beyond kilometres without a trip."""

from server.fleet.records import Holder
from server.gateway.translate import read_record
from shared_protocol.messages import CLOCK_SERVER
from shared_protocol.records import (
    ASKED_END,
    ASKED_NOTHING,
    END_IGNITION_LEFT_ON,
    NO_POSITION,
    STARTABLE_NO_SIGN,
    ClockState,
    Odometer,
    Startable,
    TripAsked,
    TripEnd,
    TripPause,
    TripTakenUp,
    to_record,
)
from tests.server.web.sample import MANAGER, NOW_S, report_of_clio

PATH = "/a-traiter"
WAITS = "En attente dans la voiture"
LEFT_ON = "Laissées contact mis"
UNDETERMINED = "conducteur indéterminé"


async def told(store, *bodies: tuple[object, ...]) -> None:
    for body in bodies:
        await report_of_clio(store, read_record(to_record(NOW_S, body), Holder(), NOW_S))


async def test_what_waits_in_a_car_is_listed_until_it_is_done_or_withdrawn(arrive, store) -> None:
    manager = await arrive(MANAGER)
    assert WAITS not in await manager.read(PATH)
    for ends_it in (TripAsked(5000, ASKED_NOTHING), TripPause(5000)):
        await told(store, TripAsked(5000, ASKED_END))
        page = await manager.read(PATH)
        assert page.count("la fin, par badge") == 1
        assert WAITS in page
        await told(store, ends_it)
        assert WAITS not in await manager.read(PATH)


async def test_a_startable_car_and_a_doubtful_clock_are_listed_until_they_are_none(
    arrive, store
) -> None:
    manager = await arrive(MANAGER)
    assert "Voitures à regarder" not in await manager.read(PATH)
    await told(store, Startable(STARTABLE_NO_SIGN), ClockState(1, CLOCK_SERVER, 1, 100))
    page = await manager.read(PATH)
    assert page.count("démarrable par n’importe qui") == 1
    assert page.count("horloge douteuse") == 1
    await told(store, ClockState(1, CLOCK_SERVER, 0, 100))
    page = await manager.read(PATH)
    assert "horloge douteuse" not in page
    assert "démarrable par n’importe qui" in page


async def test_a_car_left_running_is_listed_and_who_drives_on_in_it_is_nobody_known(
    arrive, store
) -> None:
    manager = await arrive(MANAGER)
    assert LEFT_ON not in await manager.read(PATH)
    await told(store, TripEnd(5000, NO_POSITION, NO_POSITION, END_IGNITION_LEFT_ON))
    page = await manager.read(PATH)
    assert LEFT_ON in page and UNDETERMINED not in page
    await told(store, TripTakenUp(5001), Odometer(9000))
    page = await manager.read(PATH)
    assert page.count(UNDETERMINED) == 2, "beside the car, and beside its kilometres"
    assert "4,0" in page, "which no trip has"
    (trip,) = await store.trips.left_running(10)
    assert trip.last_odometer_m == 5000
    page = await manager.read(f"/trajets/{trip.trip_id}")
    assert "sans que le contact ait été coupé" in page


async def test_who_asked_reads_on_the_trip_since_when_it_waits(arrive, store) -> None:
    manager = await arrive(MANAGER)
    await told(store, TripAsked(5000, ASKED_END))
    (pending,) = await store.trips.pending(10)
    page = await manager.read(f"/trajets/{pending.trip_id}")
    assert "Demandé, en attente dans la voiture depuis" in page
    await told(store, TripAsked(5000, ASKED_NOTHING))
    assert await store.trips.pending_of(pending.trip_id) is None
