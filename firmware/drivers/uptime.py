"""Monotonic milliseconds since this object was made, which never wrap. No wall time.

To be asked at least once in six days (half the period of ticks_ms); the car's loop asks twice a
second.
"""

from time import ticks_diff, ticks_ms


class Uptime:
    """Extends ticks_ms, which wraps after 12 days."""

    def __init__(self):
        """Begin at zero."""
        self._ticks = ticks_ms()
        self._elapsed_ms = 0

    def now_ms(self) -> int:
        """Milliseconds since the start."""
        ticks = ticks_ms()
        self._elapsed_ms += ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._elapsed_ms
