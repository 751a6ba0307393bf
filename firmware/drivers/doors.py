"""The two pulses that press the car's own lock and unlock buttons. Knows no badge."""

from machine import Pin

from firmware.drivers.pulse import pulse


class Doors:
    """Central locking."""

    def __init__(self, *, unlock_pin: int, lock_pin: int, pulse_ms: int):
        """Claim the pins; nothing is pressed."""
        self._unlock = Pin(unlock_pin, Pin.OUT, value=0)
        self._lock = Pin(lock_pin, Pin.OUT, value=0)
        self._pulse_s = pulse_ms / 1000

    async def unlock(self) -> None:
        """Press unlock."""
        await pulse(self._unlock, self._pulse_s)

    async def lock(self) -> None:
        """Press lock."""
        await pulse(self._lock, self._pulse_s)
