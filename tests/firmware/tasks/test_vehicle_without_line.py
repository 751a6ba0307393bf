"""A car whose ignition line is not fitted, or not proven: its input says little, or nothing."""

import pytest

from shared_protocol.records import (
    RELAY_ENABLED,
    STARTABLE_IGNITION_ON,
    Contradiction,
    LegEnd,
    LegStart,
    Startable,
    TripEnd,
    TripPause,
)
from tests.firmware.tasks.vehicle_bench import MARIE, PAUL, Box, Wiring, hold, start


@pytest.fixture(autouse=True)
def nothing_is_wired(wires: Wiring) -> None:
    wires.fitted = False


async def goes(box: Box, seconds: int, speed_mm_s: "int | None") -> None:
    """The receiver says that speed; the input reads 0, as one that nobody wired."""
    for _ in range(seconds):
        box.wires.ms += 1000
        if speed_mm_s is not None:
            box.vehicle.fix(box.fix(speed_mm_s), box.wires.ms)
        await box.vehicle._look()


async def test_law_1_never_inhibits_by_a_line_that_is_not_there(boot, wires):
    box = boot()
    await start(box)
    await goes(box, 30, 14_000)
    await goes(box, 70, 0)
    await hold(box)
    await goes(box, 2_000, 0)
    assert not box.trip.open
    assert "inhibit" not in wires.log and wires.state == RELAY_ENABLED
    told = box.facts(Startable)
    assert len(told) == 1 and told[0].hindrance != STARTABLE_IGNITION_ON, "no line reads on"


async def test_five_seconds_at_a_red_light_end_nothing(boot, wires):
    box = boot()
    await start(box)
    await goes(box, 30, 14_000)
    await goes(box, 20, 0)
    wires.log.clear()
    await hold(box)
    assert box.trip.open and wires.log[:2] == ["noted", "pending"]
    await goes(box, 39, 0)
    assert box.trip.open
    await goes(box, 3, 0)
    assert len(box.facts(TripEnd)) == 1


async def test_its_metres_count_and_no_record_says_that_a_line_was_seen(boot):
    box = boot()
    await start(box)
    await goes(box, 60, 14_000)
    await goes(box, 60, 0)
    assert box.vehicle._odometer.metres > 700
    assert not box.facts(LegStart) and not box.facts(LegEnd) and not box.facts(Contradiction)


async def test_who_drives_on_blindly_is_not_off_and_takes_the_wish_back_by_his_badge(boot, wires):
    box = boot()
    await start(box)
    await goes(box, 30, 14_000)
    await goes(box, 60, None)
    wires.log.clear()
    await hold(box)
    await goes(box, 600, None)
    assert box.trip.open and "lock" not in wires.log, "an unknown speed of no line is no stillness"
    await box.badge(PAUL)
    assert box.trip.is_driver(MARIE)


@pytest.mark.parametrize("how", ["pause", "end"])
async def test_its_doors_follow_the_drivers_badge_whenever_it_stands(boot, wires, how: str):
    box = boot()
    await start(box)
    await goes(box, 30, 14_000)
    await goes(box, 10, 0)
    wires.log.clear()
    await (start if how == "pause" else hold)(box)
    await goes(box, 2, 0)
    assert wires.log == ["noted", "pending", "lock"] and box.trip.holds_start
    await start(box)
    assert wires.log[3:] == ["enable", "resumed", "unlock"], "the same badge opens again"
    await goes(box, 80, 0)
    assert not box.facts(TripEnd) and not box.facts(TripPause), "and it was taken back"


@pytest.mark.parametrize("how", ["pause", "end"])
async def test_the_doors_of_a_car_whose_line_is_unproven_follow_the_badge_too(
    boot, wires, how: str
):
    wires.fitted = True
    box = boot()
    await start(box)
    await box.drive(20, 14_000)
    await box.drive(10, 0)
    wires.log.clear()
    await (start if how == "pause" else hold)(box)
    await box.drive(2, 0)
    assert wires.log == ["noted", "pending", "lock"] and box.trip.holds_start
    await box.drive(300, 0)
    assert wires.log.count("lock") == 1


async def test_the_doors_of_a_car_whose_line_is_proven_wait_for_it(boot, wires):
    wires.fitted = wires.commissioned = True
    box = boot()
    await start(box)
    await box.drive(20, 14_000)
    await box.drive(10, 0)
    wires.log.clear()
    await hold(box)
    await box.drive(30, 0)
    assert wires.log == ["noted", "pending"]


async def test_an_open_door_does_not_cut_off_the_signal_that_the_books_wait(boot, wires):
    box = boot()
    await start(box)
    await goes(box, 30, 14_000)
    await goes(box, 10, 0)
    wires.log.clear()
    wires.door.is_closed = True
    await hold(box)
    await goes(box, 5, 0)
    assert wires.log == ["noted", "pending"]
    wires.door.is_closed = False
    await goes(box, 3, 0)
    assert wires.log == ["noted", "pending", "lock"]
