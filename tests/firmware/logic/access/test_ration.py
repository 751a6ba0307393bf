"""So many refusals of each reason are recorded a day."""

from firmware.logic.access.ration import Ration

DAY_S = 86_400
DAY_MS = DAY_S * 1000
NOW_S = 1_700_000_000
MOST = 30


def takes(ration, times, now_ms=5, time_s=0, reason=1):
    return sum(ration.take(reason, now_ms, time_s) for _ in range(times))


def recalled(count, time_s=0):
    ration = Ration()
    for _ in range(count):
        ration.recall(1, time_s)
    return ration


def test_each_reason_has_its_own_ration_of_the_day():
    ration = Ration()
    for reason in (1, 3, 12):
        taken = [ration.take(reason, 5, 0) for _ in range(MOST + 2)]
        assert taken == [True] * MOST + [False] * 2


def test_the_next_day_begins_when_it_is_first_asked_for():
    ration = Ration()
    for begins_ms in (7, 7 + DAY_MS, 7 + 9 * DAY_MS):
        assert takes(ration, MOST, begins_ms, NOW_S) == MOST
        assert takes(ration, 1, begins_ms + DAY_MS - 1, NOW_S + 9 * DAY_S) == 0


def test_after_a_reset_the_day_goes_on_that_flash_tells_of():
    for time_s in (0, NOW_S):
        for count in (0, 1, MOST - 1, MOST, MOST + 5):
            assert takes(recalled(count, time_s), 99, 5, time_s) == max(0, MOST - count)
    assert takes(recalled(MOST), 1, reason=2) == 1


def test_that_day_is_over_after_a_day_of_uptime_or_as_soon_as_the_clock_says_so():
    for time_s in (0, NOW_S):
        ration = recalled(MOST, time_s)
        assert takes(ration, 1, 5, 0) == 0
        assert takes(ration, 1, 4 + DAY_MS, 0) == 0
        assert takes(ration, 99, 5 + DAY_MS, 0) == MOST
    ration = recalled(MOST, NOW_S)
    assert takes(ration, 1, 5, NOW_S + DAY_S - 1) == 0
    assert takes(ration, 99, 5, NOW_S + DAY_S) == MOST
    assert takes(ration, 1, 5, NOW_S + 3 * DAY_S) == 0, "from then on a day is one of uptime"
    assert takes(recalled(MOST), 1, 5, NOW_S) == 0, "nobody knows when that was"


def test_of_several_days_in_flash_the_last_counts():
    ration = recalled(MOST, NOW_S)
    ration.recall(1, NOW_S + DAY_S)
    ration.recall(1, 0)
    assert takes(ration, 99, 5, NOW_S + DAY_S) == MOST - 2
