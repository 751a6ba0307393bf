"""What one source of the time says, for as long as it contradicts neither itself nor the crystal.

What that is worth beside the others is clock.py's. Milliseconds; no clock is read here.
"""

from firmware.logic.const import const

CRYSTAL_MS_A_STEP = const(10_000)  # 1 ms of each: 100 ppm, ten times what a crystal is sold with
_UNBROKEN_MS = const(5_000)  # a longer silence of the receiver counts for nothing
_HEARD_WITHIN_MS = const(7_200_000)  # twice what lies between two words of the server


class ClockSource:
    """What one source has been saying without contradicting itself or the crystal.

    `offset_ms` is its last word, `heard_ms` how long it was heard without a break, in all.
    """

    def __init__(self, tolerance_ms: int):
        """Nothing was heard; its words may lie so far apart."""
        self._tolerance_ms = tolerance_ms
        self._anchor_ms = self._first_ms = 0
        self.offset_ms = self.last_ms = 0
        self.heard_ms = -1  # never

    @property
    def span_ms(self) -> int:
        """From its first word of that to its last."""
        return self.last_ms - self._first_ms

    def is_recent(self, now_ms: int) -> bool:
        """Whether its last word still counts."""
        return self.heard_ms >= 0 and now_ms - self.last_ms <= _HEARD_WITHIN_MS

    def hear(self, offset_ms: int, now_ms: int) -> None:
        """Take its word: Unix time beyond the monotonic one."""
        drift_ms = (now_ms - self._first_ms) // CRYSTAL_MS_A_STEP
        apart_ms = abs(offset_ms - self._anchor_ms)
        if self.heard_ms < 0 or apart_ms > self._tolerance_ms + drift_ms:
            self._anchor_ms, self._first_ms, self.heard_ms = offset_ms, now_ms, 0
        elif now_ms - self.last_ms <= _UNBROKEN_MS:
            self.heard_ms += now_ms - self.last_ms
        self.offset_ms, self.last_ms = offset_ms, now_ms
