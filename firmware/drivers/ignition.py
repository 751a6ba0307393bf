"""The ignition line behind its optocoupler: raw for the immobiliser, steady for the legs.

The crank line is read the same way.

An interrupt remembers every edge, so that not even a short "on" between two looks goes unseen.
"""

from machine import Pin


class IgnitionInput:
    """Attribute to read: `on`, the level that two looks in a row have found unchanged."""

    fitted = True

    def __init__(self, pin_number: int):
        """Watch the pin; `on` begins at what it shows."""
        self._pin = Pin(pin_number, Pin.IN, Pin.PULL_DOWN)
        self._edge_seen = False
        self._last = self.on = bool(self._pin.value())
        self._pin.irq(self.remember, Pin.IRQ_RISING | Pin.IRQ_FALLING)

    def remember(self, _pin) -> None:
        """Take note that it has been on, or off, since the last look."""
        self._edge_seen = True

    def look(self) -> bool:
        """Update `on`; return whether the line is on or has been since the last look."""
        edge_seen, self._edge_seen = self._edge_seen, False
        level = bool(self._pin.value())
        if level == self._last and not edge_seen:
            self.on = level
        self._last = level
        return level or edge_seen
