"""Does the server believe its own clock? While it does not, it tells no box the time.

It doubts a clock that is before the time at which it stored its own last row, or that has jumped
against the machine's monotonic clock. What boxes wrote never counts: their times come from here.
The doubt ends with a time that the system says is synchronised, or with a named operator's word.
Never here: storing, or what the boxes believe.
"""

import logging
import secrets

from server.clock import Clock

_log = logging.getLogger(__name__)

JUMP_MS = 60_000
_SLEWED = 2000  # of which a time service moves the clock by 1 at most: 500 ppm


class Doubt:
    """One server's doubt.

    Args:
        clock: the server's.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._own_s = self._word = 0
        self._why = ""
        self._stretch = _new_stretch()
        self._set_out()

    def begin(self, own_s: int, word: int) -> None:
        """Take note of what is stored.

        Args:
            own_s: the time at which the server stored its own last row; 0: it has none.
            word: the number of the last operator's word, 0 for none.
        """
        self._own_s, self._word = own_s, word

    @property
    def in_doubt(self) -> bool:
        """Whether the clock was doubted when it was looked at last."""
        return bool(self._why)

    def doubts(self) -> bool:
        """Look at the clock, and say whether it is doubted."""
        now_s, monotonic_ms = self._clock.now_s(), self._clock.monotonic_ms()
        moved_ms = abs(self._ahead_ms() - self._known_ms)
        if now_s < self._own_s:
            self._begin("it is before the time at which the last row was stored")
        elif moved_ms > JUMP_MS + (monotonic_ms - self._known_at_ms) // _SLEWED:
            self._begin("it has jumped")
        if self._why and self._clock.is_synchronised():
            self._end("the system's time is synchronised")
        if not self._why:
            self._own_s = max(self._own_s, now_s)
        self._set_out()
        return bool(self._why)

    def stretch(self) -> int:
        """Look at the clock; name for how long it has not jumped, 0 while it is doubted."""
        return 0 if self.doubts() else self._stretch

    def hear(self, word: int) -> None:
        """Take note of the number of the last operator's word: a new one ends the doubt."""
        if word > self._word:
            self._word = word
            self._end("an operator vouches for it")

    def _begin(self, why: str) -> None:
        if not self._why:
            _log.error("the server doubts its clock: %s; no box is told the time", why)
            self._stretch = _new_stretch()
        self._why = why

    def _end(self, why: str) -> None:
        if self._why:
            _log.warning("the server believes its clock again: %s", why)
        self._why = ""
        self._own_s = self._clock.now_s()
        self._set_out()

    def _set_out(self) -> None:
        self._known_ms, self._known_at_ms = self._ahead_ms(), self._clock.monotonic_ms()

    def _ahead_ms(self) -> int:
        return self._clock.now_ms() - self._clock.monotonic_ms()


def _new_stretch() -> int:
    return 1 + secrets.randbelow(0xFFFFFFFF)
