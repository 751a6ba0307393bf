"""When a trip that nobody ended is taken for over."""

from firmware.logic.access.badge_decision import NO_TRIP
from firmware.logic.access.forgotten import is_forgotten
from shared_protocol.messages import GRANT_OTHER_CAR, GRANT_TECHNICIAN, GRANT_WALK_UP
from tests.firmware.logic.held_sets import MARIE, NOW_S, PAUL, grant, holding

HOUR_MS = 3_600_000
BOOKING = 5
OVER = grant(BOOKING, begins_s=NOW_S - 100, ends_s=NOW_S)
WALKS_UP = grant(0, MARIE, 0, 0xFFFFFFFF, GRANT_WALK_UP)


def forgotten(*grants, grant_id=BOOKING, time_s=NOW_S, parked_for_ms=HOUR_MS):
    return is_forgotten(holding(*grants), MARIE, grant_id, time_s, parked_for_ms)


def test_an_hour_after_the_end_of_its_booking_a_standing_trip_is_forgotten():
    assert forgotten(OVER) is True
    assert forgotten(OVER, parked_for_ms=HOUR_MS - 1) is False
    assert forgotten(OVER, parked_for_ms=100 * HOUR_MS) is True


def test_within_its_booking_no_trip_is_forgotten_however_long_it_stands():
    current = grant(BOOKING, begins_s=NOW_S - 100, ends_s=NOW_S + 1)
    for parked_for_ms in (HOUR_MS, 1000 * HOUR_MS):
        assert forgotten(current, parked_for_ms=parked_for_ms) is False
    assert forgotten(current, time_s=NOW_S + 1) is True


def test_a_walk_up_is_forgotten_after_twelve_hours():
    assert forgotten(WALKS_UP, grant_id=0, parked_for_ms=12 * HOUR_MS - 1) is False
    assert forgotten(WALKS_UP, grant_id=0, parked_for_ms=12 * HOUR_MS) is True


def test_a_walk_up_right_beside_it_does_not_lengthen_a_booking_nor_a_booking_a_walk_up():
    assert forgotten(OVER, WALKS_UP) is True
    current = grant(BOOKING, begins_s=NOW_S - 100, ends_s=NOW_S + 1)
    assert forgotten(current, WALKS_UP, grant_id=0, parked_for_ms=12 * HOUR_MS) is True
    assert forgotten(current, grant(9, begins_s=1, ends_s=2)) is False


def test_at_an_unknown_time_nothing_is_forgotten():
    for held in ((), (OVER,), (WALKS_UP,)):
        assert forgotten(*held, time_s=0, parked_for_ms=1000 * HOUR_MS) is False


def test_a_grant_that_the_set_no_longer_holds_has_run_out():
    assert forgotten() is True
    assert forgotten(grant(BOOKING, PAUL, ends_s=NOW_S + 1)) is True, "it was another badge's"
    assert forgotten(parked_for_ms=HOUR_MS - 1) is False


def test_a_technicians_trip_and_one_of_a_driver_sent_to_another_car_end_by_their_window():
    for kind in (GRANT_TECHNICIAN, GRANT_OTHER_CAR):
        assert forgotten(grant(BOOKING, MARIE, 1, NOW_S, kind)) is True
        assert forgotten(grant(BOOKING, MARIE, 1, NOW_S + 1, kind)) is False


def test_without_an_open_trip_nothing_is_forgotten():
    for held in ((), (OVER,), (WALKS_UP,)):
        assert forgotten(*held, grant_id=NO_TRIP, parked_for_ms=1000 * HOUR_MS) is False
