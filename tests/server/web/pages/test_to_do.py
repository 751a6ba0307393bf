"""The page of what only a person can settle, beyond kilometres without a trip."""

import pytest

from server.fleet.records import Holder, OdometerRead
from server.gateway.translate import read_record
from shared_protocol.messages import CLOCK_SERVER
from shared_protocol.records import (
    ASKED_END,
    ASKED_NOTHING,
    COMMAND_REFUSED,
    CONTRADICTION_CRANKED,
    CONTRADICTION_IGNITION_OFF,
    END_IGNITION_LEFT_ON,
    HANDOVER_ASKED,
    HANDOVER_DROPPED,
    JUMP_EPOCH,
    JUMP_KEY_GENERATION,
    NO_POSITION,
    STARTABLE_NO_SIGN,
    ClockState,
    CommandResult,
    Contradiction,
    JumpRefused,
    LegEnd,
    LegStart,
    Odometer,
    Startable,
    TripAsked,
    TripEnd,
    TripHandover,
    TripPause,
    TripTakenUp,
    to_record,
)
from tests.server.web.sample import KARIM, MANAGER, NOW_S, PEUGEOT, report, report_of_clio

PATH = "/a-traiter"
REFUSED_NUMBERS = "Numéros refusés"
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
    assert "Rien n’attend" in await manager.read(PATH)
    await told(store, Startable(STARTABLE_NO_SIGN), ClockState(1, CLOCK_SERVER, 1, 100))
    page = await manager.read(PATH)
    assert page.count("démarrable par n’importe qui") == 1
    assert page.count("horloge douteuse") == 1
    await told(store, ClockState(1, CLOCK_SERVER, 0, 100))
    page = await manager.read(PATH)
    assert "horloge douteuse" not in page
    assert "démarrable par n’importe qui" in page


async def test_kilometres_leave_the_list_when_they_are_given_and_stay_in_the_history(
    arrive, store
) -> None:
    manager = await arrive(MANAGER)
    for metres in (0, 7_000):
        await report(store, PEUGEOT, OdometerRead(metres))
    page = await manager.read(PATH)
    assert "Km sans trajet" in page
    assert f"{PATH}/kilometres/1" in page
    await manager.send(f"{PATH}/kilometres/1", agent_id="Karim <b>Benali", distance_m="7000")
    page = await manager.read(PATH)
    assert "Km sans trajet" not in page
    assert page.count("selon Claire Martin") == 1
    assert f"{PATH}/kilometres/1" not in page
    assert "selon Claire Martin" in await manager.read(f"{PATH}/kilometres")


async def test_a_contradiction_leaves_the_list_under_a_name_until_the_car_tells_it_anew(
    arrive, store
) -> None:
    manager = await arrive(MANAGER)
    await told(store, *[Contradiction(CONTRADICTION_IGNITION_OFF)] * 2)
    page = await manager.read(PATH)
    assert "remorquée, ou fil rompu" in page
    assert "Signalé 2 fois" in page
    assert "remorquée, ou fil rompu" in await manager.read("/boitiers")
    await manager.send(PATH, f"{PATH}/contradictions/1/vue", times="2")
    page = await manager.read(PATH)
    assert "Voitures qui se contredisent" not in page
    assert "vue par Claire Martin" in page
    assert "remorquée, ou fil rompu" not in await manager.read("/boitiers")
    assert "Claire Martin" in await manager.read(f"{PATH}/contradictions")
    await told(store, Contradiction(CONTRADICTION_IGNITION_OFF))
    assert "Voitures qui se contredisent" in await manager.read(PATH)


async def test_no_place_stands_on_the_page_of_what_is_to_do(arrive, store) -> None:
    manager = await arrive(MANAGER)
    await told(store, TripAsked(5000, ASKED_END), Contradiction(CONTRADICTION_CRANKED))
    page = await manager.read(PATH)
    assert "48,0" not in page, "that is where the sample's cars are"
    assert "°" not in page


@pytest.mark.parametrize("path", [PATH, f"{PATH}/kilometres", f"{PATH}/contradictions"])
async def test_an_agent_sees_nothing_of_what_managers_settle(arrive, path) -> None:
    agent = await arrive(KARIM)
    await agent.read(path, 403)


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


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (JumpRefused(JUMP_EPOCH, 30_000), "l’époque de ses enregistrements"),
        (JumpRefused(JUMP_KEY_GENERATION, 40_000), "la génération de sa clé"),
        (JumpRefused(99, 1), "un autre numéro"),
        (CommandResult(0xFFFFFFFF, COMMAND_REFUSED, 1), "le numéro d’un ordre"),
    ],
)
async def test_a_number_beyond_reason_that_a_box_refused_is_shown(arrive, store, body, what):
    manager = await arrive(MANAGER)
    await told(store, CommandResult(NOW_S, COMMAND_REFUSED, 1))
    assert REFUSED_NUMBERS not in await manager.read(PATH)
    await told(store, body)
    for path in (PATH, "/boitiers"):
        assert f"valeur aberrante, refusée : {what}" in await manager.read(path)


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
    assert await store.trips.drove_on() == [trip], "the car is not offered"
    await told(store, LegEnd(9100))
    assert await store.trips.drove_on() == []
    page = await manager.read(f"/trajets/{trip.trip_id}")
    assert "sans que le contact ait été coupé" in page


async def test_a_car_left_running_leaves_the_list_once_its_ignition_was_seen_off(
    arrive, store
) -> None:
    manager = await arrive(MANAGER)
    await told(store, LegStart(4000), TripEnd(5000, NO_POSITION, NO_POSITION, END_IGNITION_LEFT_ON))
    assert LEFT_ON in await manager.read(PATH)
    await told(store, LegEnd(5000))
    assert LEFT_ON not in await manager.read(PATH)


async def test_who_asked_reads_on_the_trip_since_when_it_waits(arrive, store) -> None:
    manager = await arrive(MANAGER)
    await told(store, TripAsked(5000, ASKED_END))
    (pending,) = await store.trips.pending(10)
    page = await manager.read(f"/trajets/{pending.trip_id}")
    assert "Demandé, en attente dans la voiture depuis" in page
    await told(store, TripAsked(5000, ASKED_NOTHING))
    assert await store.trips.pending_of(pending.trip_id) is None


async def test_who_asked_hears_of_it_on_the_first_page_after_two_minutes_and_at_the_end(
    arrive, store, clock
) -> None:
    driver = await arrive(KARIM)
    await told(store, TripAsked(5000, ASKED_END))
    waits = "votre demande attend dans la voiture"
    assert waits not in await driver.read("/reservations")
    clock.at_s += 120
    assert waits in await driver.read("/reservations")
    await told(store, TripEnd(5000, NO_POSITION, NO_POSITION, END_IGNITION_LEFT_ON))
    page = await driver.read("/reservations")
    assert waits not in page
    assert "contact mis" in page
    clock.at_s += 24 * 3600
    assert "s’est terminé contact mis" not in await driver.read("/reservations")
