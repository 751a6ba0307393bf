"""The driver of a trip that the box itself ended comes back: for a while, and with the right."""

import pytest

from firmware.logic.road.nmea import Fix
from shared_protocol.messages import EVERY_BADGE, GRANT_BOOKING, GRANT_REVOKED, GRANT_SITE, Grant
from shared_protocol.records import TripStart
from tests.firmware.tasks.vehicle_bench import MARIE, NOW_S, PAUL, Box

HOUR_S = 3600
DAY_S = 24 * HOUR_S


async def lapsed(box: Box) -> None:
    """Marie's trip, begun now, whose end the box infers after her booking."""
    box.hold(Grant(MARIE, 1, 0, NOW_S + 600, GRANT_BOOKING, 0))
    await box.badge(MARIE)
    await box.vehicle.badge_left(MARIE, False)
    await box.stand(3 * HOUR_S)
    assert not box.trip.open
    box.hold(Grant(PAUL, 2, NOW_S + 200 * DAY_S, NOW_S + 201 * DAY_S, GRANT_BOOKING, 0))


async def comes_back(box: Box, after_s: int) -> bool:
    box.wires.ms += after_s * 1000
    await box.badge(MARIE)
    await box.vehicle.badge_left(MARIE, False)
    return box.trip.is_driver(MARIE)


async def test_who_comes_back_the_next_day_takes_the_trip_up(boot):
    box = boot()
    await lapsed(box)
    assert await comes_back(box, DAY_S)
    assert [trip.grant_id for trip in box.facts(TripStart)] == [1, 1]


@pytest.mark.parametrize("days", [3, 90])
async def test_a_lapsed_trip_is_not_taken_up_after_three_days(boot, days: int):
    box = boot()
    await lapsed(box)
    assert not await comes_back(box, days * DAY_S)


async def test_a_revocation_that_has_faded_from_the_set_opens_nothing(boot):
    box = boot()
    await lapsed(box)
    box.hold(Grant(MARIE, 9, 0, 0xFFFFFFFF, GRANT_REVOKED, 0))
    assert not await comes_back(box, HOUR_S)
    box.hold()
    assert not await comes_back(box, 61 * DAY_S)


async def test_who_is_not_surely_at_the_cars_site_goes_on_though_the_next_booking_has_begun(boot):
    box = boot()
    await lapsed(box)
    box.hold(Grant(PAUL, 2, NOW_S, NOW_S + DAY_S, GRANT_BOOKING, 0))
    assert await comes_back(box, HOUR_S)


@pytest.mark.parametrize("metres, may", [(100, False), (300_000, True)])
async def test_the_next_one_waits_for_a_car_that_stands_at_its_site_and_for_no_other(
    boot, metres: int, may: bool
):
    box = boot()
    await lapsed(box)
    lat_e7, lon_e7 = 444_475_000, 14_413_000
    site = Grant(EVERY_BADGE, 300, lat_e7, lon_e7, GRANT_SITE, 0)
    box.hold(site, Grant(PAUL, 2, NOW_S, NOW_S + DAY_S, GRANT_BOOKING, 0))
    there = box.fix(0)
    box.whereabouts.fix(
        Fix(there.time_s + 1, 0, lat_e7 + round(metres / 0.0111195), lon_e7, 0), box.wires.ms + 1000
    )
    for _ in range(600):  # the receiver has lost the sky since
        box.wires.ms += 4_000
        await box.vehicle._look()
        box.vehicle._let_rest()
    assert await comes_back(box, HOUR_S) is may


async def looks(box: Box, hours: int) -> None:
    """A car that says nothing: no speed, no change of its line; as often as it takes at least."""
    for _ in range(hours * HOUR_S // 5):
        box.wires.ms += 5_000
        await box.vehicle._look()


async def test_three_days_that_nobody_used_a_car_end_its_trip_also_over_resets(boot):
    box = boot()
    await box.badge(MARIE)
    await box.vehicle.badge_left(MARIE, True)
    for _ in range(4):
        box = boot()
        box.hold()  # a set that says nothing of her
        assert box.trip.open
        await looks(box, 19)
    assert not box.trip.open
