"""A Wiegand badge reader, pulse by pulse: D0 and D1 rest high, a low pulse is a bit.

It tells a card when it comes; some makes tell it again while it stays. Decides nothing.
"""

from simulator.engine.pins import Pins
from simulator.engine.timeline import Timeline, Timer

PULSE_S = 80e-6
INTERVAL_S = 1.5e-3  # from one pulse to the next; makes differ between 1 and 2 ms

FAULTS = {
    "lost_bit": "one pulse of each frame does not arrive",
    "extra_bit": "each frame has one pulse too many",
    "flipped_bit": "one pulse of each frame comes on the other line",
    "run_together": "each frame is followed at once by more pulses, as if two came together",
    "unplugged": "both lines stay as they are",
}


def frame(number: bytes) -> list[int]:
    """Return the bits that carry a number of 3 or 4 bytes, with their two parities."""
    bits = [byte >> shift & 1 for byte in number for shift in range(7, -1, -1)]
    half = len(bits) // 2
    return [sum(bits[:half]) % 2, *bits, 1 - sum(bits[half:]) % 2]


class WiegandReader:
    """The reader; `present` lays a badge on it.

    Attributes:
        answers_ms: Unix ms of the last pulse of each frame.

    Args:
        d0, d1: the box's pins.
        number_bytes: 3 for 26 bits, 4 for 34: of a longer UID the last ones are told.
        repeat_s: how often a card that stays is told again; None: never.
        interval_s: from one pulse to the next.
    """

    def __init__(
        self,
        timeline: Timeline,
        pins: Pins,
        d0: int,
        d1: int,
        number_bytes: int = 4,
        repeat_s: float | None = None,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self.answers_ms: list[int] = []
        self.repeat_s = repeat_s
        self._timeline = timeline
        self._pins = pins
        self._lines = (d0, d1)
        self._number_bytes = number_bytes
        self._interval_s = interval_s
        self._fault: str | None = None
        self._again: Timer | None = None
        self.power_off()

    def power_off(self) -> None:
        """Lose power: the lines are pulled up, nothing is told."""
        self._take_away()
        for line in self._lines:
            self._pins.set_outside(line, 1)

    def present(self, uid: bytes, hold_s: float, key: bytes | None = None) -> None:
        """Hold a badge to the reader for that long; what it could prove, nobody asks."""
        self._take_away()
        self._tell(uid, hold_s)

    def fault(self, name: str | None) -> None:
        """Have one of FAULTS from now on, or none."""
        if name is not None and name not in FAULTS:
            raise ValueError(f"a reader has no fault {name!r}; it has {', '.join(FAULTS)}")
        self._fault = name

    def send(self, bits: list[int]) -> None:
        """Let these bits out, one pulse each."""
        for number, bit in enumerate(bits):
            begins_s = number * self._interval_s
            self._timeline.call_later(begins_s, lambda bit=bit: self._level(bit, 0))  # type: ignore[misc]
            self._timeline.call_later(begins_s + PULSE_S, lambda bit=bit: self._level(bit, 1))  # type: ignore[misc]
        told_s = (len(bits) - 1) * self._interval_s
        self._timeline.call_later(
            told_s, lambda: self.answers_ms.append(self._timeline.now_us // 1000)
        )

    def _take_away(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def _tell(self, uid: bytes, left_s: float) -> None:
        bits = frame(uid[-self._number_bytes :].rjust(self._number_bytes, b"\0"))
        middle = len(bits) // 3
        if self._fault == "lost_bit":
            del bits[middle]
        elif self._fault == "extra_bit":
            bits.insert(middle, 1)
        elif self._fault == "flipped_bit":
            bits[middle] ^= 1
        elif self._fault == "run_together":
            bits = bits + bits[middle:]
        if self._fault != "unplugged":
            self.send(bits)
        if self.repeat_s is not None and left_s > self.repeat_s:
            after_s = left_s - self.repeat_s
            self._again = self._timeline.call_later(self.repeat_s, lambda: self._tell(uid, after_s))

    def _level(self, bit: int, level: int) -> None:
        self._pins.set_outside(self._lines[bit], level)
