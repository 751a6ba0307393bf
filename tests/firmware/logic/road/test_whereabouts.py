"""What the receiver said last counts for a while, and no longer."""

from firmware.logic.road.nmea import Fix
from firmware.logic.road.whereabouts import Place, Where, Whereabouts
from shared_protocol.records import NO_POSITION

NOWHERE = (NO_POSITION, NO_POSITION)
HERE = (480_061_000, 1_996_000)
THEN_MS = 1_000_000
seconds = iter(range(1_700_000_000, 1_700_001_000))  # of the receiver, which go on


def fix(position=HERE, speed_mm_s=1500, second=None):
    return Fix(
        next(seconds) if second is None else 1_700_000_000 + second, 0, *position, speed_mm_s
    )


def told(*fixes):
    whereabouts = Whereabouts()
    for each in fixes:
        whereabouts.fix(each, THEN_MS)
    return whereabouts


def test_nothing_is_known_before_the_first_fix():
    whereabouts = Whereabouts()
    assert whereabouts.speed_mm_s(0) is None
    assert whereabouts.where(7, 0) == Where(7, *NOWHERE)


def test_a_speed_counts_for_three_seconds_and_is_unknown_after():
    for speed_mm_s in (0, 1500):
        whereabouts = told(fix(speed_mm_s=speed_mm_s))
        assert whereabouts.speed_mm_s(THEN_MS) == speed_mm_s
        assert whereabouts.speed_mm_s(THEN_MS + 3_000) == speed_mm_s
        assert whereabouts.speed_mm_s(THEN_MS + 3_001) is None


def test_a_position_counts_for_two_minutes():
    whereabouts = told(fix())
    assert whereabouts.where(7, THEN_MS + 120_000) == Where(7, *HERE)
    assert whereabouts.where(7, THEN_MS + 120_001) == Where(7, *NOWHERE)


def test_a_fix_without_speed_or_without_position_says_nothing_of_it():
    whereabouts = told(fix(speed_mm_s=0))
    whereabouts.fix(fix((None, None), 900), THEN_MS + 2_000)
    assert whereabouts.where(7, THEN_MS + 120_001) == Where(7, *NOWHERE)
    assert whereabouts.speed_mm_s(THEN_MS + 4_000) == 900
    whereabouts.fix(fix(HERE, None), THEN_MS + 4_000)
    assert whereabouts.speed_mm_s(THEN_MS + 5_000) == 900
    assert whereabouts.speed_mm_s(THEN_MS + 5_001) is None
    assert whereabouts.where(7, THEN_MS + 124_000) == Where(7, *HERE)


def test_a_car_whose_receiver_sleeps_stays_where_it_was_and_only_if_that_was_known():
    whereabouts = told(fix())
    whereabouts.stay(THEN_MS + 120_000)
    assert whereabouts.where(7, THEN_MS + 240_000) == Where(7, *HERE)
    assert whereabouts.speed_mm_s(THEN_MS + 120_000) is None, "its speed is not kept"
    whereabouts.stay(THEN_MS + 240_001)
    assert whereabouts.where(7, THEN_MS + 240_001) == Where(7, *NOWHERE)


def test_a_car_that_has_stood_since_its_last_fix_is_still_there():
    whereabouts = told(fix(speed_mm_s=0))
    assert whereabouts.place(THEN_MS, False) == Place(*HERE, 50)
    for hours in (1, 1000):
        assert whereabouts.place(THEN_MS + hours * 3_600_000, True) == Place(*HERE, 50)


def test_a_car_that_may_have_driven_on_is_as_far_away_as_one_gets_in_that_time():
    whereabouts = told(fix())
    assert whereabouts.place(THEN_MS + 10_000, False) == Place(*HERE, 450)
    assert whereabouts.place(THEN_MS + 90_000, True) == Place(*HERE, 450)
    whereabouts.fix(fix(), THEN_MS + 95_000)
    assert whereabouts.place(THEN_MS + 95_000, True) == Place(*HERE, 50)


def test_a_place_is_surely_known_only_from_a_fix_whose_speed_is_trusted():
    whereabouts = told()
    assert whereabouts.place(THEN_MS, True) is None
    whereabouts.fix(fix(speed_mm_s=None), THEN_MS)
    whereabouts.fix(fix((None, None)), THEN_MS)
    assert whereabouts.place(THEN_MS, True) is None
    whereabouts.fix(fix(), THEN_MS)
    frozen = fix(second=500)
    for second in range(60):
        whereabouts.fix(frozen, THEN_MS + second * 1000)
    assert whereabouts.place(THEN_MS + 60_000, False).off_m > 2_000
