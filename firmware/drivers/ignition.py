"""The ignition line behind its optocoupler: raw level, edges, and a debounced level.

An interrupt remembers every edge, so that not even a short "on" goes unseen by the immobiliser.
"""

import asyncio

from machine import Pin

# Contacts bounce for a few ms; a crank dips the line for longer, which is a real edge.
STEADY_MS = 50


class IgnitionInput:
    """Attribute to read: `on`, the debounced level."""

    def __init__(self, pin_number: int, now_ms: int):
        """Watch the pin; `on` begins at what it shows."""
        self._pin = Pin(pin_number, Pin.IN, Pin.PULL_DOWN)
        self._edge = asyncio.ThreadSafeFlag()
        self._edge_seen = False
        self._raw = self.on = bool(self._pin.value())
        self._since_ms = now_ms
        self._pin.irq(self._remember, Pin.IRQ_RISING | Pin.IRQ_FALLING)

    def _remember(self, _pin):
        self._edge_seen = True
        self._edge.set()

    def sample(self, now_ms: int) -> bool:
        """Update `on`; return whether the line is on or has been since the last call."""
        edge_seen, self._edge_seen = self._edge_seen, False
        raw = bool(self._pin.value())
        if edge_seen or raw != self._raw:
            self._raw = raw
            self._since_ms = now_ms
        elif now_ms - self._since_ms >= STEADY_MS:
            self.on = raw
        return raw or edge_seen

    async def wait(self, longest_s: float) -> None:
        """Wait for an edge, at most `longest_s`; shorter while the level is not steady."""
        timeout_s = longest_s if self.on == self._raw else STEADY_MS / 1000
        try:
            await asyncio.wait_for(self._edge.wait(), timeout_s)
        except asyncio.TimeoutError:
            pass
