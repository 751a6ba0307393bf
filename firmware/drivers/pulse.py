"""One pulse on one pin: what presses a key, a lock button or a coil. Knows none of them."""

import asyncio

from machine import Pin


async def pulse(pin: Pin, length_s: float) -> None:
    """Drive a pin high for a while, and low again also when cancelled."""
    pin.value(1)
    try:
        await asyncio.sleep(length_s)
    finally:
        pin.value(0)
