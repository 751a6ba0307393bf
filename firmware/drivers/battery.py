"""The car's battery through its divider, on the first converter. Knows no threshold.

At 6 dB: its error after the chip's own calibration is a fifth of that of the widest range.
"""

from machine import ADC, Pin

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable


def battery_input(pin_number: int, divider: float) -> "Callable[[], int]":
    """What reads the battery's millivolts; `divider`: its volts for a volt at the pin."""
    read_uv = ADC(Pin(pin_number), atten=ADC.ATTN_6DB).read_uv
    # One reading is some millivolts off, and so many times that at the battery: eight are averaged.
    return lambda: int(sum([read_uv() for _ in range(8)]) * divider / 8000)
