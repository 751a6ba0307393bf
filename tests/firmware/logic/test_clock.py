"""The clock: known or not, never backwards."""

import pytest

from firmware.logic.clock import Clock
from shared_protocol.messages import CLOCK_GNSS, CLOCK_NONE, CLOCK_SERVER

FLOOR_S = 1_500_000_000
NOON_S = 1_700_000_000


def told_by_gnss(times=3) -> Clock:
    clock = Clock(FLOOR_S)
    for second in range(times):
        clock.hear_gnss(NOON_S + second, 0, 1000 * second)
    return clock


def test_it_does_not_know_the_time_before_anybody_told_it():
    clock = Clock(FLOOR_S)
    assert (clock.source, clock.time_s(5000)) == (CLOCK_NONE, 0)


def test_the_server_is_believed_at_once():
    clock = Clock(FLOOR_S)
    clock.hear_server(NOON_S, 250, 1000)
    assert clock.source == CLOCK_SERVER
    assert clock.unix_ms(1500) == NOON_S * 1000 + 750


def test_the_receiver_is_believed_when_three_fixes_agree():
    assert told_by_gnss(2).source == CLOCK_NONE
    clock = told_by_gnss(3)
    assert clock.source == CLOCK_GNSS
    assert clock.time_s(2000) == NOON_S + 2


def test_one_sentence_with_a_wrong_date_changes_nothing():
    clock = told_by_gnss()
    clock.hear_gnss(NOON_S + 10_000_000, 0, 3000)
    clock.hear_gnss(NOON_S + 4, 0, 4000)
    assert clock.time_s(4000) == NOON_S + 4


def test_a_time_before_the_floor_is_refused():
    clock = Clock(FLOOR_S)
    clock.hear_server(FLOOR_S - 1, 0, 0)
    for second in range(5):
        clock.hear_gnss(FLOOR_S - 100 + second, 0, 1000 * second)
    assert clock.source == CLOCK_NONE


def test_a_correction_backwards_holds_the_clock_until_it_is_caught_up():
    clock = told_by_gnss()
    assert clock.time_s(10_000) == NOON_S + 10
    clock.hear_gnss(NOON_S - 8, 0, 10_000)  # the leap seconds have arrived: 18 s back
    assert clock.time_s(11_000) == NOON_S + 10
    assert clock.time_s(28_000) == NOON_S + 10
    assert clock.time_s(29_000) == NOON_S + 11


def test_the_receiver_is_preferred_to_the_server_while_it_is_heard():
    clock = told_by_gnss()
    clock.hear_server(NOON_S + 500, 0, 5000)
    assert clock.time_s(5000) == NOON_S + 5
    assert clock.source == CLOCK_GNSS


def test_after_an_hour_without_sky_the_server_corrects():
    clock = told_by_gnss()
    hour_ms = 3_600_000 + 2000
    clock.hear_server(NOON_S + 3605, 0, hour_ms)
    assert clock.time_s(hour_ms) == NOON_S + 3605
    assert clock.source == CLOCK_SERVER


def on_the_road(clock: Clock, begins_ms: int, seconds: int, ahead_s: int = 0) -> int:
    """Fixes once a second, so many seconds ahead of the truth; returns when they end."""
    for now_ms in range(begins_ms, begins_ms + seconds * 1000, 1000):
        clock.hear_gnss(NOON_S + now_ms // 1000 + ahead_s, 0, now_ms)
    return begins_ms + seconds * 1000


@pytest.mark.xfail(strict=True, reason="finding L3: one Time freezes the clock in the future")
def test_one_word_of_the_server_ten_days_ahead_does_not_move_a_clock_that_it_set():
    clock = Clock(FLOOR_S)
    clock.hear_server(NOON_S, 0, 0)
    clock.hear_server(NOON_S + 10 * 86_400 + 60, 0, 60_000)
    assert abs(clock.time_s(60_000) - NOON_S - 60) <= 1
    clock.hear_server(NOON_S + 120, 0, 120_000)
    assert abs(clock.time_s(120_000) - NOON_S - 120) <= 1


@pytest.mark.xfail(strict=True, reason="finding L4: ten seconds of a wrong date move the clock")
@pytest.mark.parametrize("ahead_s", [86_400, 4 * 365 * 86_400])
def test_ten_seconds_of_a_wrong_date_on_the_road_do_not_move_the_clock(ahead_s):
    clock = Clock(FLOOR_S)
    clock.hear_server(NOON_S, 0, 0)
    now_ms = on_the_road(clock, 0, 120)
    now_ms = on_the_road(clock, now_ms, 12, ahead_s)
    assert abs(clock.time_s(now_ms) - NOON_S - now_ms // 1000) <= 1
    now_ms = on_the_road(clock, now_ms, 120)
    assert abs(clock.time_s(now_ms) - NOON_S - now_ms // 1000) <= 1
