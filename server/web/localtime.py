"""Local time, which exists on pages only: what a person types <-> Unix seconds.

Twice a year the local clock jumps: some times do not exist, some exist twice. A time that does
not exist is refused; of one that exists twice both are returned, and the page says which it took.
Never here: the current time (server/clock.py), words for people (templates, forms.py).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# What <input type="datetime-local"> sends; browsers may add seconds, which nobody books by.
_LOCAL_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2})(:[0-9]{2}(\.[0-9]+)?)?")
_LOCAL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# Nothing of a fleet lies outside; inside, every instant fits the database and the calendar.
FIRST_YEAR, LAST_YEAR = 2000, 2099


class NotATime(ValueError):  # noqa: N818 - reads as what the person typed
    """The text is not a local time between FIRST_YEAR and LAST_YEAR."""


class NoSuchLocalTime(NotATime):
    """The clock jumps over this time; `next_s` is the instant it jumps at."""

    def __init__(self, next_s: int) -> None:
        super().__init__("the clock jumps over this time")
        self.next_s = next_s


@dataclass(frozen=True, slots=True)
class LocalInstant:
    """An instant as typed; `again_s` is the second one, where its local time exists twice."""

    at_s: int
    again_s: int | None = None


def parse_local_time(text: str, timezone: ZoneInfo) -> LocalInstant:
    """Read `2026-03-29T08:30` as an instant in `timezone`.

    Raises:
        NoSuchLocalTime: the clock jumps over it.
        NotATime: it is no time, or its year is out of range.
    """
    match = _LOCAL_TIME.fullmatch(text)
    if match is None:
        raise NotATime(text)
    try:
        naive = datetime.strptime(f"{match[1]}T{match[2]}", "%Y-%m-%dT%H:%M")
    except ValueError as error:
        raise NotATime(text) from error
    if not FIRST_YEAR <= naive.year <= LAST_YEAR:
        raise NotATime(text)
    first, second = (naive.replace(tzinfo=timezone, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(timezone).replace(tzinfo=None) != naive:
        raise NoSuchLocalTime(_jump_s(first, second))
    at_s, again_s = int(first.timestamp()), int(second.timestamp())
    return LocalInstant(at_s, None if again_s == at_s else again_s)


def parse_local_date(text: str, timezone: ZoneInfo) -> int:
    """Return the instant at which the day `2026-03-29` begins in `timezone`.

    Raises:
        NotATime: it is no date, or its year is out of range.
    """
    if _LOCAL_DATE.fullmatch(text) is None:
        raise NotATime(text)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotATime(text) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotATime(text)
    return _midnight_s(day, timezone)


def next_day_s(day_start_s: int, timezone: ZoneInfo) -> int:
    """Return the instant at which the day after the one containing `day_start_s` begins."""
    return _midnight_s(to_local(day_start_s, timezone).date() + timedelta(days=1), timezone)


def to_local(at_s: int, timezone: ZoneInfo) -> datetime:
    """Return the instant as an aware local time."""
    return datetime.fromtimestamp(at_s, timezone)


def is_ambiguous(local: datetime) -> bool:
    """Say whether this aware local time exists twice, so that a page must name its offset."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def to_input(at_s: int, timezone: ZoneInfo) -> str:
    """Return the instant as <input type="datetime-local"> wants it."""
    return to_local(at_s, timezone).strftime("%Y-%m-%dT%H:%M")


def _midnight_s(day: date, timezone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=timezone).timestamp())


def _jump_s(before: datetime, after: datetime) -> int:
    """Return the instant at which the clock jumps over a local time that does not exist.

    Read with the offset of before the jump (fold 0) the time lies after it, and the other way
    round; the jump is the one instant between where the offset changes.
    """
    timezone = before.tzinfo
    low, high = int(after.timestamp()), int(before.timestamp())
    offset_before = before.utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, timezone).utcoffset() == offset_before:
            low = middle
        else:
            high = middle
    return high
