"""Two LEDs and a buzzer behind the windscreen. Knows no pattern."""

from machine import Pin


class Panel:
    """What the box shows and sounds."""

    def __init__(self, *, green_pin: int, red_pin: int, buzzer_pin: int):
        """Claim the pins, dark and silent."""
        self._pins = [Pin(number, Pin.OUT, value=0) for number in (green_pin, red_pin, buzzer_pin)]

    def show(self, levels: tuple[int, int, int]) -> None:
        """Set green, red and buzzer, each 0 or 1."""
        for pin, level in zip(self._pins, levels):
            pin.value(level)
