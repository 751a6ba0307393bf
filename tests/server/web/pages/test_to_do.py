"""The page of what only a person can settle, beyond kilometres without a trip."""

from server.fleet.records import Holder
from server.gateway.translate import read_record
from shared_protocol.messages import CLOCK_SERVER
from shared_protocol.records import (
    ASKED_END,
    ASKED_NOTHING,
    HANDOVER_ASKED,
    HANDOVER_DROPPED,
    STARTABLE_NO_SIGN,
    ClockState,
    Odometer,
    Startable,
    TripAsked,
    TripHandover,
    TripPause,
    to_record,
)
from tests.server.web.sample import MANAGER, NOW_S, report_of_clio

PATH = "/a-traiter"
WAITS = "En attente dans la voiture"


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


async def test_kilometres_while_a_car_changes_hands_name_both_and_what_waits_is_listed(
    arrive, store
) -> None:
    manager = await arrive(MANAGER)
    await told(store, TripHandover(5000, bytes(8), 0, 0, 0, HANDOVER_ASKED), Odometer(9000))
    page = await manager.read(PATH)
    assert page.count("le badge du conducteur suivant, contact mis") == 1
    assert page.count("indéterminé entre") == 1 and "deux conducteurs" in page
    await told(store, TripHandover(9000, bytes(8), 0, 0, 0, HANDOVER_DROPPED))
    page = await manager.read(PATH)
    assert WAITS not in page and page.count("indéterminé entre") == 1
    assert "L’un des deux" in await manager.read(f"{PATH}/kilometres/1")
