"""A car that was left with its ignition on: what waits, what is locked, and who drives on in it."""

import pytest

from shared_protocol.records import (
    ASKED_NOTHING,
    END_IGNITION_LEFT_ON,
    END_OTHER_DRIVER,
    TripAsked,
    TripEnd,
    TripPause,
    TripStart,
)
from tests.firmware.tasks.vehicle_bench import (
    MARIE,
    PAUL,
    Box,
    Wiring,
    hold,
    start,
    waits_at_the_kerb,
)


@pytest.fixture(autouse=True)
def line_is_proven(wires: Wiring) -> None:
    wires.commissioned = True


async def is_left_on(box: Box) -> None:
    """Her trip has ended, and the ignition is on."""
    await waits_at_the_kerb(box)
    await hold(box)
    await box.drive(601, 0)
    assert [end.reason for end in box.facts(TripEnd)] == [END_IGNITION_LEFT_ON]
    box.wires.log.clear()


async def test_an_end_asked_after_a_long_stop_waits_its_ten_minutes_too(boot):
    box = boot()
    await waits_at_the_kerb(box, 900)
    await hold(box)
    await box.drive(590, 0)
    assert box.trip.open
    await box.drive(20, 0)
    assert not box.trip.open


async def test_without_any_sign_a_crank_begins_the_half_hour_anew(boot, wires):
    box = boot()
    await waits_at_the_kerb(box)
    await hold(box)
    for second in range(1_900):
        wires.ms += 1000
        wires.cranks = second == 900
        await box.vehicle._look()
    assert box.trip.open
    for _ in range(900):
        wires.ms += 1000
        await box.vehicle._look()
    assert not box.trip.open


async def test_a_pending_pause_that_locked_is_taken_back_by_the_badge_which_opens(boot, wires):
    box = boot()
    await waits_at_the_kerb(box)
    await start(box)
    await box.drive(1_300, 0)
    assert wires.log == ["noted", "pending", "lock"] and box.trip.holds_start
    assert not [each for each in box.facts(TripAsked) if each.what == ASKED_NOTHING]
    await box.badge(MARIE)
    assert wires.log[-1] == "unlock"
    assert [each.what for each in box.facts(TripAsked)][-1] == ASKED_NOTHING


async def test_a_pending_pause_that_locked_is_one_once_the_ignition_is_off(boot, wires):
    box = boot()
    await waits_at_the_kerb(box)
    await start(box)
    await box.drive(700, 0)
    wires.on = False
    await box.stand(8)
    assert box.trip.paused and len(box.facts(TripPause)) == 1


@pytest.mark.parametrize("how", ["pause", "end"])
async def test_who_gets_out_after_the_lock_leaves_a_locked_car(boot, wires, how: str):
    box = boot()
    await waits_at_the_kerb(box)
    await (start if how == "pause" else hold)(box)
    wires.on = False
    await box.stand(8)
    assert wires.log.count("lock") == 1
    for locks in (2, 3):
        wires.door.is_closed = True
        await box.stand(20)
        assert wires.log.count("lock") == locks - 1
        wires.door.is_closed = False
        await box.stand(2)
        assert wires.log.count("lock") == locks
    await box.stand(200)
    wires.door.is_closed = True
    await box.stand(5)
    wires.door.is_closed = False
    await box.stand(5)
    assert wires.log.count("lock") == 3, "three minutes later somebody else is at it"


async def test_who_badges_after_the_lock_is_not_locked_out_by_closing_the_door(boot, wires):
    box = boot()
    await waits_at_the_kerb(box)
    await start(box)
    wires.on = False
    await box.stand(8)
    await start(box)
    wires.log.clear()
    wires.door.is_closed = True
    await box.stand(5)
    wires.door.is_closed = False
    await box.stand(5)
    assert "lock" not in wires.log


async def test_who_drives_on_may_start_again_at_the_petrol_pump(boot, wires):
    box = boot()
    await is_left_on(box)
    await box.drive(60, 14_000)
    assert box.trip.holds_start
    wires.on = False
    await box.stand(600)
    assert "inhibit" not in wires.log and box.trip.holds_start


@pytest.mark.parametrize("reset", [False, True])
async def test_the_drivers_badge_makes_a_trip_that_went_on_theirs_again(boot, wires, reset: bool):
    box = boot()
    await is_left_on(box)
    if reset:
        box = boot()
    await box.drive(60, 14_000)
    if reset:
        box = boot()
    metres = box.vehicle._odometer.metres
    box.hold()
    await box.drive(10, 0)
    await start(box)
    assert wires.log[-1] == "unlock" and box.trip.is_driver(MARIE)
    begun = box.facts(TripStart)
    assert [each.badge_tag for each in begun] == [MARIE, MARIE] and begun[1].grant_id == 1
    assert begun[1].odometer_m >= metres, "what was driven before is nobody's"
    await start(box)
    assert wires.log[-1] == "pending", "and it is like any trip"


async def test_another_badge_with_a_right_begins_its_own_trip_in_a_car_that_went_on(boot, wires):
    box = boot()
    await is_left_on(box)
    await box.drive(60, 14_000)
    await box.badge(PAUL)
    assert not box.trip.is_driver(PAUL), "not while it moves"
    await box.drive(10, 0)
    await start(box, PAUL)
    assert box.trip.is_driver(PAUL)
    assert [end.reason for end in box.facts(TripEnd)] == [END_IGNITION_LEFT_ON, END_OTHER_DRIVER]


@pytest.mark.parametrize("reset", [False, True])
async def test_what_moves_after_the_ignition_was_seen_off_takes_nothing_up(
    boot, wires, reset: bool
):
    box = boot()
    await is_left_on(box)
    wires.on = False
    await box.stand(10)
    if reset:
        box = boot()
    await box.drive(60, 14_000)
    assert not box.trip.open


async def test_a_trip_that_another_has_begun_stays_theirs_whoever_left_it_running(boot, wires):
    box = boot()
    await is_left_on(box)
    await start(box, PAUL)
    await box.drive(60, 14_000)
    assert box.trip.is_driver(PAUL) and len(box.facts(TripStart)) == 2
