"""Ending, pausing and handing over in a car that moves, or whose engine runs."""

import pytest

from shared_protocol.messages import COMMAND_END_TRIP, COMMAND_END_TRIP_WITHOUT_KEYS, Command
from shared_protocol.records import (
    COMMAND_APPLIED,
    COMMAND_CANCELLED,
    COMMAND_PENDING,
    COMMAND_REFUSED,
    END_IGNITION_LEFT_ON,
    CommandResult,
    LegEnd,
    TripEnd,
    TripPause,
    TripStart,
)
from tests.firmware.tasks.vehicle_bench import (
    MARIE,
    NOW_S,
    PAUL,
    Wiring,
    hold,
    start,
    waits_at_the_kerb,
)

MOTORWAY_MM_S = 30_000


@pytest.fixture(autouse=True)
def line_is_proven(wires: Wiring) -> None:
    wires.commissioned = True


async def test_a_badge_held_at_108_km_h_ends_nothing_and_no_record_says_that_it_did(boot, wires):
    box = boot()
    await start(box)
    await box.drive(30, MOTORWAY_MM_S)
    wires.log.clear()
    await hold(box, MARIE)
    assert box.trip.open and not box.facts(TripEnd) and not box.facts(LegEnd)
    assert "lock" not in wires.log and "ended" not in wires.log
    assert [said for said in wires.log if said.startswith("refused")], "and the driver hears it"


async def test_a_short_badge_at_108_km_h_pauses_nothing(boot, wires):
    box = boot()
    await start(box)
    await box.drive(30, MOTORWAY_MM_S)
    wires.log.clear()
    await box.badge(MARIE)
    await box.vehicle.badge_left(MARIE, False)
    assert box.trip.holds_start and not box.facts(TripPause)
    assert "lock" not in wires.log


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
    assert [answer.result for answer in box.facts(CommandResult)] == [COMMAND_REFUSED]


async def test_the_next_drivers_badge_at_108_km_h_takes_nothing_over(boot, wires):
    box = boot()
    await start(box)
    await box.drive(30, MOTORWAY_MM_S)
    await box.badge(PAUL)
    await box.vehicle.badge_left(PAUL, False)
    assert box.trip.is_driver(MARIE)
    assert [trip.badge_tag for trip in box.facts(TripStart)] == [MARIE]


async def test_an_end_asked_with_the_ignition_on_is_done_once_it_is_off(boot, wires):
    box = boot()
    await waits_at_the_kerb(box)
    await hold(box, MARIE)
    assert wires.log == ["noted", "pending"] and box.trip.open
    await box.drive(60, 0)
    wires.on = False
    await box.stand(4)
    assert box.trip.open
    await box.stand(4)
    assert not box.trip.open and wires.log[-2:] == ["ended", "lock"]
    assert len(box.facts(LegEnd)) == 1


async def test_what_is_pending_survives_a_reset(boot, wires):
    box = boot()
    await waits_at_the_kerb(box)
    await hold(box, MARIE)
    again = boot()
    await again.drive(10, 0)
    assert again.trip.is_driver(MARIE)
    wires.on = False
    await again.stand(8)
    assert not again.trip.open


@pytest.mark.parametrize("how", ["drives on", "badges"])
async def test_a_pending_end_is_withdrawn_by_who_drives_on_or_badges(boot, wires, how: str):
    box = boot()
    await waits_at_the_kerb(box)
    box.vehicle.command(Command(1, NOW_S + 3600, COMMAND_END_TRIP, MARIE), wires.ms)
    if how == "drives on":
        await box.drive(10, 10_000)
        await box.drive(10, 0)
    else:
        await start(box)
    wires.on = False
    await box.stand(60)
    assert box.trip.holds_start
    results = [answer.result for answer in box.facts(CommandResult)]
    assert results == [COMMAND_PENDING, COMMAND_CANCELLED]


async def test_a_command_that_was_pending_is_applied_when_the_trip_ends(boot, wires):
    box = boot()
    await waits_at_the_kerb(box)
    box.vehicle.command(Command(1, NOW_S + 3600, COMMAND_END_TRIP, MARIE), wires.ms)
    wires.on = False
    await box.stand(8)
    results = [answer.result for answer in box.facts(CommandResult)]
    assert results == [COMMAND_PENDING, COMMAND_APPLIED] and not box.trip.open


async def test_a_pause_asked_with_the_ignition_on_waits_too(boot, wires):
    box = boot()
    await waits_at_the_kerb(box)
    await start(box)
    assert wires.log == ["noted", "pending"] and box.trip.holds_start
    wires.on = False
    await box.stand(8)
    assert box.trip.paused and wires.log[-2:] == ["paused", "lock"]


async def test_an_ignition_left_on_keeps_no_trip_open_that_its_driver_asked_to_end(boot, wires):
    box = boot()
    await waits_at_the_kerb(box)
    await hold(box, MARIE)
    await box.drive(600, 0)
    await box.drive(2, 0)
    await box.drive(1, 0)
    assert [end.reason for end in box.facts(TripEnd)] == [END_IGNITION_LEFT_ON]
    assert not box.facts(LegEnd) and wires.log[-1] == "lock"


async def test_the_next_driver_opens_a_car_that_runs_and_has_it_once_the_ignition_is_off(
    boot, wires
):
    box = boot()
    await waits_at_the_kerb(box)
    await box.badge(PAUL)
    await box.vehicle.badge_left(PAUL, False)
    assert wires.log == ["enable", "handover", "unlock"] and box.trip.is_driver(MARIE)
    wires.on = False
    await box.stand(8)
    assert box.trip.is_driver(MARIE)
    await box.badge(PAUL)
    assert box.trip.is_driver(PAUL)


async def test_who_asked_to_end_hands_over_with_the_engine_running(boot, wires):
    box = boot()
    await waits_at_the_kerb(box)
    await hold(box, MARIE)
    await box.badge(PAUL)
    assert box.trip.is_driver(PAUL) and box.trip.in_leg
    assert not box.facts(LegEnd)
