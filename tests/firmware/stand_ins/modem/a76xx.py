"""Takes the place of the modem's driver: a modem that sleeps and finds no network."""

import asyncio

from machine import Pin


class A76xx:
    asleep = True
    closed = True
    readable = False

    def __init__(self, channel, dtr_pin, reset_pin, **others):
        self.rung = 0
        for number in (dtr_pin, reset_pin):
            Pin(number, Pin.OUT, value=1)

    def rings(self, _pin):
        self.rung += 1

    async def _try(self):
        await asyncio.sleep(86_400)

    def __getattr__(self, name):
        return self._try
