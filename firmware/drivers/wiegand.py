"""A Wiegand badge reader on two lines: a low pulse on D0 is a 0, one on D1 a 1; a pause ends.

What BadgeTask wants of a reader, as far as this kind can: it says which card has come, and nobody
can speak to a card through it.
"""

import asyncio
from time import ticks_diff, ticks_ms

from machine import Pin

from firmware.logic.access.wiegand import MOST_BITS, card_number
from firmware.logic.const import const

# Pulses follow each other within 20 ms at most (usually 1 to 2), frames not before 200 ms.
_PAUSE_MS = const(50)
_LOOK_AGAIN_S = const(0.02)


class Wiegand:
    """Interrupts collect the bits; they allocate nothing."""

    can_rest = False  # it tells of a card by itself, and sees to its own sleep
    wake_line = None  # what it says would be lost on a chip that sleeps

    def __init__(self, *, d0_pin: int, d1_pin: int):
        """Listen from now on."""
        self._bits = bytearray(MOST_BITS + 1)  # one too many shows that it is no frame
        self._count = 0
        self._pulse_ms = 0
        self._pulse = asyncio.ThreadSafeFlag()
        self._zeros = Pin(d0_pin, Pin.IN, Pin.PULL_UP)
        self._ones = Pin(d1_pin, Pin.IN, Pin.PULL_UP)
        self._zeros.irq(self._on_zero, Pin.IRQ_FALLING)
        self._ones.irq(self._on_one, Pin.IRQ_FALLING)

    async def wake(self) -> None:
        """Nothing: it never sleeps."""

    async def rest(self) -> None:
        """Nothing: nobody asks it to."""

    async def drop_field(self) -> None:
        """Nothing: the reader sees to its field."""

    async def read_cards(self) -> list:
        """The number of a card that has come since the last time, or none."""
        number = self._take()
        return [number] if number else []

    async def read_card(self, uid: bytes) -> bytes:
        """This UID: it cannot be looked for, and is taken to be there."""
        return uid

    async def exchange(self, data: bytes) -> bytes:
        """Nothing ever: no card is spoken to through this reader."""
        return b""

    async def wait_for_cards(self, timeout_s: float) -> list:
        """The number of the next card; none after `timeout_s`, or when noise came instead."""
        try:
            await asyncio.wait_for(self._frame(), timeout_s)
        except asyncio.TimeoutError:
            pass
        return await self.read_cards()

    async def _frame(self) -> None:
        """Until pulses have come and stopped."""
        while not self._count:
            await self._pulse.wait()
        while not self._paused():
            await asyncio.sleep(_LOOK_AGAIN_S)

    def _paused(self) -> bool:
        return ticks_diff(ticks_ms(), self._pulse_ms) >= _PAUSE_MS

    def _take(self) -> bytes:
        if not self._count or not self._paused():
            return b""
        count, self._count = self._count, 0
        return card_number(self._bits[:count])

    def _on_zero(self, _pin):
        self._add(0)

    def _on_one(self, _pin):
        self._add(1)

    def _add(self, bit):
        if self._count <= MOST_BITS:
            self._bits[self._count] = bit
            self._count += 1
        self._pulse_ms = ticks_ms()
        self._pulse.set()
