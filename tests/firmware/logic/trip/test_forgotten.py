"""When a trip that nobody ended is taken for over."""

from firmware.logic.access.badge_decision import NO_TRIP
from firmware.logic.trip.forgotten import is_forgotten
from shared_protocol.messages import GRANT_OTHER_CAR, GRANT_TECHNICIAN, GRANT_WALK_UP
from tests.firmware.logic.held_sets import MARIE, NOW_S, PAUL, grant, holding
from tests.firmware.logic.motions import motion_of

HOUR_MS = 3_600_000
BOOKING = 5
DAYS_MS = 72 * HOUR_MS
OVER = grant(BOOKING, begins_s=NOW_S - 10_000, ends_s=NOW_S - 7200)
WALKS_UP = grant(0, MARIE, 0, 0xFFFFFFFF, GRANT_WALK_UP)


def forgotten(*grants, grant_id=BOOKING, time_s=NOW_S, parked_for_ms=HOUR_MS, unused_ms=0, **seen):
    held = holding(*grants)
    motion = motion_of(**seen)
    return is_forgotten(held, MARIE, grant_id, time_s, parked_for_ms, motion, unused_ms)


def test_two_hours_after_its_booking_a_trip_is_forgotten_that_is_parked_for_one():
    assert forgotten(OVER) is True
    assert forgotten(OVER, time_s=NOW_S - 1) is False
    assert forgotten(OVER, parked_for_ms=HOUR_MS - 1) is False
    assert forgotten(OVER, parked_for_ms=100 * HOUR_MS) is True


def test_within_a_booking_of_its_badge_no_trip_is_forgotten_however_long_it_stands():
    current = grant(BOOKING, begins_s=NOW_S - 100, ends_s=NOW_S + 1)
    for parked_for_ms in (HOUR_MS, 1000 * HOUR_MS):
        assert forgotten(current, parked_for_ms=parked_for_ms) is False
        assert forgotten(OVER, grant(9), parked_for_ms=parked_for_ms) is False
    assert forgotten(OVER, grant(9, PAUL)) is True
    assert forgotten(current, time_s=NOW_S + 1 + 7200) is True


def test_a_walk_up_is_forgotten_after_twelve_hours():
    assert forgotten(WALKS_UP, grant_id=0, parked_for_ms=12 * HOUR_MS - 1) is False
    assert forgotten(WALKS_UP, grant_id=0, parked_for_ms=12 * HOUR_MS) is True


def test_a_walk_up_right_beside_it_does_not_lengthen_a_booking():
    assert forgotten(OVER, WALKS_UP) is True
    assert forgotten(OVER, WALKS_UP, grant_id=0, parked_for_ms=12 * HOUR_MS) is True


def test_an_ignition_that_stays_on_lengthens_it_to_twelve_hours():
    for held, grant_id in ((OVER, BOOKING), (WALKS_UP, 0)):
        for still_ms, is_over in ((12 * HOUR_MS - 1, False), (12 * HOUR_MS, True)):
            seen = forgotten(held, grant_id=grant_id, parked_for_ms=0, still_ms=still_ms)
            assert seen is is_over


def test_where_nobody_can_tell_until_when_it_takes_three_days_that_nobody_uses_the_car():
    expired = holding(OVER, expires_s=NOW_S)
    motion = motion_of(still_ms=2 * DAYS_MS, quiet_ms=2 * DAYS_MS)
    for unused_ms, is_over in ((DAYS_MS, True), (DAYS_MS - 1, False)):
        for held, time_s in (((OVER,), 0), ((WALKS_UP,), 0), ((), NOW_S)):
            seen = forgotten(*held, time_s=time_s, parked_for_ms=0, unused_ms=unused_ms)
            assert seen is is_over
        seen = is_forgotten(expired, MARIE, BOOKING, NOW_S, 2 * DAYS_MS, motion, unused_ms)
        assert seen is is_over
    assert forgotten(OVER, parked_for_ms=0, unused_ms=DAYS_MS) is True, "no sign, ignition on"


def test_a_set_that_lost_the_grant_ends_nothing_before_its_time():
    assert forgotten() is False
    assert forgotten(grant(BOOKING, PAUL, ends_s=NOW_S + 1)) is False, "it was another badge's"


def test_a_technicians_trip_and_one_of_a_driver_sent_to_another_car_end_by_their_window():
    for kind in (GRANT_TECHNICIAN, GRANT_OTHER_CAR):
        assert forgotten(grant(BOOKING, MARIE, 1, NOW_S - 7200, kind)) is True
        assert forgotten(grant(BOOKING, MARIE, 1, NOW_S - 7199, kind)) is False


def test_without_an_open_trip_nothing_is_forgotten():
    for held in ((), (OVER,), (WALKS_UP,)):
        assert forgotten(*held, grant_id=NO_TRIP, unused_ms=DAYS_MS) is False


def test_another_booking_counts_from_its_first_second_to_the_one_before_its_end():
    assert forgotten(OVER, grant(9, begins_s=NOW_S)) is False
    assert forgotten(OVER, grant(9, begins_s=NOW_S + 1)) is True
    assert forgotten(OVER, grant(9, ends_s=NOW_S + 1)) is False
    assert forgotten(OVER, grant(9, ends_s=NOW_S)) is True


def test_a_booking_that_is_over_does_not_shorten_a_walk_up():
    assert forgotten(WALKS_UP, OVER, grant_id=0, parked_for_ms=12 * HOUR_MS - 1) is False
