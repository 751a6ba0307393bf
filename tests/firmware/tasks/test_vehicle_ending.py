"""Ending a trip in the car: by badge, command, rule or technician, with keys and doors."""

import asyncio
import contextlib

import pytest

from firmware.logic.access.outcome import CAUSE_TECHNICIAN
from shared_protocol.messages import (
    COMMAND_END_TRIP,
    COMMAND_END_TRIP_WITHOUT_KEYS,
    COMMAND_INHIBIT,
    GRANT_BOOKING,
    GRANT_PASSENGER,
    GRANT_TECHNICIAN,
    Command,
    Grant,
)
from shared_protocol.records import (
    ASSURANCE_HIGH,
    COMMAND_APPLIED,
    COMMAND_REFUSED,
    COMMAND_UNKNOWN,
    END_COMMAND,
    END_INFERRED,
    END_TECHNICIAN,
    REFUSED_DRIVER_FIRST,
    REFUSED_KEYS_MISSING,
    REFUSED_NOT_GENUINE,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    CommandResult,
    Occupant,
    Refusal,
    Relay,
    TripEnd,
    TripStart,
)
from tests.firmware.tasks.vehicle_bench import (
    MARIE,
    NOW_S,
    PAUL,
    Box,
    Power,
)


async def hold(box: Box, tag: bytes) -> None:
    """A badge that comes, stays for three seconds and goes."""
    await box.badge(tag)
    await box.vehicle.badge_held(tag)
    await box.vehicle.badge_left(tag, True)


async def start(box: Box, tag: bytes = MARIE) -> None:
    await box.badge(tag)
    await box.vehicle.badge_left(tag, False)
    await box.stand(6)
    box.wires.log.clear()


def end_trip(number: int, tag: bytes, kind: int = COMMAND_END_TRIP) -> Command:
    return Command(number, NOW_S + 3600, kind, tag)


async def test_a_trip_does_not_end_without_its_keys_and_does_when_they_are_back(
    boot, wires
) -> None:
    box = boot()
    await start(box)
    wires.keys.is_closed = False
    await hold(box, MARIE)
    assert (box.trip.open, wires.log) == (True, ["noted", "refused 10"])
    assert box.facts(Refusal) == [Refusal(MARIE, REFUSED_KEYS_MISSING)]
    wires.keys.is_closed = True
    await hold(box, MARIE)
    assert not box.trip.open
    await box.stand(1)
    assert wires.log[-2:] == ["ended", "lock"]


async def test_a_technician_releases_the_car_of_another_and_ends_the_trip_also_without_keys(
    boot, wires
) -> None:
    box = boot()
    box.hold(
        Grant(MARIE, 1, 0, NOW_S * 2, GRANT_BOOKING, 0), Grant(PAUL, 9, 0, 0, GRANT_TECHNICIAN, 0)
    )
    await start(box)
    wires.state = RELAY_INHIBITED  # whatever did that
    wires.keys.is_closed = False
    await box.badge(PAUL)
    await box.vehicle.badge_left(PAUL, False)
    assert wires.log == ["enable", "released", "unlock"]
    assert (box.trip.is_driver(MARIE), wires.state) == (True, RELAY_ENABLED)
    assert box.facts(Relay)[-1] == Relay(RELAY_ENABLED, CAUSE_TECHNICIAN)
    await hold(box, PAUL)
    assert [end.reason for end in box.facts(TripEnd)] == [END_TECHNICIAN]


async def test_doors_are_locked_only_once_all_of_them_are_shut(boot, wires) -> None:
    box = boot()
    await start(box)
    wires.door.is_closed = True
    await hold(box, MARIE)
    assert wires.log == ["noted", "door_open"]
    await box.stand(5)
    assert "lock" not in wires.log
    wires.door.is_closed = False
    await box.stand(2)
    assert wires.log.count("lock") == 1


async def test_doors_that_stay_open_are_left_unlocked_and_a_badge_takes_the_wish_back(
    boot, wires
) -> None:
    box = boot()
    await start(box)
    wires.door.is_closed = True
    await box.badge(MARIE)
    await box.vehicle.badge_left(MARIE, False)
    await box.badge(MARIE)  # the pause is over before the door was shut
    wires.door.is_closed = False
    await box.stand(2)
    assert "lock" not in wires.log
    wires.door.is_closed = True
    await box.vehicle.badge_left(MARIE, False)
    await hold(box, MARIE)
    await box.stand(601)
    wires.door.is_closed = False
    await box.stand(5)
    assert "lock" not in wires.log


@pytest.mark.parametrize("bounces_at", range(4, 10))
async def test_a_contact_that_bounces_at_one_look_locks_no_open_door(
    boot, wires, bounces_at: int
) -> None:
    box = boot()
    await start(box)
    looks = iter(range(1000))
    box.vehicle._acts._door_open = lambda: next(looks) != bounces_at
    await hold(box, MARIE)
    for _ in range(10):
        await box.stand(1)
        assert "lock" not in wires.log
    box.vehicle._acts._door_open = lambda: False
    await box.stand(2)
    assert wires.log.count("lock") == 1


async def test_a_page_ends_the_trip_of_its_badge_and_of_no_other(boot, wires) -> None:
    box = boot()
    await start(box)
    box.vehicle.command(end_trip(1, PAUL), wires.ms)
    assert box.trip.is_driver(MARIE), "the trip that was meant is over already"
    wires.keys.is_closed = False
    box.vehicle.command(end_trip(2, MARIE), wires.ms)
    assert box.trip.open
    box.vehicle.command(end_trip(3, MARIE, COMMAND_END_TRIP_WITHOUT_KEYS), wires.ms)
    assert not box.trip.open
    await box.stand(2)
    assert wires.log == ["lock"]
    results = [(result.command_id, result.result) for result in box.facts(CommandResult)]
    assert results == [(1, COMMAND_APPLIED), (2, COMMAND_REFUSED), (3, COMMAND_APPLIED)]
    assert [end.reason for end in box.facts(TripEnd)] == [END_COMMAND]


@pytest.mark.parametrize("write", range(1, 8))
async def test_power_lost_at_any_write_of_an_end_never_says_done_of_a_trip_still_open(
    boot, wires, write: int
) -> None:
    box = boot()
    await start(box)
    box.flash.power = box.state.power = Power(write)
    with contextlib.suppress(KeyboardInterrupt):
        box.vehicle.command(end_trip(5, MARIE), wires.ms)
    box.flash.power = box.state.power = None
    again = boot()
    again.vehicle.answer_owed()
    answers = {answer.result for answer in again.facts(CommandResult)}
    assert answers <= {COMMAND_UNKNOWN} or not again.trip.open


async def test_a_forgotten_trip_ends_two_hours_after_its_booking_and_its_driver_may_come_back(
    boot, wires
) -> None:
    box = boot()
    box.hold(Grant(MARIE, 1, 0, NOW_S + 600, GRANT_BOOKING, 0))
    await start(box)
    await box.stand(600 + 7200 - 6 - 1)
    assert box.trip.open and wires.state == RELAY_ENABLED
    await box.stand(2)
    assert [end.reason for end in box.facts(TripEnd)] == [END_INFERRED]
    await box.stand(1)
    assert wires.state == RELAY_INHIBITED
    again = boot()
    again.hold(Grant(MARIE, 1, 0, NOW_S + 600, GRANT_BOOKING, 0))
    await again.badge(MARIE)
    assert (again.trip.open, wires.state) == (True, RELAY_ENABLED)


async def test_a_passenger_is_noted_and_the_trip_stays_its_drivers(boot, wires) -> None:
    box = boot()
    box.hold(
        Grant(MARIE, 1, 0, NOW_S * 2, GRANT_BOOKING, 0),
        Grant(PAUL, 1, 0, NOW_S * 2, GRANT_PASSENGER, 0),
    )
    await box.badge(PAUL)
    assert box.facts(Refusal) == [Refusal(PAUL, REFUSED_DRIVER_FIRST)]
    await start(box)
    await hold(box, PAUL)
    assert (box.trip.is_driver(MARIE), wires.log) == (True, ["occupant"])
    assert box.facts(Occupant) == [Occupant(PAUL)]


async def test_how_a_badge_proved_itself_stands_in_its_trip_and_a_false_one_opens_nothing(
    boot, wires
) -> None:
    box = boot()
    await box.vehicle.badge_not_genuine(MARIE)
    assert (box.trip.open, wires.log) == (False, ["refused 12"])
    assert box.facts(Refusal) == [Refusal(MARIE, REFUSED_NOT_GENUINE)]
    await box.badge(MARIE, ASSURANCE_HIGH)
    assert [trip.assurance for trip in box.facts(TripStart)] == [ASSURANCE_HIGH]


async def test_a_command_in_the_middle_of_a_badges_pulse_waits_and_then_ends_and_locks(
    boot, wires
) -> None:
    box = boot()
    await box.stand(6)
    for _ in range(2):
        await box.badge(MARIE)
        await box.vehicle.badge_left(MARIE, False)
    assert box.trip.paused
    wires.log.clear()
    resuming = asyncio.create_task(box.badge(MARIE))
    await asyncio.sleep(0)
    assert wires.log == ["enable"]
    box.vehicle.command(end_trip(1, MARIE), wires.ms)
    await resuming
    assert box.trip.holds_start, "the badge comes first, whole"
    await box.stand(2)
    assert not box.trip.open
    assert wires.log[-2:] == ["unlock", "lock"]
    assert len(box.facts(TripEnd)) == 1


async def test_commands_that_waited_are_obeyed_in_their_order(boot, wires) -> None:
    box = boot()
    await box.stand(6)
    arriving = asyncio.create_task(box.badge(MARIE))
    await asyncio.sleep(0)
    box.vehicle.command(Command(1, NOW_S + 3600, COMMAND_INHIBIT, bytes(8)), wires.ms)
    await arriving
    box.vehicle.command(end_trip(2, MARIE), wires.ms)
    assert [result.command_id for result in box.facts(CommandResult)] == [1, 2]
    assert not box.trip.open
