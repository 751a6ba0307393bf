"""Ending, pausing and handing over in a car that moves, or whose engine runs."""

import pytest

from shared_protocol.messages import COMMAND_END_TRIP, COMMAND_END_TRIP_WITHOUT_KEYS, Command
from shared_protocol.records import LegEnd, TripEnd, TripPause, TripStart
from tests.firmware.tasks.vehicle_bench import MARIE, NOW_S, PAUL, Box

MOTORWAY_MM_S = 30_000


async def start(box: Box) -> None:
    await box.badge(MARIE)
    await box.vehicle.badge_left(MARIE, False)


async def hold(box: Box, tag: bytes) -> None:
    await box.badge(tag)
    await box.vehicle.badge_held(tag)
    await box.vehicle.badge_left(tag, True)


@pytest.mark.xfail(strict=True, reason="finding L1: the trip ends at once, the doors lock")
async def test_a_badge_held_at_108_km_h_ends_nothing_and_no_record_says_that_it_did(boot, wires):
    box = boot()
    await start(box)
    await box.drive(30, MOTORWAY_MM_S)
    wires.log.clear()
    await hold(box, MARIE)
    assert box.trip.open and not box.facts(TripEnd) and not box.facts(LegEnd)
    assert "lock" not in wires.log and "ended" not in wires.log
    assert [said for said in wires.log if said.startswith("refused")], "and the driver hears it"


@pytest.mark.xfail(strict=True, reason="finding L1: the trip is paused at once, the doors lock")
async def test_a_short_badge_at_108_km_h_pauses_nothing(boot, wires):
    box = boot()
    await start(box)
    await box.drive(30, MOTORWAY_MM_S)
    wires.log.clear()
    await box.badge(MARIE)
    await box.vehicle.badge_left(MARIE, False)
    assert box.trip.holds_start and not box.facts(TripPause)
    assert "lock" not in wires.log


@pytest.mark.xfail(strict=True, reason="finding L1: the trip ends at once, the doors lock")
@pytest.mark.parametrize("kind", [COMMAND_END_TRIP, COMMAND_END_TRIP_WITHOUT_KEYS])
async def test_a_command_at_108_km_h_ends_nothing(boot, wires, kind: int):
    box = boot()
    await start(box)
    await box.drive(30, MOTORWAY_MM_S)
    wires.log.clear()
    box.vehicle.command(Command(1, NOW_S + 3600, kind, MARIE), wires.ms)
    await box.drive(2, MOTORWAY_MM_S)
    assert box.trip.open and not box.facts(TripEnd) and not box.facts(LegEnd)
    assert "lock" not in wires.log


@pytest.mark.xfail(
    strict=True, reason="finding L10: the trip is split, the rest is the passenger's"
)
async def test_the_next_drivers_badge_at_108_km_h_takes_nothing_over(boot, wires):
    box = boot()
    await start(box)
    await box.drive(30, MOTORWAY_MM_S)
    await box.badge(PAUL)
    await box.vehicle.badge_left(PAUL, False)
    assert box.trip.is_driver(MARIE)
    assert [trip.badge_tag for trip in box.facts(TripStart)] == [MARIE]
