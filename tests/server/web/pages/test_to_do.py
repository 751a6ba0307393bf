"""The page of what only a person can settle, beyond kilometres without a trip."""

import pytest

from server.fleet.records import Holder
from server.gateway.translate import read_record
from shared_protocol.messages import CLOCK_SERVER
from shared_protocol.records import (
    ASKED_END,
    ASKED_NOTHING,
    COMMAND_REFUSED,
    JUMP_EPOCH,
    JUMP_KEY_GENERATION,
    STARTABLE_NO_SIGN,
    ClockState,
    CommandResult,
    JumpRefused,
    Startable,
    TripAsked,
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
    assert "Voitures à regarder" not in await manager.read(PATH)
    await told(store, body)
    for path in (PATH, "/boitiers"):
        assert f"valeur aberrante, refusée : {what}" in await manager.read(path)
