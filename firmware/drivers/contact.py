"""One contact of the car behind its optocoupler: a door, the key holder. Knows no meaning."""

from machine import Pin


class Contact:
    """`closed()` is what the pin shows."""

    def __init__(self, pin_number: int):
        """Claim the pin."""
        self._pin = Pin(pin_number, Pin.IN, Pin.PULL_DOWN)

    def closed(self) -> bool:
        """Whether the contact is closed now."""
        return bool(self._pin.value())
