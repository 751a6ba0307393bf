"""Whoever resets a box again and again gets no ration of refusals anew."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.access.ration import Ration

DAY_S = 86_400
NOW_S = 1_700_000_000
MOST = 30


@given(st.lists(st.tuples(st.integers(0, 3 * 3600), st.integers(0, 60)), max_size=60))
def test_no_resets_however_often_give_more_than_two_days_have_in_one(lives):
    in_flash, now_s = [], NOW_S
    for uptime_s, presented in lives:
        ration = Ration()
        for time_s in in_flash:
            ration.recall(1, time_s)
        for _ in range(presented):
            if ration.take(1, 1000, now_s):
                in_flash.append(now_s)
        now_s += uptime_s
    for begins_s in in_flash:
        assert sum(begins_s <= at_s < begins_s + DAY_S for at_s in in_flash) <= 2 * MOST
