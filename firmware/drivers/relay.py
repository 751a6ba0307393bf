"""The latching relay in the start line: a pulse on either coil, and the feedback contact.

Decides nothing: immobiliser.py does. The coil's pin is low again whatever happens to the task, and
its pad is held there but for the pulse, so that no reset lets it float.
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
        _hold(self._enable, True)
        _hold(self._inhibit, True)
        self._sense = Pin(sense_pin, Pin.IN, Pin.PULL_DOWN)
        self._pulse_s = pulse_ms / 1000

    def contact(self) -> int:
        """What the feedback contact shows: RELAY_ENABLED or RELAY_INHIBITED."""
        return RELAY_ENABLED if self._sense.value() else RELAY_INHIBITED

    async def enable(self) -> None:
        """Pulse the coil that closes the start line."""
        await self._move(self._enable)

    async def inhibit(self) -> None:
        """Pulse the coil that opens the start line."""
        await self._move(self._inhibit)

    async def _move(self, coil: Pin) -> None:
        _hold(coil, False)
        try:
            await pulse(coil, self._pulse_s)
        finally:
            _hold(coil, True)


def _hold(coil: Pin, held: bool) -> None:
    coil.init(hold=held)  # pyright: ignore[reportCallIssue] the stubs lack it
