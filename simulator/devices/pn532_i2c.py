"""A PN532's I2C port with its IRQ line: a status byte before each frame that is read.

As UM0701-02, section 6.2.4, and the field have it: its own address wakes the chip, which does not
acknowledge it that time and holds the clock until its oscillator runs; nor does it acknowledge
right after a frame of its host; IRQ is low while a frame waits to be read, and what a read leaves
of it is lost while IRQ stays low. Understands no frame.
"""

from simulator.devices.pn532 import WAKING_S, Pn532
from simulator.engine.pins import Pins
from simulator.engine.timeline import US, Timeline

_ADDRESS = 0x24
_BUSY_S = 0.0005  # after a frame of the host
_READY, _NOT_READY = b"\x01", b"\x00"
_RELEASED = 0xFF  # what a host reads where nobody drives the line


class I2cPort:
    """The chip's end of an I2C bus; see I2cDevice.

    Args:
        irq: the pin of the box that its IRQ line goes to.
    """

    chip: Pn532
    woken_by = 0x80

    def __init__(self, timeline: Timeline, pins: Pins, irq: int) -> None:
        self._timeline = timeline
        self._pins = pins
        self._irq = irq
        self._cut_short = False
        self._calls = 0
        self.forget()

    def say(self, data: bytes) -> None:
        """Have a frame ready to be read, after those that were not yet."""
        self._frames.append(data)
        self._tell_irq(0)

    def forget(self) -> None:
        """Have nothing to say."""
        self._frames: list[bytes] = []
        self._deaf_until_us = self._awake_at_us = 0
        self._tell_irq(1)

    @property
    def holds_sda(self) -> bool:
        """Whether it holds the data line low."""
        return self._cut_short or self.chip.has_fault == "stuck_sda"

    @property
    def holds_scl(self) -> bool:
        """Whether it holds the clock line low."""
        return self.chip.has_fault == "stuck_scl"

    def stretch_s(self, address: int, reads: bool) -> float | None:
        """Hear an address; return how long the clock is held, None when it is not acknowledged."""
        chip, now_us = self.chip, self._timeline.now_us
        self._calls += 1
        if address != _ADDRESS or chip.has_fault == "unplugged":
            return None
        if chip.has_fault == "nacks" and self._calls % 3:
            return None
        if not chip.awake and not (reads and self._frames):
            if chip.rouse():
                self._awake_at_us = now_us + round(WAKING_S * US)
            return None
        if now_us < self._deaf_until_us:
            return None
        return max(0, self._awake_at_us - now_us) / US

    def hear(self, data: bytes) -> None:
        """Take what the host has written in one transaction."""
        self._frames.clear()
        self._tell_irq(1)
        self._deaf_until_us = self._timeline.now_us + round(_BUSY_S * US)
        self.chip.forget_half()
        self.chip.hear(data)

    def tell(self, count: int) -> bytes:
        """Give so many bytes to a host that reads."""
        if not self._frames:
            return _NOT_READY * count
        frame = self._frames.pop(0)
        said = (_READY + frame)[:count]
        if count > len(frame):
            self._tell_irq(1)
        if self._frames:
            self._tell_irq(0)
        return said + bytes([_RELEASED]) * (count - len(said))

    def cut_short(self) -> None:
        """Be left in the middle of a byte by a host that has lost its power."""
        self._cut_short = True

    def clock_away(self) -> None:
        """Be clocked with the data line released until the byte is over."""
        self._cut_short = False

    def _tell_irq(self, level: int) -> None:
        self._pins.set_outside(self._irq, level)
