"""A booking repeated each week at the same local hours, also across a change of the clocks.

Local time is looked at here only to find instants in UTC. Never here: whether the car is free in
each of the weeks (the database), local time as people type or read it (web/localtime.py).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from server.fleet.model.bookings import Window

PARIS = ZoneInfo("Europe/Paris")
MAX_WEEKS = 26
MAX_WEEKLY_LENGTH_S = 6 * 24 * 3600  # a longer one would run into its own repetition


def weekly(first: Window, weeks: int, timezone: ZoneInfo) -> tuple[Window, ...]:
    """Return a window and its repetitions, `weeks` in all, at the same local hours.

    Of a local time that exists twice the first is taken, as on the pages; one that the clock jumps
    over is as much later as the clock jumps. Where that leaves nothing, the length is kept.

    Args:
        first: Unix seconds.
        weeks: 1 to MAX_WEEKS; above 1 the window is no longer than MAX_WEEKLY_LENGTH_S.
        timezone: whose hours are kept.
    """
    return (first, *_repeated(first, weeks, timezone))


def _repeated(first: Window, weeks: int, timezone: ZoneInfo) -> Iterator[Window]:
    for week in range(1, weeks):
        from_s = _weeks_later(first.from_s, week, timezone)
        to_s = _weeks_later(first.to_s, week, timezone)
        yield Window(from_s, to_s if to_s > from_s else from_s + first.to_s - first.from_s)


def _weeks_later(at_s: int, weeks: int, timezone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(at_s, timezone).replace(tzinfo=None)
    later = (local + timedelta(weeks=weeks)).replace(tzinfo=timezone)
    return int(later.astimezone(UTC).timestamp())
