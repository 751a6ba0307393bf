"""Whether the ignition line is proven: seen on while the car moved, and off while it stood.

A line that is proven may be trusted where no speed is known. Each half of the proof is good for 30
days; both are gone as soon as the car is seen to move with the line off. What is seen for less
than 10 s without a break proves nothing and takes nothing away. Reads no wire, writes no flash:
`to_bytes` is for a file that outlives a reset.
"""

from firmware.logic.const import const
from firmware.logic.road.trusted_speed import STILL_MM_S
from shared_protocol import codec

MOVING_MM_S = const(5_000)
SURE_MS = const(10_000)
LONGEST_BLINK_MS = const(5_000)  # what was not looked at for longer was not seen without a break
GOOD_S = const(30 * 86_400)
_REFRESH_S = const(86_400)  # spares the flash

# What is seen at a look.
_NOTHING = const(0)
_ON_AND_MOVES = const(1)
_OFF_AND_STANDS = const(2)
_OFF_AND_MOVES = const(3)

_LAYOUT = const("BII")
_STORED_BYTES = const(9)


class IgnitionLine:
    """Attribute to read: `denied`, whether the car moves with the line off, at this look."""

    def __init__(self, stored: bytes = b"", commissioned: bool = False):
        """Take up what `to_bytes` gave; `commissioned`: somebody saw it on and off when fitted."""
        self.denied = False
        self._commissioned = commissioned
        self._denied_once = self._on_s = self._off_s = 0
        if len(stored) == _STORED_BYTES:
            (self._denied_once, self._on_s, self._off_s), _ = codec.decode(_LAYOUT, stored)
        self._seen = _NOTHING
        self._since_ms = self._looked_ms = 0

    def to_bytes(self) -> bytes:
        """What must outlive a reset."""
        return codec.encode(_LAYOUT, (self._denied_once, self._on_s, self._off_s))

    def proven(self, time_s: int) -> bool:
        """Whether both halves are good at a time, 0 for an unknown one."""
        if not (self._on_s and self._off_s):
            return self._commissioned and not self._denied_once
        return not time_s or (_good(self._on_s, time_s) and _good(self._off_s, time_s))

    def look(self, now_ms: int, on: bool, speed_mm_s: int | None, time_s: int) -> bool:
        """Look at line and trusted speed (None: unknown); whether there is something to store."""
        seen = _what(on, speed_mm_s)
        if seen != self._seen or now_ms - self._looked_ms > LONGEST_BLINK_MS:
            self._seen = seen
            self._since_ms = now_ms
        self._looked_ms = now_ms
        sure = now_ms - self._since_ms >= SURE_MS
        self.denied = sure and seen == _OFF_AND_MOVES
        if self.denied:
            new = not self._denied_once or self._on_s or self._off_s
            self._denied_once, self._on_s, self._off_s = 1, 0, 0
            return bool(new)
        if not sure or not time_s:
            return False
        if seen == _ON_AND_MOVES and not _fresh(self._on_s, time_s):
            self._on_s = time_s
            return True
        if seen == _OFF_AND_STANDS and not _fresh(self._off_s, time_s):
            self._off_s = time_s
            return True
        return False


class NoLine:
    """Where none is fitted there is nothing to prove, and nothing to deny."""

    denied = False

    def proven(self, time_s: int) -> bool:
        """False."""
        return False

    def look(self, now_ms: int, on: bool, speed_mm_s: int | None, time_s: int) -> bool:
        """There is nothing to store."""
        return False

    def to_bytes(self) -> bytes:
        """Nothing."""
        return b""


def _what(on: bool, speed_mm_s: int | None) -> int:
    if speed_mm_s is None:
        return _NOTHING
    if speed_mm_s >= MOVING_MM_S:
        return _ON_AND_MOVES if on else _OFF_AND_MOVES
    return _OFF_AND_STANDS if not on and speed_mm_s <= STILL_MM_S else _NOTHING


def _good(seen_s: int, time_s: int) -> bool:
    """A clock that was wrong, then or now, makes no proof last for ever."""
    return abs(time_s - seen_s) <= GOOD_S


def _fresh(seen_s: int, time_s: int) -> bool:
    return abs(time_s - seen_s) < _REFRESH_S
