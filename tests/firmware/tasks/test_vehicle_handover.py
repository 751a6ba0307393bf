"""The next driver's badge at a car that another has: when it changes hands, and when not."""

import pytest

from firmware.logic.access.badge_decision import Refused
from shared_protocol.messages import GRANT_BOOKING, GRANT_NO_LICENCE, Grant
from shared_protocol.records import (
    END_OTHER_DRIVER,
    HANDOVER_ASKED,
    REFUSED_CAR_IN_USE,
    TripEnd,
    TripHandover,
    TripStart,
)
from tests.firmware.tasks.vehicle_bench import (
    MARIE,
    NOW_S,
    PAUL,
    Box,
    hold,
    start,
    waits_at_the_kerb,
)

HOUR_S = 3600


def books(box: Box, maries: tuple[int, int], pauls: tuple[int, int], number: int = 2) -> None:
    """Two bookings, each from and until so many seconds from now; `number` is that of Paul's."""
    now_s = NOW_S + box.wires.ms // 1000
    box.hold(
        Grant(MARIE, 1, now_s + maries[0], now_s + maries[1], GRANT_BOOKING, 0),
        Grant(PAUL, number, now_s + pauls[0], now_s + pauls[1], GRANT_BOOKING, 0),
    )


async def short(box: Box, tag: bytes) -> None:
    await box.badge(tag)
    await box.vehicle.badge_left(tag, False)


def starts(box: Box) -> list[bytes]:
    return [trip.badge_tag for trip in box.facts(TripStart)]


@pytest.mark.parametrize("paused", [False, True])
async def test_a_running_booking_is_not_taken_over_before_its_end(boot, wires, paused: bool):
    box = boot()
    books(box, (-HOUR_S, HOUR_S), (-HOUR_S, 2 * HOUR_S))
    await start(box)
    await box.stand(8)
    if paused:
        await short(box, MARIE)
    wires.log.clear()
    await short(box, PAUL)
    assert starts(box) == [MARIE] and wires.log == ["refused 5"]


async def test_who_comes_a_quarter_early_finds_a_car_open_that_nobody_has(boot, wires):
    box = boot()
    books(box, (-2 * HOUR_S, -HOUR_S), (899, 2 * HOUR_S))
    await short(box, PAUL)
    assert starts(box) == [PAUL]


@pytest.mark.parametrize(("after_s", "driver"), [(600, PAUL), (601, MARIE)])
async def test_an_end_asked_for_longer_ago_than_ten_minutes_hands_no_running_car_over(
    boot, wires, after_s: int, driver: bytes
):
    box = boot()
    books(box, (-HOUR_S, 2 * HOUR_S), (60, 2 * HOUR_S))
    await waits_at_the_kerb(box)
    await hold(box, MARIE)
    await box.drive(after_s // 2, 0)
    await box.drive(6, 1400)  # a few metres in the queue: the ten minutes begin anew
    await box.drive(after_s - after_s // 2 - 6, 0)
    assert box.trip.is_driver(MARIE)
    wires.log.clear()
    await short(box, PAUL)
    assert starts(box)[-1] == driver
    assert wires.log == ["enable", "started" if driver == PAUL else "handover", "unlock"]


@pytest.mark.parametrize("first", [MARIE, PAUL])
async def test_of_two_who_have_the_car_the_first_badged_after_the_ignition_was_off_has_it(
    boot, wires, first: bytes
):
    box = await handing_over(boot(), wires)
    await box.drive(20, 10_000)
    await box.drive(10, 0)
    await switches_off_and_on(box)
    await short(box, first)
    assert box.trip.is_driver(first) and not box.trip.taking and not box.trip.paused
    await hold(box, first)
    wires.on = False
    await box.stand(8)
    assert not box.trip.open


async def handing_over(box: Box, wires) -> Box:
    """Marie's booking is over, and Paul has badged beside her with the ignition on."""
    books(box, (-HOUR_S, HOUR_S), (-HOUR_S, 2 * HOUR_S))
    await waits_at_the_kerb(box)
    books(box, (-HOUR_S, 0), (0, 2 * HOUR_S))
    await short(box, PAUL)
    assert wires.log == ["enable", "handover", "unlock"] and box.trip.is_driver(MARIE)
    assert [told.stage for told in box.facts(TripHandover)][-1] == HANDOVER_ASKED
    return box


async def switches_off_and_on(box: Box) -> None:
    box.wires.on = False
    await box.stand(8)
    await box.drive(2, 0)


@pytest.mark.parametrize("tag", [MARIE, PAUL])
async def test_while_a_handover_waits_either_badge_pauses_and_resumes(boot, wires, tag: bytes):
    box = await handing_over(boot(), wires)
    wires.log.clear()
    await short(box, tag)
    assert wires.log == ["noted", "pending"]
    await short(box, tag)
    assert wires.log[2:] == ["enable", "resumed", "unlock"] and not box.trip.asked
    await short(box, tag)
    wires.on = False
    await box.stand(8)
    assert box.trip.paused and wires.log[-2:] == ["paused", "lock"]
    await short(box, tag)
    assert box.trip.is_driver(tag) and not box.trip.paused


async def test_a_handover_that_waits_survives_a_reset_driving_and_what_is_withdrawn(boot, wires):
    box = await handing_over(boot(), wires)
    await hold(box, MARIE)
    await box.drive(60, 10_000)
    assert not box.trip.asked
    box = boot()
    await box.drive(10, 0)
    await switches_off_and_on(box)
    box = boot()
    await box.drive(6, 0)
    await short(box, PAUL)
    assert box.trip.is_driver(PAUL)


async def test_an_ignition_left_on_hands_over_ten_minutes_later_and_after_the_former_booking(
    boot, wires
):
    box = boot()
    await box.stand(HOUR_S)  # its clock has not jumped for that long
    books(box, (-HOUR_S, 1000), (0, 2 * HOUR_S))
    await waits_at_the_kerb(box)
    await short(box, PAUL)
    assert wires.log[-1] == "refused 5"
    books(box, (-HOUR_S, 0), (0, 2 * HOUR_S))
    await short(box, PAUL)
    books(box, (-HOUR_S, 900), (0, 2 * HOUR_S))
    await box.drive(899, 0)
    assert box.trip.is_driver(MARIE), "her booking was prolonged"
    await box.drive(2, 0)
    assert box.trip.is_driver(PAUL) and box.trip.in_leg and wires.log[-1] == "started"
    assert [end.reason for end in box.facts(TripEnd)] == [END_OTHER_DRIVER]


async def test_the_ten_minutes_of_a_handover_begin_with_its_badge(boot, wires):
    box = boot()
    await box.stand(HOUR_S)
    books(box, (-HOUR_S, HOUR_S), (-HOUR_S, 2 * HOUR_S))
    await waits_at_the_kerb(box)
    await box.drive(900, 0)
    books(box, (-HOUR_S, 0), (0, 2 * HOUR_S))
    await short(box, PAUL)
    await box.drive(600, 0)
    assert box.trip.is_driver(MARIE)
    await box.drive(1, 0)
    assert box.trip.is_driver(PAUL)


async def test_another_driver_of_the_booking_waits_for_no_end_of_it(boot, wires):
    box = boot()
    books(box, (-HOUR_S, HOUR_S), (-HOUR_S, HOUR_S), number=1)
    await waits_at_the_kerb(box)
    await short(box, PAUL)
    assert wires.log[-2:] == ["handover", "unlock"]
    await box.drive(601, 0)
    assert box.trip.is_driver(PAUL)


async def test_a_third_driver_finds_the_doors_open_and_waits_for_the_ignition(boot, wires):
    box = await handing_over(boot(), wires)
    zoe = b"zoe-----"
    box.hold(Grant(zoe, 3, NOW_S, NOW_S + HOUR_S, GRANT_BOOKING, 0))
    wires.log.clear()
    await short(box, zoe)
    assert wires.log == ["enable", "refused 15", "unlock"] and box.trip.is_taking(PAUL)
    wires.on = False
    await box.stand(8)
    await short(box, zoe)
    assert box.trip.is_driver(zoe) and not box.trip.taking


async def test_an_end_that_comes_first_leaves_no_handover(boot, wires):
    box = await handing_over(boot(), wires)
    await hold(box, MARIE)
    wires.on = False
    await box.stand(8)
    assert not box.trip.open and not box.trip.taking
    await short(box, PAUL)
    assert box.trip.is_driver(PAUL)


async def test_an_unknown_clock_takes_no_booked_car_over(boot, wires):
    box = boot()
    box.hold(
        Grant(MARIE, 1, NOW_S - HOUR_S, NOW_S + HOUR_S, GRANT_BOOKING, 0),
        Grant(PAUL, 2, 0, NOW_S * 2, GRANT_BOOKING, 0),
    )
    await start(box)
    await box.stand(8)
    verdict = box.trip._verdict(PAUL, box.grants, 0)
    assert verdict == Refused(REFUSED_CAR_IN_USE)


async def test_a_booking_whose_driver_lost_the_licence_runs_on(boot, wires):
    box = boot()
    await start(box)
    box.hold(
        Grant(MARIE, 1, 0, NOW_S + HOUR_S, GRANT_NO_LICENCE, 0),
        Grant(PAUL, 2, 0, NOW_S * 2, GRANT_BOOKING, 0),
    )
    await box.stand(8)
    await short(box, PAUL)
    assert box.trip.is_driver(MARIE)
