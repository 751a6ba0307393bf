"""MicroPython's `esp32`, from 1.27 on: what ends a light sleep. MicroPython only.

As its ports/esp32/modesp32.c has it: `wake_on_gpio` holds one set of pins and ONE level, `ext1` a
second set at a second level, of pins of the RTC only (0 to 21). On an S3 the low level of ext1 is
"any low", whatever its name says. `machine.lightsleep` acts on it.
"""

from micropython import const

WAKEUP_ALL_LOW = False
WAKEUP_ANY_HIGH = True
_LAST_RTC_PIN = const(21)

gpio_pins, gpio_level = (), False
ext1_pins, ext1_level = (), False


def wake_on_gpio(pins=None, level=None):
    global gpio_pins, gpio_level
    gpio_pins = gpio_pins if pins is None else tuple(pins)
    gpio_level = gpio_level if level is None else bool(level)


def wake_on_ext1(pins=None, level=None):
    global ext1_pins, ext1_level
    if pins is not None:
        if any(pin.number > _LAST_RTC_PIN for pin in pins):
            raise ValueError("invalid pin")
        ext1_pins = tuple(pins)
    ext1_level = ext1_level if level is None else bool(level)
