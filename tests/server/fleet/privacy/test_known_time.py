"""No clock that is wrong, by days and in either direction, makes a purge erase what is not due."""

from hypothesis import given
from hypothesis import strategies as st

from server.fleet.privacy.known_time import KnownTime

DAY_S = 24 * 3600
START_S = 1_790_000_000
# How long until the server looks again, what it was off for of that, how wrong its clock is then.
LOOKS = st.lists(
    st.tuples(
        st.integers(0, 10 * DAY_S),
        st.integers(0, 30 * DAY_S),
        st.integers(-400 * DAY_S, 400 * DAY_S),
    ),
    max_size=20,
)


@given(LOOKS)
def test_the_sure_time_is_never_later_than_it_is_while_nobody_vouches_for_the_clock(looks) -> None:
    known, true_s = KnownTime(START_S), START_S
    for elapsed_s, off_s, wrong_s in looks:
        true_s += elapsed_s + off_s
        shown_s = true_s + wrong_s
        known = known.after(elapsed_s, shown_s, vouched=False, word=0, said_at_s=0)
        assert known.sure_s(shown_s) <= true_s


@given(LOOKS)
def test_with_a_right_clock_it_is_late_by_no_more_than_the_server_was_off(looks) -> None:
    known, true_s, off_s = KnownTime(START_S), START_S, 0
    for elapsed_s, off_now_s, _ in looks:
        true_s += elapsed_s + off_now_s
        off_s += off_now_s
        known = known.after(elapsed_s, true_s, vouched=False, word=0, said_at_s=0)
        assert known.sure_s(true_s) == true_s - off_s


@given(LOOKS, st.integers(-400 * DAY_S, 400 * DAY_S))
def test_a_time_that_somebody_vouches_for_is_believed_in_either_direction(looks, step_s) -> None:
    known = KnownTime(START_S)
    for elapsed_s, _, wrong_s in looks:
        known = known.after(elapsed_s, START_S + wrong_s, vouched=False, word=0, said_at_s=0)
    right_s = START_S + step_s
    served = known.after(0, right_s, vouched=True, word=0, said_at_s=0)
    said = known.after(0, right_s, vouched=False, word=1, said_at_s=right_s)
    assert served.sure_s(right_s) == said.sure_s(right_s) == right_s
    again = said.after(60, right_s + 60, vouched=False, word=1, said_at_s=right_s)
    assert again.sure_s(right_s + 60) == right_s + 60  # the same word is not a new one
