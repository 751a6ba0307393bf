"""A PN532's serial port (HSU): woken by 0x55, then frames in both directions.

As UM0701-02, section 6.2.3, has it. Understands no frame.
"""

from simulator.devices.pn532 import WAKING_S, Pn532
from simulator.engine.timeline import Timeline
from simulator.engine.uart import BITS_A_BYTE, SerialLine

BAUD = 115200
_WAKING = 0x55


class HsuPort:
    """The chip's end of a serial line to any host."""

    chip: Pn532
    woken_by = 0x10

    def __init__(self, timeline: Timeline, line: SerialLine) -> None:
        self._timeline = timeline
        self._line = line
        self._deaf_bytes = 0
        line.on_data = self._on_data

    def say(self, data: bytes) -> None:
        """Send a frame."""
        self._line.send(data)

    def forget(self) -> None:
        """Hear at once again."""
        self._deaf_bytes = 0

    def _on_data(self, data: bytes) -> None:
        chip = self.chip
        if chip.has_fault == "unplugged":
            return
        if not chip.awake:
            if _WAKING not in data or not chip.rouse():
                return
            self._deaf_bytes = int(WAKING_S * BAUD / BITS_A_BYTE)
            self._timeline.call_later(WAKING_S, self.forget)
            data = data[data.index(_WAKING) :]
        deaf = min(self._deaf_bytes, len(data))
        self._deaf_bytes -= deaf
        chip.hear(data[deaf:])
