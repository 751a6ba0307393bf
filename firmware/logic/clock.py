"""Unix time on the box: an offset to the monotonic milliseconds, which never steps back.

A correction backwards holds the clock until time has caught up. The receiver is preferred; the
server's time serves where there is no sky. Nothing here reads a clock.
"""

from firmware.logic.const import const
from shared_protocol.messages import CLOCK_GNSS, CLOCK_NONE, CLOCK_SERVER

# Receivers that do not know the leap seconds yet are up to 18 s off: such a step is believed at
# once. A larger one must be repeated, for one sentence with a wrong date would spoil the clock.
_SMALL_STEP_MS = const(20_000)
_REPEATS = const(3)
_REPEAT_TOLERANCE_MS = const(2_000)

# A crystal drifts by 0.1 s in that time; without sky for longer, the server knows better.
_GNSS_TRUSTED_MS = const(3_600_000)


class Clock:
    """Attribute to read: `source` (CLOCK_NONE, CLOCK_GNSS or CLOCK_SERVER)."""

    def __init__(self, time_floor_s: int):
        """Refuse every time before `time_floor_s`, when this firmware did not exist."""
        self.source = CLOCK_NONE
        self._floor_ms = time_floor_s * 1000
        self._offset_ms = 0
        self._latest_ms = 0
        self._gnss_heard_ms = 0
        self._doubted_offset_ms = 0
        self._doubted_times = 0

    def unix_ms(self, now_ms: int) -> int:
        """Unix milliseconds, 0 while unknown."""
        if self.source == CLOCK_NONE:
            return 0
        self._latest_ms = max(self._latest_ms, now_ms + self._offset_ms)
        return self._latest_ms

    def time_s(self, now_ms: int) -> int:
        """Unix seconds, 0 while unknown."""
        return self.unix_ms(now_ms) // 1000

    def hear_gnss(self, time_s: int, millisecond: int, now_ms: int) -> None:
        """Take the time of a valid fix that arrived at `now_ms`."""
        offset_ms = time_s * 1000 + millisecond - now_ms
        if not self._plausible(offset_ms, now_ms):
            return
        self._doubted_times = 0
        self._gnss_heard_ms = now_ms
        self._set(offset_ms, CLOCK_GNSS)

    def hear_server(self, time_s: int, millisecond: int, now_ms: int) -> None:
        """Take the time of the server, authentic but late by one network trip."""
        if self.source == CLOCK_GNSS and now_ms - self._gnss_heard_ms < _GNSS_TRUSTED_MS:
            return
        if time_s * 1000 >= self._floor_ms:
            self._set(time_s * 1000 + millisecond - now_ms, CLOCK_SERVER)

    def _plausible(self, offset_ms: int, now_ms: int) -> bool:
        if now_ms + offset_ms < self._floor_ms:
            return False
        if self.source != CLOCK_NONE and abs(offset_ms - self._offset_ms) <= _SMALL_STEP_MS:
            return True
        if abs(offset_ms - self._doubted_offset_ms) <= _REPEAT_TOLERANCE_MS:
            self._doubted_times += 1
        else:
            self._doubted_times = 1
        self._doubted_offset_ms = offset_ms
        return self._doubted_times >= _REPEATS

    def _set(self, offset_ms: int, source: int) -> None:
        self._offset_ms = offset_ms
        self.source = source
