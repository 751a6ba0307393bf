"""A PN532's I2C bus with its IRQ line: whole frames out and in. Understands none of them.

In software, because the chip holds the clock while it wakes and, after a box that died in mid read,
the data line: SoftI2C waits for the one as long as it is told, and nine clocks end the other. It
holds the box up for 0.1 ms a byte, as long as the longest frame takes: 8 ms.
"""

import asyncio
import time

from machine import Pin, SoftI2C

from firmware.logic.const import const

_ADDRESS = const(0x24)  # UM0701-02, section 6.2.4
_READY = const(1)  # a bit of the status byte before each frame that is read
# The chip allows 400 kHz; a metre of cable to the windscreen and its pull-ups are sure of 100.
_HERTZ = const(100_000)
# An acknowledgement takes 1 ms, an answer about no card 3. A poller that IRQ ends would want 1 kB.
_LOOKS = const(2)
_LOOK_MS = const(2)
_HELD_CLOCK_US = const(5_000)
# Nobody's address; a read from it is nine clocks with the data line released, which end a read that
# was cut short (UM10204, section 3.1.16).
_NOBODY = const(0x7F)


class Pn532Bus:
    """Short transfers block the box; to wait for IRQ does not, but where it falls soon."""

    def __init__(self, *, sda_pin: int, scl_pin: int, irq_pin: int):
        """Nothing is sent yet."""
        self._i2c = SoftI2C(Pin(scl_pin), Pin(sda_pin), freq=_HERTZ, timeout=_HELD_CLOCK_US)
        self._irq = Pin(irq_pin, Pin.IN, Pin.PULL_UP)
        self._fell = asyncio.ThreadSafeFlag()
        self._irq.irq(self._on_fall, Pin.IRQ_FALLING)
        self.wake_line = (irq_pin, self._on_fall)

    def free(self) -> None:
        """Have a chip that was left in mid byte let go of the data line."""
        try:
            self._i2c.readfrom_into(_NOBODY, bytearray(1))
        except OSError:
            pass  # nobody is there, or the clock is held

    def write(self, frame: bytes) -> None:
        """Write a frame; raises OSError when the chip does not take it now."""
        self._i2c.writeto(_ADDRESS, frame)

    def read(self, count: int) -> bytes:
        """Read a frame of at most so many bytes, b"" when none is ready; raises OSError.

        What is not read of it is lost.
        """
        said = bytearray(1 + count)
        self._i2c.readfrom_into(_ADDRESS, said)
        return bytes(said[1:]) if said[0] & _READY else b""

    def soon(self) -> bool:
        """Whether the chip has a frame for us within 4 ms, which block the box."""
        for _ in range(_LOOKS):
            if not self._irq.value():
                return True
            time.sleep_ms(_LOOK_MS)
        return not self._irq.value()

    async def ready(self) -> None:
        """Wait until the chip has a frame for us."""
        self._fell.clear()  # it fell for the frame before, too
        while self._irq.value():
            await self._fell.wait()

    def _on_fall(self, _pin):
        self._fell.set()
