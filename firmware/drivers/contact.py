"""One contact of the car behind its optocoupler: a door, the key holder. Knows no meaning."""

from machine import Pin


class Contact:
    """`closed()` is what the pin shows, or a fixed answer where no contact is fitted."""

    def __init__(self, pin_number: int, fitted: bool, otherwise: bool):
        """Claim the pin if it is fitted."""
        self._pin = Pin(pin_number, Pin.IN, Pin.PULL_DOWN) if fitted else None
        self._otherwise = otherwise

    def closed(self) -> bool:
        """Whether the contact is closed now."""
        return self._otherwise if self._pin is None else bool(self._pin.value())
