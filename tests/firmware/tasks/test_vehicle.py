"""The car's hands: badges, relay and doors with a flash, a heap and a power supply that fail."""

import asyncio
import contextlib

import pytest

from firmware.logic.access.commands import Commands
from shared_protocol.messages import (
    COMMAND_INHIBIT,
    GRANT_BOOKING,
    Command,
    Grant,
    Time,
)
from shared_protocol.records import (
    COMMAND_APPLIED,
    COMMAND_PENDING,
    COMMAND_REFUSED,
    COMMAND_UNKNOWN,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    ClockMended,
    CommandResult,
    Refusal,
    Relay,
    TripEnd,
    TripStart,
)
from tests.firmware.tasks.vehicle_bench import (
    MARIE,
    NOW_S,
    PAUL,
    STRANGER,
    Box,
    Power,
    Wiring,
)


async def test_a_trip_starts_and_ends_with_a_full_flash(boot, wires) -> None:
    box = boot()
    box.flash.full = box.state.full = True
    await box.badge(MARIE)
    assert (box.trip.open, wires.state) == (True, RELAY_ENABLED)
    await box.vehicle.badge_left(MARIE, False)
    await box.stand(200)
    assert wires.state == RELAY_ENABLED, "the trip is open, recorded or not"
    await box.badge(MARIE)
    await box.vehicle.badge_held(MARIE)
    assert not box.trip.open
    await box.stand(1)
    assert wires.state == RELAY_INHIBITED
    assert box.recorder.made == 0 < box.recorder.lost


async def test_a_record_that_found_no_memory_is_made_after_a_collection(boot, wires) -> None:
    box = boot()
    box.flash.failures = [MemoryError]
    await box.badge(MARIE)
    assert box.recorder.lost == 0
    assert len(box.facts(TripStart)) == 1


async def test_without_any_memory_for_records_the_badge_opens_all_the_same(boot, wires) -> None:
    box = boot()
    box.flash.failures = [MemoryError] * 20
    await box.badge(MARIE)
    assert (box.trip.holds_start, wires.state) == (True, RELAY_ENABLED)
    assert "unlock" in wires.log


async def test_a_commanded_inhibit_is_confirmed_though_power_failed_after_the_pulse(
    boot, wires
) -> None:
    wires.state = RELAY_ENABLED
    box = boot()
    box.vehicle.command(Command(1, NOW_S + 3600, COMMAND_INHIBIT, bytes(8)), wires.ms)
    wires.die_after_pulse = True
    with pytest.raises(KeyboardInterrupt):
        await box.stand(70)
    wires.die_after_pulse = wires.busy = False
    assert wires.state == RELAY_INHIBITED
    again = boot()
    await again.stand(3)
    results = again.facts(CommandResult)
    assert [result.result for result in results] == [1, 2], "pending, then applied, once"
    assert again.commands.pending_id == 0


async def test_a_command_whose_number_flash_does_not_take_is_refused(boot, wires) -> None:
    wires.state = RELAY_ENABLED
    box = boot()
    box.state.full = True
    box.vehicle.command(Command(1, NOW_S + 3600, COMMAND_INHIBIT, bytes(8)), wires.ms)
    await box.stand(70)
    assert [result.result for result in box.facts(CommandResult)] == [COMMAND_REFUSED]
    assert [fact.state for fact in box.facts(Relay)] == [RELAY_INHIBITED], "the car parks as ever"


@pytest.mark.parametrize("relay", [RELAY_ENABLED, RELAY_INHIBITED])
@pytest.mark.parametrize("write", range(1, 7))
def test_a_power_loss_at_any_write_of_a_command_repeats_no_act_and_loses_no_result(
    boot, wires, write: int, relay: int
) -> None:
    wires.state = relay
    command = Command(5, NOW_S + 3600, COMMAND_INHIBIT, bytes(8))
    box = boot()
    box.flash.power = box.state.power = Power(write)
    with contextlib.suppress(KeyboardInterrupt):
        box.vehicle.command(command, wires.ms)
    box.flash.power = box.state.power = None
    taken = Commands(box.state.files.get("commands", b"")).highest_id == 5
    acted = Commands(box.state.files.get("commands", b"")).pending_id == 5
    again = boot()
    again.vehicle.answer_owed()
    answers = again.facts(CommandResult)
    if taken:
        known = COMMAND_PENDING if relay == RELAY_ENABLED else COMMAND_APPLIED
        assert answers, "the result is recorded at least once"
        assert {answer.result for answer in answers} in ({known}, {COMMAND_UNKNOWN})
        assert {answer.relay for answer in answers} == {relay}
        assert not acted or answers[-1].result == known
        again.vehicle.command(command, wires.ms)  # the server sends it again
        assert again.facts(CommandResult)[-1] == answers[-1]
        assert again.commands.pending_id == (5 if acted else 0), "it is not done a second time"
    else:
        assert answers == []
        again.vehicle.command(command, wires.ms)
        assert len(again.facts(CommandResult)) == 1


async def test_two_badges_at_once_come_one_after_the_other_and_both_enable(boot, wires) -> None:
    box = boot()
    await box.stand(6)
    await asyncio.gather(
        box.badge(MARIE),
        box.badge(PAUL),
        box.badge(STRANGER),
    )
    assert [name for name in wires.log if name in ("enable", "unlock", "started")] == [
        "enable", "started", "unlock", "enable", "started", "unlock",
    ]  # fmt: skip
    assert (wires.state, box.trip.is_driver(PAUL)) == (RELAY_ENABLED, True)
    assert (len(box.facts(TripStart)), len(box.facts(TripEnd))) == (2, 1)


async def test_a_badge_while_the_inhibiting_pulse_runs_enables_after_it(boot, wires) -> None:
    wires.state = RELAY_ENABLED
    box = boot()
    await box.stand(65)
    wires.ms += 1000
    box.says_standing()
    looking = asyncio.create_task(box.vehicle.run())
    await asyncio.sleep(0)
    assert wires.log == ["inhibit"]
    await box.badge(MARIE)
    looking.cancel()
    assert wires.log[:2] == ["inhibit", "enable"]
    assert (wires.state, box.trip.open) == (RELAY_ENABLED, True)


async def test_an_open_trip_whose_relay_is_found_inhibited_at_boot_waits_for_its_badge(
    boot, wires
) -> None:
    box = boot()
    await box.badge(MARIE)
    wires.state = RELAY_INHIBITED  # a hand, or a broken coil
    again = boot()
    wires.log.clear()
    await again.stand(30)
    assert wires.log == [], "nothing is pulsed at boot"
    await again.badge(MARIE)
    assert (wires.state, again.trip.holds_start) == (RELAY_ENABLED, True)


async def test_power_lost_between_relay_and_record_costs_a_second_badge_and_no_start(
    boot, wires
) -> None:
    boot()
    wires.state = RELAY_ENABLED  # the pulse was given, TripStart was not written
    box = boot()
    assert not box.trip.open
    wires.on = True
    await box.stand(300)
    assert wires.state == RELAY_ENABLED, "the ignition is on"
    await box.badge(MARIE)
    assert box.trip.holds_start


async def test_a_look_that_crashes_is_no_look(boot, wires) -> None:
    box = boot()
    box.vehicle._ignition = None
    wires.ms = 20_000
    with pytest.raises(AttributeError):
        await box.vehicle._look()
    assert not box.vehicle.looked.is_set(), "it would feed the watchdog and do nothing"


# The receiver of a parked car.


def parked(boot, wires: Wiring) -> Box:
    box = boot()
    box.vehicle._let_rest()
    wires.ms = wires.heard_ms = 60_000
    box.vehicle._let_rest()
    assert (box.vehicle.quiet, wires.asked) == (True, ["sleep"])
    return box


def test_a_receiver_heard_a_moment_after_it_was_sent_to_sleep_is_left_alone(boot, wires) -> None:
    box = parked(boot, wires)
    wires.heard_ms += 15  # what was under way
    wires.ms += 4000
    box.vehicle._let_rest()
    assert wires.asked == ["sleep"], "a second request would wake it"


def test_a_receiver_that_goes_on_talking_is_asked_again(boot, wires) -> None:
    box = parked(boot, wires)
    wires.ms = wires.heard_ms = wires.ms + 4000
    box.vehicle._let_rest()
    assert wires.asked == ["sleep", "sleep"]


def test_a_silent_receiver_is_woken_until_it_is_heard_whatever_was_heard_before(
    boot, wires
) -> None:
    box = parked(boot, wires)
    wires.heard_ms += 15
    wires.on = True
    box.vehicle._ignition.on = True
    for _ in range(10):
        wires.ms += 500
        box.vehicle._let_rest()
    assert wires.asked == ["sleep", *["wake"] * 4], "after three seconds of silence"
    wires.heard_ms = wires.ms
    box.vehicle._let_rest()
    assert wires.asked == ["sleep", *["wake"] * 4]


async def test_a_badge_that_a_wrong_time_refused_is_judged_again_while_it_is_at_the_reader(
    boot, wires
) -> None:
    box = boot()
    ends_s = NOW_S + 40 * 3600
    box.hold(Grant(MARIE, 1, 0, ends_s, GRANT_BOOKING, 0))
    wires.ms += 3 * 3_600_000  # nobody heard for so long, then a server that is a day ahead
    for _ in range(25):
        wires.ms += 3_600_000
        box.vehicle.timekeeper.server_time(Time(NOW_S + wires.ms // 1000 + 86_400, 0, 1), wires.ms)
    await box.badge(MARIE)
    assert not box.trip.open
    box.vehicle.timekeeper.server_time(Time(NOW_S + wires.ms // 1000, 0, 2), wires.ms)
    await box.stand(1)
    assert box.trip.open
    assert len(box.facts(ClockMended)) == 1
    assert "clock" in box.state.files


async def test_a_refused_badge_is_judged_once_and_not_again_when_it_has_left(boot, wires) -> None:
    box = boot()
    await box.badge(STRANGER)
    await box.stand(5)
    await box.vehicle.badge_left(STRANGER, False)
    box.clock.number += 1
    await box.stand(5)
    assert len(box.facts(Refusal)) == 1
