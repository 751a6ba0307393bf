"""The pace of heartbeats against paths that forget, over spaces of paths and idle times."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.link.heartbeat import ANSWER_MS, FIRST_S, LONGEST_S, Pace, may_learn


def live(pace: Pace, path_s: float, hours: float, learns: bool) -> list[int]:
    """Idle connections over a path that forgets after so long; when each was found dead, in ms."""
    now_ms, dead = 0, []
    pace.connected(now_ms)
    touched_ms = 0
    while now_ms < hours * 3_600_000:
        now_ms = max(now_ms + 1, pace.next_deadline())
        if pace.is_dead(now_ms):
            dead.append(now_ms)
            now_ms += 5000
            pace.connected(now_ms)
            touched_ms = now_ms
        elif pace.due(now_ms, learns):
            pace.said(now_ms)
            if now_ms - touched_ms <= path_s * 1000:
                touched_ms = now_ms
                pace.heard(now_ms + 200)
    return dead


def test_a_path_that_keeps_is_learned_up_to_25_minutes() -> None:
    pace = Pace()
    assert live(pace, 1e9, 12, learns=True) == []
    assert (pace.interval_s, pace.failed_s) == (LONGEST_S, 0)


def test_nothing_longer_is_tried_while_somebody_may_need_the_car() -> None:
    pace = Pace()
    assert live(pace, 1e9, 12, learns=False) == []
    assert pace.interval_s == FIRST_S


@given(st.integers(31, 3000), st.booleans())
def test_any_path_is_kept_after_few_dead_links(path_s: int, learns: bool) -> None:
    pace = Pace()
    dead = live(pace, path_s, 24, learns)
    assert len(dead) <= 4
    assert pace.interval_s <= path_s
    assert (pace.take_news() is not None) == bool(learns or dead)


@given(st.integers(31, 3000), st.integers(31, 3000))
def test_a_path_that_becomes_worse_is_followed(before_s: int, after_s: int) -> None:
    pace = Pace()
    live(pace, before_s, 12, learns=True)
    live(pace, after_s, 12, learns=True)
    assert live(pace, after_s, 12, learns=True) == []


def test_an_unanswered_heartbeat_is_a_dead_link_after_30_s() -> None:
    pace = Pace()
    pace.connected(0)
    assert pace.due(119_999, False) == 0
    assert pace.due(120_000, False) == FIRST_S
    assert not pace.is_dead(120_000 + ANSWER_MS - 1)
    assert pace.is_dead(120_000 + ANSWER_MS)


def test_an_outage_is_not_held_against_the_path() -> None:
    pace = Pace()
    pace.connected(0)
    pace.due(120_000, False)
    assert pace.is_dead(150_000)
    pace.connected(150_000 + 60_001)
    assert (pace.interval_s, pace.failed_s) == (FIRST_S, 0)


def test_longer_ones_are_learned_only_parked_with_the_time_known_and_no_booking_in_12_hours() -> (
    None
):
    asked = []

    def booked(tag: bytes, from_s: int, to_s: int) -> bool:
        asked.append((tag, to_s - from_s))
        return from_s < 1000

    grants = SimpleNamespace(booked_by_another=booked)
    assert may_learn(True, 1000, grants)
    assert not may_learn(True, 999, grants)
    assert not may_learn(False, 1000, grants)
    assert not may_learn(True, 0, grants)
    assert asked == [(b"", 12 * 3600)] * 2
