"""The next driver's badge at a car that another has: when it changes hands, and when not."""

import pytest

from shared_protocol.messages import GRANT_BOOKING, Grant
from shared_protocol.records import TripStart
from tests.firmware.tasks.test_vehicle_moving import hold, start, waits_at_the_kerb
from tests.firmware.tasks.vehicle_bench import MARIE, NOW_S, PAUL, Box

HOUR_S = 3600


def books(box: Box, maries: tuple[int, int], pauls: tuple[int, int], number: int = 2) -> None:
    """Two bookings, each from and until so many seconds from now; `number` is that of Paul's."""
    box.hold(
        Grant(MARIE, 1, NOW_S + maries[0], NOW_S + maries[1], GRANT_BOOKING, 0),
        Grant(PAUL, number, NOW_S + pauls[0], NOW_S + pauls[1], GRANT_BOOKING, 0),
    )


async def short(box: Box, tag: bytes) -> None:
    await box.badge(tag)
    await box.vehicle.badge_left(tag, False)


def starts(box: Box) -> list[bytes]:
    return [trip.badge_tag for trip in box.facts(TripStart)]


@pytest.mark.xfail(strict=True, reason="finding L10: the box itself guards no running booking")
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


@pytest.mark.xfail(strict=True, reason="finding L10: an end asked for hours ago hands a car over")
async def test_an_end_asked_for_longer_ago_than_ten_minutes_hands_no_running_car_over(boot, wires):
    box = boot()
    books(box, (-HOUR_S, 60), (60, 2 * HOUR_S))
    await waits_at_the_kerb(box)
    await hold(box, MARIE)
    await box.drive(595, 0)
    await box.drive(2, 600)  # nobody can tell whether it stands: the ten minutes begin anew
    await box.drive(30, 0)
    assert box.trip.is_driver(MARIE)
    await short(box, PAUL)
    assert starts(box) == [MARIE]
