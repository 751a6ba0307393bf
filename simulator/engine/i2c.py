"""An I2C bus between a box and one device, paced at the clock that the box asks for.

As a host that toggles the lines itself has it: it holds the box up until it is over. Never looks
at what the bytes mean.
"""

from collections.abc import Callable
from typing import Protocol

from simulator.engine.timeline import US, Timeline, Timer

BITS_A_BYTE = 9  # with its acknowledgement
ENODEV, ETIMEDOUT = 19, 116  # as the chip's C library numbers them
_ALL_ONES = 0xFF  # a read from the address 0x7F: nine clocks with the data line released


class I2cDevice(Protocol):
    """What the bus needs of the device on it."""

    @property
    def holds_sda(self) -> bool:
        """Whether it holds the data line low."""

    @property
    def holds_scl(self) -> bool:
        """Whether it holds the clock line low."""

    def stretch_s(self, address: int, reads: bool) -> float | None:
        """Hear an address; return how long the clock is held, None when it is not acknowledged."""

    def hear(self, data: bytes) -> None:
        """Take what the host has written in one transaction."""

    def tell(self, count: int) -> bytes:
        """Give so many bytes to a host that reads."""

    def cut_short(self) -> None:
        """Be left in the middle of a byte by a host that has lost its power."""

    def clock_away(self) -> None:
        """Be clocked with the data line released until the byte is over."""


class I2cBus:
    """The two lines.

    Attributes:
        sda, scl: the pins of the box.
        busy_s: seconds that the box has spent on it.
    """

    def __init__(self, timeline: Timeline, sda: int, scl: int, device: I2cDevice) -> None:
        self.sda = sda
        self.scl = scl
        self.busy_s = 0.0
        self._timeline = timeline
        self._device = device
        self._under_way: Timer | None = None
        self._reads = False

    def transfer(
        self,
        first: int,
        count: int,
        data: bytes,
        hertz: int,
        patience_us: int,
        over: Callable[[int, bytes], None],
    ) -> None:
        """Write `data` or read `count` bytes after the first byte, address and direction.

        `over(errno or 0, what was read)` is called once the stop condition is there; `patience_us`
        is how long the box lets the clock be held.
        """
        device = self._device
        read = bool(first & 1)
        error, bytes_passed, held_s = 0, 1, 0.0
        if device.holds_scl:
            error, bytes_passed, held_s = ETIMEDOUT, 0, patience_us / US
        elif device.holds_sda:  # no start is seen, and a low line looks like an acknowledgement
            bytes_passed += count + len(data)
        else:
            stretched_s = device.stretch_s(first >> 1, read)
            if stretched_s is None:
                error = ENODEV
            elif stretched_s * US > patience_us:
                error, held_s = ETIMEDOUT, patience_us / US
            else:
                bytes_passed, held_s = 1 + count + len(data), stretched_s

        def end() -> None:
            self._under_way = None
            said = b""
            if device.holds_sda:
                said = bytes(count)
                if first == _ALL_ONES:
                    device.clock_away()
            elif not error and read:
                said = device.tell(count)
            elif not error:
                device.hear(data)
            over(error, said)

        duration_s = held_s + bytes_passed * BITS_A_BYTE / hertz
        self.busy_s += duration_s
        self._reads = read and not error
        self._under_way = self._timeline.call_later(duration_s, end)

    def cut(self) -> None:
        """The box loses its power or resets, perhaps while the device drives the data line."""
        if self._under_way is not None:
            self._under_way.cancel()
            self._under_way = None
            if self._reads:
                self._device.cut_short()
