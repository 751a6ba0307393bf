"""Takes the place of the reader's driver: a reader that is only its IRQ line. MicroPython only.

A badge with UID 04112233 lies there while the line is low.
"""

# MicroPython has no contextlib, and its TimeoutError is asyncio's own.
# ruff: noqa: SIM105, UP041

import asyncio

from machine import Pin

IRQ_PIN = 21


class Pn532:
    can_rest = False

    def __init__(self, stream):
        self._irq = Pin(IRQ_PIN, Pin.IN, Pin.PULL_UP)
        self._answers = asyncio.ThreadSafeFlag()
        self._irq.irq(self._answer, Pin.IRQ_FALLING)
        self.wake_line = (IRQ_PIN, self._answer)

    def _answer(self, _pin):
        self._answers.set()

    async def wake(self):
        pass

    drop_field = wake

    async def read_cards(self):
        return [] if self._irq.value() else [b"\x04\x11\x22\x33"]

    async def wait_for_cards(self, timeout_s):
        try:
            await asyncio.wait_for(self._answers.wait(), timeout_s)
        except asyncio.TimeoutError:
            pass
        return await self.read_cards()
