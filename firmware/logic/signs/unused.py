"""For how long nobody has used the car: uptime since the last motion, switch, crank or badge.

Counted while a trip is open, for one whose end no clock and no set of grants can tell
(forgotten.py). A box that resets counts on from what flash holds, which is kept every ten minutes
of a car that nobody uses: so each reset costs ten minutes at most, and a car that is driven writes
nothing. That is 432 writes for three days, of which one in 14 erases a block. Reads no wire, writes
no flash: `to_bytes` is for a file that outlives a reset.
"""

from firmware.logic.const import const
from shared_protocol import codec

_KEEP_EVERY_MS = const(600_000)
_LAYOUT = const("BI")  # the ignition; seconds
_STORED_BYTES = const(5)


class Unused:
    """One count. A reset in which the ignition line changed has hidden that the car was used."""

    def __init__(self, stored: bytes, now_ms: int):
        """Count on from what `to_bytes` gave; of anything else nothing is believed."""
        self._was_on, stored_s = None, 0
        if len(stored) == _STORED_BYTES:
            (self._was_on, stored_s), _ = codec.decode(_LAYOUT, stored)
        self._used_ms = now_ms - stored_s * 1000
        self._kept_ms = now_ms if stored_s else None  # when flash was told; None: of no count

    def to_bytes(self, now_ms: int) -> bytes:
        """What must outlive a reset."""
        return codec.encode(_LAYOUT, (int(bool(self._was_on)), self.ms(now_ms) // 1000))

    def ms(self, now_ms: int) -> int:
        """For how long nobody has used the car."""
        return now_ms - self._used_ms

    def used(self, now_ms: int) -> bool:
        """Somebody has, now; whether there is something to keep."""
        self._used_ms = now_ms
        is_kept, self._kept_ms = self._kept_ms is not None, None
        return is_kept  # the count in flash is another's

    def look(self, now_ms: int, trip_open: bool, ignition_on: bool, moves: bool) -> bool:
        """Look at the car; whether there is something to keep."""
        was_on, self._was_on = self._was_on, ignition_on
        if not trip_open or moves or ignition_on != was_on:
            return self.used(now_ms)
        since_ms = self._used_ms if self._kept_ms is None else self._kept_ms
        if now_ms - since_ms < _KEEP_EVERY_MS:
            return False
        self._kept_ms = now_ms
        return True
