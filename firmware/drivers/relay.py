"""The latching relay in the start line: a pulse on either coil, and the feedback contact.

Decides nothing: immobiliser.py does. The coil's pin is low again whatever happens to the task.
"""

from machine import Pin

from firmware.drivers.pulse import pulse
from shared_protocol.records import RELAY_ENABLED, RELAY_INHIBITED


class LatchingRelay:
    """The two coils and the contact."""

    def __init__(self, *, enable_pin: int, inhibit_pin: int, sense_pin: int, pulse_ms: int):
        """Claim the pins; both coils stay without current."""
        self._enable = Pin(enable_pin, Pin.OUT, value=0)
        self._inhibit = Pin(inhibit_pin, Pin.OUT, value=0)
        self._sense = Pin(sense_pin, Pin.IN, Pin.PULL_DOWN)
        self._pulse_s = pulse_ms / 1000

    def contact(self) -> int:
        """What the feedback contact shows: RELAY_ENABLED or RELAY_INHIBITED."""
        return RELAY_ENABLED if self._sense.value() else RELAY_INHIBITED

    async def enable(self) -> None:
        """Pulse the coil that closes the start line."""
        await pulse(self._enable, self._pulse_s)

    async def inhibit(self) -> None:
        """Pulse the coil that opens the start line."""
        await pulse(self._inhibit, self._pulse_s)
