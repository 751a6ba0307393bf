"""MicroPython's `esp32`, from 1.27 on: what ends a light sleep, and the memory. MicroPython only.

As its ports/esp32/modesp32.c has it: `wake_on_gpio` holds one set of pins and ONE level, `ext1` a
second set at a second level, of pins of the RTC only (0 to 21). On an S3 the low level of ext1 is
"any low", whatever its name says. `machine.lightsleep` acts on it.
"""

import simulator_link as link
from micropython import const

HEAP_DATA = const(4)
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


def idf_heap_info(capabilities):
    """(size, free, largest free block, least free ever) of each region, as ESP-IDF has them."""
    if capabilities != HEAP_DATA:
        raise ValueError("only regions of data are simulated")
    internal = [(21_024, 5_000, 4_000, 3_000), (280_000, 60_000, 40_000, 30_000)]
    psram_bytes = link.config["psram_bytes"]
    return internal + [(psram_bytes, 100_000, 90_000, 80_000)] * bool(psram_bytes)
