"""The chip's light sleep and its speed, on an ESP32-S3 with MicroPython 1.27 or newer.

A chip in light sleep keeps its memory, but hears no byte and no edge, and lets go of what it drives
unless that is held: it wakes after a time, or at the level of a pin. Never decides when it may
sleep.
"""

import esp32
import machine
from machine import Pin

from firmware.logic.const import const

_FAST_HZ = const(240_000_000)
_SLOW_HZ = const(80_000_000)
# MicroPython's wake_on_gpio leaves a pin's interrupt triggered by level. One that is on then comes
# again and again until the watchdog ends it (esp-idf#11686), and Pin.irq(None) leaves it on. So the
# register of each such pin (GPIO_PINn_REG, TRM of the S3, 6.14) is muffled before and put back.
_PIN_REGISTERS = const(0x60004074)  # of pin 0; four bytes each
_INTERRUPT_ON = const(0x1F << 13)


class LightSleep:
    """A line is (pin number, handler); the handler is called with the pin when its level woke us.

    The two groups differ as MicroPython gives one level to all pins of wake_on_gpio, and another to
    those of wake_on_ext1, which must be pins of the RTC (0 to 21).
    """

    def __init__(self, *, when_high: tuple, when_low: tuple, held: tuple, low_at_rest: tuple):
        """Take lines that wake us by going high and, of the RTC's pins, by going low.

        `held`: pins of outputs that must keep their level. `low_at_rest`: of those that a resistor
        keeps low when nobody drives them.
        """
        self._held = [Pin(number) for number in held]
        self._low_at_rest = [Pin(number) for number in low_at_rest]
        self._when_high = [(n, Pin(n, Pin.IN, Pin.PULL_DOWN), handler) for n, handler in when_high]
        self._when_low = [(n, Pin(n, Pin.IN, Pin.PULL_UP), handler) for n, handler in when_low]
        self._slow = False

    @property
    def drives(self) -> bool:
        """Whether it drives something that a sleep would let go of: a coil, a door, a light."""
        return any(pin.value() for pin in self._low_at_rest)

    def speed_up(self) -> None:
        """Compute at full speed, which costs nothing where it is so already."""
        if self._slow:
            machine.freq(_FAST_HZ)
            self._slow = False

    def sleep(self, duration_ms: int) -> bool:
        """Sleep that long at most; whether a line that goes high ended it.

        The handler of the line that ended it has then been called.

        A line that is at its level already ends nothing: else a door that stands open would keep
        the chip awake.
        """
        if not self._slow:
            machine.freq(_SLOW_HZ)
            self._slow = True
        high = [line for line in self._when_high if not line[1].value()]
        low = [line for line in self._when_low if line[1].value()]
        esp32.wake_on_gpio([pin for _, pin, _ in high], esp32.WAKEUP_ANY_HIGH)
        esp32.wake_on_ext1([pin for _, pin, _ in low], esp32.WAKEUP_ALL_LOW)
        registers = [_PIN_REGISTERS + 4 * number for number, _, _ in high]
        before = [machine.mem32[register] for register in registers]
        for register, value in zip(registers, before):
            machine.mem32[register] = value & ~_INTERRUPT_ON
        for pin in self._held:
            pin.init(hold=True)  # pyright: ignore[reportCallIssue] the stubs know no hold
        machine.lightsleep(duration_ms)
        for pin in self._held:
            pin.init(hold=False)  # pyright: ignore[reportCallIssue]
        for register, value in zip(registers, before):
            machine.mem32[register] = value
        for _, pin, _ in low:  # the RTC has had it since, and holds it
            pin.init(Pin.IN, Pin.PULL_UP, hold=False)  # pyright: ignore[reportCallIssue]
        for _, pin, handler in high:
            if pin.value():
                handler(pin)
        for _, pin, handler in low:
            if not pin.value():
                handler(pin)
        return machine.wake_reason() not in (machine.TIMER_WAKE, machine.EXT1_WAKE)
