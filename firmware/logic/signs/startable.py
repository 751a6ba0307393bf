"""A car that anybody could start, and that is nobody's: told once, within the hour.

Says that it is so and what keeps law 1 from inhibiting it; shortens no wait of that law.
"""

from firmware.logic.const import const
from shared_protocol.records import Startable

# Longer than law 1 takes by any way that it has, and long before the hour is over.
TELL_AFTER_MS = const(1_800_000)


class Watch:
    """Since when the car is so, and whether that has been told."""

    def __init__(self):
        """Begin with a car that is not."""
        self.begin()

    def begin(self) -> None:
        """Somebody has the car."""
        self._startable_since_ms = None
        self._told = False

    def step(self, now_ms: int, startable: bool, hindrance: int) -> tuple:
        """The record, when it is due; `hindrance` of records.STARTABLE_*."""
        if not startable:
            self.begin()
        elif self._startable_since_ms is None:
            self._startable_since_ms = now_ms
        elif not self._told and now_ms - self._startable_since_ms >= TELL_AFTER_MS:
            self._told = True
            return (Startable(hindrance),)
        return ()
