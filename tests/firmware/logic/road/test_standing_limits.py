"""Off, stands, moves to the millisecond and the millimetre; road/test_standing.py has the rest."""

from firmware.logic.road.standing import Standing

BOOT_MS = 1_000_000


def at_last(*looks):
    """The motion at the last of some looks, each (ms since boot, ignition on, speed)."""
    standing = Standing(BOOT_MS)
    for ms, on, speed_mm_s in looks:
        standing.look(BOOT_MS + ms, on, speed_mm_s)
    return standing.motion(BOOT_MS + looks[-1][0])


def test_off_and_stands_take_five_seconds_to_the_millisecond():
    for ms, is_long in ((4_999, False), (5_000, True)):
        assert at_last((0, False, None), (ms, False, None)).off is is_long
        assert at_last((0, True, 0), (ms, True, 0)).stands is is_long


def test_a_walk_moves_after_three_seconds_and_a_drive_at_once():
    for ms, is_long in ((2_999, False), (3_000, True)):
        assert at_last((0, True, 501), (ms, True, 501)).moves is is_long
    assert not at_last((0, True, 1_499)).moves
    assert at_last((0, True, 1_500)).moves


def test_what_was_not_looked_at_for_more_than_five_seconds_begins_anew():
    for ms, is_unbroken in ((5_000, True), (5_001, False)):
        motion = at_last((0, False, 0), (ms, False, 0))
        assert (motion.off, motion.stands) == (is_unbroken, is_unbroken)
        assert at_last((0, True, 600), (ms, True, 600)).moves is is_unbroken


def test_a_look_in_between_ends_stillness_and_motion():
    assert not at_last((0, True, 0), (3_000, True, 501), (5_000, True, 0)).stands
    assert not at_last((0, True, 0), (3_000, True, None), (5_000, True, 0)).stands
    assert not at_last((0, True, 900), (1_000, True, 0), (3_000, True, 900)).moves
    assert not at_last((0, True, 900), (1_000, True, None), (3_000, True, 900)).moves


def test_half_a_metre_a_second_is_no_motion():
    assert at_last((0, False, 500), (1_000, False, 500)).off_ms == 1_000
    assert at_last((0, False, 501), (1_000, False, 501)).off_ms == 0


def test_each_time_is_nought_until_it_begins():
    moving = at_last((0, True, 0), (1_000, True, 600), (2_000, True, 600))
    assert moving == (False, False, False, 0, 0, 0, False)
    assert at_last((0, True, 0), (1_000, True, 0)) == (False, False, False, 0, 1_000, 0, False)
    assert at_last((0, True, None), (1_000, True, None)) == (False,) * 3 + (0, 0, 1_000, False)


def without_line(*looks):
    """As `at_last`, in a car whose line is not fitted."""
    standing = Standing(BOOT_MS, line_fitted=False)
    for ms, on, speed_mm_s in looks:
        standing.look(BOOT_MS + ms, on, speed_mm_s)
    return standing.motion(BOOT_MS + looks[-1][0], line_proven=True)


def still(until_ms, speed_mm_s=0, on=False):
    """A look each second until a time, and then."""
    looks = [(ms, on, speed_mm_s) for ms in range(0, until_ms, 1_000)]
    return looks + [(until_ms, on, speed_mm_s)]


def test_without_a_line_a_car_is_off_after_a_minute_of_trusted_stillness():
    for ms, is_long in ((59_999, False), (60_000, True)):
        motion = without_line(*still(ms))
        assert (motion.off, motion.stands, motion.off_ms) == (is_long, True, 0)
    assert without_line(*still(60_001)).off_ms == 1
    assert not without_line(*still(90_000, None)).off, "an unknown speed is no stillness"
    assert not without_line(*still(90_000, 501)).off


def test_without_a_line_an_unknown_speed_does_not_stand_and_moves_never():
    motion = without_line(*still(10_000, None))
    assert (motion.stands, motion.moves, motion.locks) == (False, False, False)
    assert motion.quiet_ms == 10_000


def test_the_doors_follow_a_badge_when_off_or_standing_where_the_line_says_little():
    def locks(looks, *, proven=False, fitted=True):
        standing = Standing(BOOT_MS, fitted)
        for ms, on, speed_mm_s in looks:
            standing.look(BOOT_MS + ms, on, speed_mm_s)
        return standing.motion(BOOT_MS + looks[-1][0], proven).locks

    for ms, is_long in ((4_999, False), (5_000, True)):
        assert locks(still(ms, on=True)) is is_long
        assert locks(still(ms), fitted=False) is is_long
        assert locks(still(ms), fitted=False, proven=True) is is_long
        assert locks(still(ms, 501)) is is_long, "off, whatever moves"
        assert locks(still(ms), proven=True) is is_long
    assert not locks(still(9_000, on=True), proven=True)
    assert at_last(*still(9_000, on=True)).locks, "a line says little unless somebody says more"
    assert not locks(still(9_000, None, on=True))
    assert not locks(still(9_000, None), fitted=False)
