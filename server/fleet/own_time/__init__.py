"""When a thing happened that a box tells of: its own time, however late it arrives.

Pure. Never here: what held then (store/dated), when a clock is doubtful (the box says so).
"""

from collections.abc import Callable
from typing import NamedTuple

AHEAD_S = 600
"""A box's clock may be as much ahead of the server's: what is told to be later is not believed."""

LATE_S = 366 * 24 * 3600
"""No car keeps for so long what it has to tell: what is told to be of before is not believed."""


class When(NamedTuple):
    """It happened in one of these seconds; two that are equal say exactly when."""

    earliest_s: int
    latest_s: int


def is_believable(at_s: int, received_at_s: int) -> bool:
    """Say whether what arrives now may have happened then: nothing is told before it happens."""
    return received_at_s - LATE_S <= at_s <= received_at_s + AHEAD_S


def when(at_s: int | None, received_at_s: int, told_before_s: Callable[[], int | None]) -> When:
    """Return when something happened.

    Where the box did not know its time (None), or what it says cannot be, arrival is the upper
    bound. A box tells in order, so the lower bound is the time of what it told before.

    Args:
        at_s: what the box says.
        received_at_s: when that arrived.
        told_before_s: asked when it is needed: the last believable time that the box told before;
            None: it never knew the time.
    """
    if at_s is not None and is_believable(at_s, received_at_s):
        exactly_s = min(at_s, received_at_s)
        return When(exactly_s, exactly_s)
    return When(min(told_before_s() or 0, received_at_s), received_at_s)
