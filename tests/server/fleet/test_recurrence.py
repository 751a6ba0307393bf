"""Bookings repeated each week keep their local hours."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.model.bookings import Window
from server.fleet.recurrence import MAX_WEEKLY_LENGTH_S, MAX_WEEKS, PARIS, weekly

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 24 * 3600
# Both changes of a year lie within half a year of these days.
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
LENGTHS_S = st.integers(1, 10 * HOUR_S) | st.integers(1, MAX_WEEKLY_LENGTH_S)
ZONES = st.sampled_from(("Europe/Paris", "Indian/Reunion", "Australia/Lord_Howe")).map(ZoneInfo)


def at(text: str, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold).timestamp())


def local(at_s: int, timezone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_s, timezone).replace(tzinfo=None)


def exists(wall: datetime, timezone: ZoneInfo) -> bool:
    there = wall.replace(tzinfo=timezone)
    return there.astimezone(UTC).astimezone(timezone).replace(tzinfo=None) == wall


@given(STARTS, LENGTHS_S, st.integers(1, MAX_WEEKS), ZONES)
def test_each_week_has_the_same_local_hours_wherever_they_exist(
    start: datetime, length_s: int, weeks: int, timezone: ZoneInfo
) -> None:
    first = Window(int(start.timestamp()), int(start.timestamp()) + length_s)
    windows = weekly(first, weeks, timezone)
    assert len(windows) == weeks and windows[0] == first
    for before, after in pairwise(windows):
        assert before.from_s < before.to_s <= after.from_s < after.to_s
    for week, window in enumerate(windows):
        wanted = local(first.from_s, timezone) + timedelta(weeks=week)
        if exists(wanted, timezone):
            assert local(window.from_s, timezone) == wanted
        until = local(first.to_s, timezone) + timedelta(weeks=week)
        if exists(until, timezone) and window.to_s - window.from_s != length_s:
            assert local(window.to_s, timezone) == until


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # over the night the clocks go back, and over the one they go forward
        (("2026-10-19T07:30", "2026-10-19T09:30"), ("2026-10-26T07:30", "2026-10-26T09:30")),
        (("2026-03-23T07:30", "2026-03-23T09:30"), ("2026-03-30T07:30", "2026-03-30T09:30")),
        # across the change itself: an hour longer, an hour shorter, in hours that one waits
        (("2026-10-17T22:00", "2026-10-18T08:00"), ("2026-10-24T22:00", "2026-10-25T08:00")),
        (("2026-03-21T22:00", "2026-03-22T08:00"), ("2026-03-28T22:00", "2026-03-29T08:00")),
        # the hour that exists twice: its first; the one that does not: as much later
        (("2026-10-18T02:30", "2026-10-18T05:00"), ("2026-10-25T02:30", "2026-10-25T05:00")),
        (("2026-03-22T02:30", "2026-03-22T05:00"), ("2026-03-29T03:30", "2026-03-29T05:00")),
        # nothing would be left: the length stays
        (("2026-03-22T02:15", "2026-03-22T03:00"), ("2026-03-29T03:15", "2026-03-29T04:00")),
    ],
)
def test_the_nights_of_the_changes(first: tuple[str, str], second: tuple[str, str]) -> None:
    windows = weekly(Window(*map(at, first)), 2, PARIS)
    assert windows[1] == Window(*map(at, second))
