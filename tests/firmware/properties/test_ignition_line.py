"""What proves the ignition line, what takes the proof away, and what does neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.signs.ignition_line import IgnitionLine

NOW_S = 1_700_000_000
DAY_S = 86_400
ON_AND_MOVES, OFF_AND_STANDS, OFF_AND_MOVES = (True, 14_000), (False, 0), (False, 14_000)
looks = st.tuples(st.booleans(), st.sampled_from([None, 0, 300, 500, 501, 4_999, 5_000, 14_000]))


class Line:
    """A line that is looked at every second."""

    def __init__(self, stored: bytes = b"", commissioned: bool = False) -> None:
        self.line = IgnitionLine(stored, commissioned)
        self.second = self.writes = 0
        self.began_s = NOW_S

    @property
    def time_s(self) -> int:
        return self.began_s + self.second

    def sees(self, look: tuple[bool, int | None], seconds: int = 11) -> "Line":
        for _ in range(seconds):
            self.second += 1
            self.writes += self.line.look(self.second * 1000, *look, self.time_s)
        return self

    @property
    def proven(self) -> bool:
        return self.line.proven(self.time_s)


@pytest.mark.parametrize("order", [(ON_AND_MOVES, OFF_AND_STANDS), (OFF_AND_STANDS, ON_AND_MOVES)])
def test_a_line_seen_on_in_motion_and_off_at_rest_is_proven_also_after_a_reset(order) -> None:
    line = Line()
    assert not line.sees(order[0]).proven
    assert line.sees(order[1]).proven
    again = Line(line.line.to_bytes())
    assert again.proven
    assert again.line.proven(0), "the time is not known, and the proof was good"


def test_ten_seconds_in_motion_with_the_line_off_take_the_proof_away_for_good() -> None:
    line = Line().sees(ON_AND_MOVES).sees(OFF_AND_STANDS).sees((False, 5_000), 10)
    assert line.proven and not line.line.denied
    line.sees((False, 5_000), 1)
    assert (line.proven, line.line.denied) == (False, True)
    assert not Line(line.line.to_bytes(), commissioned=True).proven
    assert not line.sees(OFF_AND_STANDS).proven
    assert line.sees(ON_AND_MOVES).proven, "it works again"


def test_who_commissioned_the_box_is_believed_until_the_line_denies_it() -> None:
    line = Line(commissioned=True)
    assert line.proven
    assert not line.sees(OFF_AND_MOVES).proven


@given(st.lists(st.tuples(looks, st.integers(1, 10)), max_size=40))
def test_nothing_shorter_than_ten_seconds_proves_or_takes_away(spells) -> None:
    line, proven = Line(), Line().sees(ON_AND_MOVES).sees(OFF_AND_STANDS)
    last = None
    for look, seconds in spells:
        if look == last:
            continue
        for each in (line, proven):
            each.sees((look[0], 2_000), 1)  # neither moves nor stands: ends what was before
            each.sees(look, seconds)
        last = look
    assert not line.proven
    assert proven.proven
    assert line.writes == 0


@given(st.lists(st.tuples(looks, st.integers(1, 40)), max_size=30))
def test_it_is_proven_only_by_both_halves_and_never_after_a_motion_with_it_off(spells) -> None:
    line = Line()
    on = off = False
    for look, seconds in spells:
        line.sees((look[0], 2_000), 1)
        line.sees(look, seconds)
        is_on, speed = look
        if seconds > 10 and speed is not None:
            on = on or (is_on and speed >= 5_000)
            off = off or (not is_on and speed <= 500)
            if not is_on and speed >= 5_000:
                on = off = False
        assert line.proven == (on and off)


def test_looks_that_are_far_apart_are_no_unbroken_look() -> None:
    line = Line().sees(ON_AND_MOVES).sees(OFF_AND_STANDS)
    for _ in range(20):
        line.second += 5
        line.sees(OFF_AND_MOVES, 1)
    assert line.proven


def test_a_proof_is_good_for_thirty_days_and_renewed_once_a_day() -> None:
    line = Line().sees(ON_AND_MOVES).sees(OFF_AND_STANDS)
    assert line.writes == 2
    line.sees(ON_AND_MOVES, 3600).sees(OFF_AND_STANDS, 3600)
    assert line.writes == 2, "the flash is spared"
    line.began_s += 29 * DAY_S
    assert line.proven
    line.sees(ON_AND_MOVES)
    line.began_s += 2 * DAY_S
    assert not line.proven, "one half is too old"
    assert line.sees(OFF_AND_STANDS).proven


@given(st.integers(1, 0xFFFFFFFF))
def test_a_clock_that_was_wrong_makes_no_proof_last_for_ever(time_s: int) -> None:
    line = Line().sees(ON_AND_MOVES).sees(OFF_AND_STANDS)
    far = abs(time_s - NOW_S) > 31 * DAY_S
    near = abs(time_s - NOW_S) < 29 * DAY_S
    assert line.line.proven(time_s) != far or not (far or near)


def test_without_a_time_nothing_is_proven_and_a_motion_takes_the_proof_away() -> None:
    line = Line()
    line.began_s = -10_000
    for look in (ON_AND_MOVES, OFF_AND_STANDS):
        for _ in range(11):
            line.second += 1
            line.line.look(line.second * 1000, *look, 0)
    assert not line.line.proven(0)
    known = IgnitionLine(Line().sees(ON_AND_MOVES).sees(OFF_AND_STANDS).line.to_bytes())
    assert known.proven(0)
    for second in range(11):
        known.look(second * 1000, *OFF_AND_MOVES, 0)
    assert not known.proven(0)


@given(st.binary(max_size=20).filter(lambda stored: len(stored) != 9))
def test_a_file_that_is_not_whole_proves_nothing(stored: bytes) -> None:
    assert not IgnitionLine(stored).proven(NOW_S)
