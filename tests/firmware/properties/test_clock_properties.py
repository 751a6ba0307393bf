"""The clock: satellites, server and crystal bound each other."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.logic.clock import Clock
from shared_protocol.messages import CLOCK_GNSS, CLOCK_NONE, CLOCK_SERVER
from shared_protocol.records import ClockMended, ClockRefused, ClockState
from tests.support import examples

FLOOR_S = 1_500_000_000
NOON_S = 1_700_000_000
HOUR_S = 3600
DAY_S = 86_400
AGREE_S = 120  # so near to each other, satellites and server are believed


class Car:
    """A clock on its way through time; each source says the truth and so many seconds more."""

    def __init__(self, **kept: Any):
        self.clock = Clock(FLOOR_S, **kept)
        self.at_s = 0
        self.told: list[Any] = []
        self.restarts = 0

    def pass_s(self, seconds: int) -> "Car":
        self.at_s += seconds
        return self

    def server(self, ahead_s: int = 0) -> "Car":
        # A server's clock that jumps begins another stretch: what it says there has another number.
        stretch = 1 + abs(ahead_s) + self.restarts
        self.told += self.clock.hear_server(
            NOON_S + self.at_s + ahead_s, 0, stretch, self.at_s * 1000
        )
        return self

    def restart_server(self) -> "Car":
        self.restarts += 1_000_000
        return self

    def cut_power(self, seconds: int = 60) -> "Car":
        at_ms = self.at_s * 1000
        kept, newest_s = self.clock.to_bytes(at_ms), self.clock.time_s(at_ms)
        self.clock = Clock(FLOOR_S, kept, newest_s)
        return self.pass_s(seconds)

    def sky(self, seconds: int = 61, ahead_s: int = 0) -> "Car":
        for _ in range(seconds):
            self.at_s += 1
            self.told += self.clock.hear_gnss(NOON_S + self.at_s + ahead_s, 0, self.at_s * 1000)
        return self

    def server_for(self, hours: int, ahead_s: int = 0) -> "Car":
        for _ in range(hours):
            self.pass_s(HOUR_S).server(ahead_s)
        return self

    @property
    def off_s(self) -> int:
        return self.clock.time_s(self.at_s * 1000) - NOON_S - self.at_s

    def told_of(self, kind: type) -> list[Any]:
        return [body for body in self.told if isinstance(body, kind)]


def both() -> Car:
    """Satellites and server have agreed."""
    return Car().server().sky()


def test_it_does_not_know_the_time_before_anybody_told_it():
    car = Car()
    assert (car.clock.source, car.clock.time_s(5000), car.clock.uncertainty_ms(5000)) == (
        CLOCK_NONE,
        0,
        0,
    )


def test_the_server_is_believed_at_once_where_nobody_else_speaks_and_doubted():
    car = Car().server()
    assert (car.off_s, car.clock.source, car.clock.doubtful) == (0, CLOCK_SERVER, True)
    assert car.told == [ClockState(1, CLOCK_SERVER, 1, 100)]


def test_the_satellites_are_believed_after_a_minute_unbroken():
    car = Car().sky(60)
    assert car.clock.source == CLOCK_NONE
    car.sky(1)
    assert (car.off_s, car.clock.source) == (0, CLOCK_GNSS)


@pytest.mark.parametrize("gap_s", [6, 40])
def test_seconds_of_sky_between_silences_do_not_make_a_minute(gap_s):
    car = Car()
    for _ in range(10):
        car.sky(5).pass_s(gap_s)
    assert car.clock.source == CLOCK_NONE


def test_what_satellites_and_server_agree_on_is_not_doubtful():
    car = both()
    assert (car.off_s, car.clock.doubtful, car.clock.source) == (0, False, CLOCK_GNSS)
    assert car.clock.uncertainty_ms(car.at_s * 1000) <= 20_000
    assert [body.doubtful for body in car.told_of(ClockState)] == [1, 0]


def test_a_time_before_the_firmware_was_built_is_refused_from_everybody():
    car = Car()
    car.server(FLOOR_S - NOON_S - 1).sky(120, FLOOR_S - NOON_S - 200)
    assert car.clock.source == CLOCK_NONE


def test_the_uncertainty_grows_by_a_hundred_millionths():
    car = both().pass_s(10 * DAY_S)
    assert car.clock.uncertainty_ms(car.at_s * 1000) == pytest.approx(20_000 + 86_400, abs=1000)


def test_the_leap_seconds_hold_the_clock_until_it_is_caught_up():
    car = Car().sky(61, 18)
    car.clock.time_s(car.at_s * 1000)
    number = car.clock.number
    car.sky(61).sky(18)
    assert (car.off_s, car.clock.number) == (0, number)


@pytest.mark.parametrize("ahead_s", [-10 * DAY_S, -DAY_S, 230, DAY_S, 10 * DAY_S])
@pytest.mark.parametrize("begun", [lambda: Car().server(), both, lambda: both().pass_s(DAY_S)])
def test_one_word_of_the_server_does_not_move_a_clock_that_knew_better(begun, ahead_s):
    car = begun().pass_s(60).server(ahead_s)
    assert abs(car.off_s) <= 1
    car.pass_s(60).server()
    assert abs(car.off_s) <= 1


def test_the_server_outside_is_kept_beside_and_doubted_until_it_returns():
    car = both().pass_s(3 * HOUR_S).server(10 * DAY_S)
    assert (car.off_s, car.clock.doubtful) == (0, True)
    car.pass_s(HOUR_S).server()
    assert (car.off_s, car.clock.doubtful) == (0, False)


def test_the_server_outside_is_accepted_after_a_day_unchanged_and_withdrawn_when_it_returns():
    car = both().pass_s(3 * HOUR_S).server(10 * DAY_S).server_for(23, 10 * DAY_S)
    assert (car.off_s, car.clock.doubtful) == (0, True)
    number = car.clock.number
    car.server_for(1, 10 * DAY_S)
    assert (car.off_s, car.clock.doubtful, car.clock.number) == (10 * DAY_S, False, number + 1)
    car.pass_s(HOUR_S).server()
    assert abs(car.off_s) <= 1
    assert car.told_of(ClockMended) == [ClockMended(number + 1, -10 * DAY_S)]
    assert car.clock.number == number + 2


@pytest.mark.parametrize("ahead_s", [DAY_S, 10 * DAY_S])
def test_a_time_that_stood_a_day_is_not_left_for_one_that_was_only_ever_one_word(ahead_s):
    car = both().cut_power().server(ahead_s).server_for(25)
    assert abs(car.off_s) <= 100 and not car.clock.doubtful
    car.server(ahead_s)
    assert abs(car.off_s) <= 100 and car.clock.doubtful


def test_a_server_that_changes_its_word_within_a_day_is_not_accepted():
    car = both().pass_s(3 * HOUR_S)
    for days in range(1, 50):
        car.server_for(12, days * DAY_S)
    assert abs(car.off_s) <= 1


@pytest.mark.parametrize("ahead_s", [-DAY_S, 130, DAY_S, 4 * 365 * DAY_S])
@pytest.mark.parametrize("seconds", [3, 12, 59, 600])
@pytest.mark.parametrize("begun", [both, lambda: Car().sky(), lambda: Car().server()])
def test_satellites_of_a_wrong_date_do_not_move_the_clock(begun, seconds, ahead_s):
    car = begun().sky(seconds, ahead_s)
    assert abs(car.off_s) <= 1
    car.sky(120)
    assert abs(car.off_s) <= 1


def test_satellites_outside_are_refused_and_told_once():
    car = both().sky(600, DAY_S)
    assert car.told_of(ClockRefused) == [ClockRefused(CLOCK_GNSS, DAY_S)]


def test_a_server_outside_is_refused_and_told_once_while_satellites_are_inside():
    car = both().server(DAY_S).sky(60).server(DAY_S).sky(60)
    assert car.told_of(ClockRefused) == [ClockRefused(CLOCK_SERVER, DAY_S)]
    assert (car.off_s, car.clock.doubtful) == (0, False)


def test_satellites_that_walk_away_second_by_second_are_followed_no_further_than_the_crystal():
    car = both().pass_s(3 * HOUR_S)
    for ahead_s in range(1, 400):
        car.sky(61, ahead_s)
        assert abs(car.off_s) <= 20 + car.at_s / 10_000 + 1


def test_satellites_and_server_that_agree_outside_are_believed_whatever_the_crystal_says():
    car = both()
    number = car.clock.number
    car.pass_s(3 * HOUR_S).server(DAY_S).sky(61, DAY_S)
    assert (car.off_s, car.clock.doubtful) == (DAY_S, False)
    assert car.told_of(ClockMended) == [ClockMended(number, DAY_S)]


def test_three_that_contradict_each_other_leave_it_to_the_server_doubtful():
    car = both().pass_s(3 * HOUR_S).server(10 * DAY_S).sky(61, DAY_S)
    assert (car.off_s, car.clock.doubtful) == (10 * DAY_S, True)
    car.server()
    assert (abs(car.off_s) <= 1, car.clock.doubtful) == (True, False)  # withdrawn at once


def test_satellites_alone_count_for_nothing_when_the_server_speaks():
    car = Car().sky(61, DAY_S).server()
    assert (car.off_s, car.clock.doubtful) == (0, True)
    car.sky(200, DAY_S)
    assert car.off_s == 0
    car.sky(61)
    assert (car.off_s, car.clock.doubtful) == (0, False)
    assert car.told_of(ClockMended) == [ClockMended(1, -DAY_S)]


@pytest.mark.parametrize(
    "ahead_s, known", [(-DAY_S, 0), (1, 1), (399 * DAY_S, 1), (401 * DAY_S, 0)]
)
def test_satellites_alone_begin_only_near_the_newest_record(ahead_s, known):
    car = Car(newest_record_s=NOON_S).sky(61, ahead_s)
    assert bool(car.clock.time_s(car.at_s * 1000)) == known


def test_the_servers_own_time_may_lie_before_a_record_that_one_source_dated():
    weak = Car().server(10 * DAY_S)
    kept = weak.clock.to_bytes(0)
    car = Car(kept=kept, newest_record_s=NOON_S + 10 * DAY_S).server()
    assert car.off_s == 0


def test_a_server_before_what_two_sources_dated_is_believed_with_the_satellites_or_after_a_day():
    kept = both().clock.to_bytes(61_000)
    car = Car(kept=kept, newest_record_s=NOON_S).server(-DAY_S)
    assert car.clock.source == CLOCK_NONE
    assert Car(kept=kept, newest_record_s=NOON_S).server(-DAY_S).sky(61, -DAY_S).off_s == -DAY_S
    car.server_for(24, -DAY_S)
    assert car.off_s == -DAY_S


def test_the_number_goes_on_after_a_power_cut():
    car = both()
    after = Car(kept=car.clock.to_bytes(car.at_s * 1000)).server()
    assert after.clock.number == car.clock.number + 1


def test_of_a_damaged_file_nothing_is_believed():
    kept = both().clock.to_bytes(61_000)
    for at in range(len(kept)):
        damaged = bytearray(kept)
        damaged[at] ^= 4
        assert Clock(FLOOR_S, bytes(damaged)).number == 0
    assert [Clock(FLOOR_S, kept[:size]).number for size in (0, 5, 16)] == [0, 0, 0]
    assert Clock(FLOOR_S, kept).number == 1


def test_a_day_of_satellites_replaces_a_server_that_is_silent_and_reopens_no_window():
    car = Car().server(10 * DAY_S).sky(61)
    assert car.off_s == 10 * DAY_S
    for _ in range(25):
        car.pass_s(HOUR_S - 10).sky(10)
    assert (abs(car.off_s) <= 1, car.clock.doubtful) == (True, True)
    assert car.clock.closed_s >= NOON_S + 10 * DAY_S
    car.server()
    assert (car.clock.doubtful, car.clock.closed_s) == (False, 0)  # its word opens them again


def test_the_servers_word_reopens_windows_at_once():
    car = Car().server(DAY_S).server_for(3, DAY_S).server().sky(61)
    assert (abs(car.off_s) <= 1, car.clock.closed_s) == (True, 0)


def test_what_ends_a_trip_does_not_go_by_a_doubtful_time_nor_by_one_that_has_just_jumped():
    car = Car().server()
    assert car.clock.settled_s(car.at_s * 1000) == 0
    car.sky(61)
    assert car.clock.settled_s(car.at_s * 1000) == 0
    car.pass_s(HOUR_S)
    assert car.clock.settled_s(car.at_s * 1000) == NOON_S + car.at_s


def test_the_issue_of_a_set_bounds_satellites_alone_unless_it_was_doubted():
    clock = both().clock
    clock.hear_issue(NOON_S + 5 * DAY_S)
    kept = clock.to_bytes(61_000)
    assert Car(kept=kept).sky().clock.source == CLOCK_NONE
    doubted = both().pass_s(3 * HOUR_S).server(10 * DAY_S)
    doubted.clock.hear_issue(NOON_S + 10 * DAY_S)
    kept = doubted.clock.to_bytes(doubted.at_s * 1000)
    assert Car(kept=kept, newest_record_s=NOON_S).sky().clock.source == CLOCK_GNSS


# Against an oracle that knows only who lied, when, and what the table allows.

_AHEAD_S = st.sampled_from([-10 * DAY_S, -DAY_S, -300, -60, 15, 60, 150, DAY_S, 1000 * DAY_S])
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("sky"), st.sampled_from([3, 61, 200]), _AHEAD_S | st.just(0)),
        st.tuples(st.just("server"), st.just(0), _AHEAD_S | st.just(0)),
        st.tuples(st.just("pass"), st.sampled_from([60, HOUR_S, 5 * HOUR_S, DAY_S]), st.just(0)),
    ),
    max_size=30,
)


def _walk(car: Car, steps: list[tuple[str, int, int]], liar: str) -> None:
    """Let everything happen; only `liar` is ahead of the truth. Checks the bound after each."""
    lie_s, since_s = 0, car.at_s  # what the server says, and since when
    for name, amount, ahead_s in steps:
        ahead_s = ahead_s if name == liar else 0
        if name == "pass":
            car.pass_s(amount)
        elif name == "sky":
            car.sky(amount, ahead_s)
        else:
            if abs(ahead_s - lie_s) > AGREE_S - 20:
                lie_s, since_s = ahead_s, car.at_s
            car.server(ahead_s)
        if car.at_s - since_s >= DAY_S:
            return  # a day of the same word: the table lets it win
        assert abs(car.off_s) <= 20 + AGREE_S + car.at_s / 10_000 + 3


@settings(max_examples=examples(300))
@given(_STEPS, st.sampled_from(["sky", "server"]))
def test_one_liar_never_moves_the_clock_beyond_what_the_table_allows(steps, liar):
    _walk(both(), steps, liar)


@settings(max_examples=examples(300))
@given(_STEPS, st.booleans())
def test_whatever_was_said_the_truth_of_both_brings_it_back(steps, begun):
    car = both() if begun else Car()
    for name, amount, ahead_s in steps:
        if name == "pass":
            car.pass_s(amount)
        elif name == "sky":
            car.sky(amount, ahead_s)
        else:
            car.server(ahead_s)
    car.server().sky(61)
    assert abs(car.off_s) <= AGREE_S + 20
    assert not car.clock.doubtful


@settings(max_examples=examples(300))
@given(_STEPS, st.sampled_from(["sky", "server"]))
def test_times_that_one_liar_spoilt_are_mended_by_their_number(steps, liar):
    car, made = both(), []
    for name, amount, ahead_s in steps[:12]:
        ahead_s = ahead_s if name == liar else 0
        if name == "pass":
            car.pass_s(amount)
        elif name == "sky":
            car.sky(amount, ahead_s)
        else:
            car.server(ahead_s)
        made.append((car.clock.number, car.off_s))
    car.server().sky(61)
    shifts: dict[int, int] = {}
    for body in car.told_of(ClockMended):
        shifts[body.number] = shifts.get(body.number, 0) + body.shift_s
    for number, off_s in made:
        assert abs(off_s + shifts.get(number, 0)) <= 2 * AGREE_S + car.at_s / 10_000


@pytest.mark.parametrize("ahead_s", [HOUR_S, -HOUR_S, 10 * DAY_S])
@pytest.mark.parametrize("cuts", [1, 3])
def test_a_step_keeps_its_number_over_power_cuts_and_is_mended_as_one(ahead_s, cuts):
    car = Car().server(ahead_s)
    for _ in range(cuts):
        car.cut_power().server(ahead_s)
    assert {body.number for body in car.told_of(ClockState)} == {1}
    car.pass_s(HOUR_S).server().sky()
    assert (car.off_s, car.clock.number) == (0, 2)
    assert car.told_of(ClockMended) == [ClockMended(1, -ahead_s)]


def test_a_server_that_was_started_anew_keeps_the_number_only_if_it_said_the_same_before_the_cut():
    car = Car().server(HOUR_S).restart_server().server(HOUR_S).cut_power().server(HOUR_S)
    assert car.clock.number == 1
    car.cut_power().restart_server().server(HOUR_S)
    assert car.clock.number == 2, "what it said before may have been another time"


def test_a_clock_that_satellites_confirmed_begins_a_new_number_after_a_cut():
    assert both().cut_power().server().clock.number == 2
    assert Car().sky().cut_power().sky().clock.number == 2
    assert Car().server().cut_power().sky().server().clock.number == 2
