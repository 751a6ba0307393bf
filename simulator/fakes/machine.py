"""MicroPython's `machine`, as strict and as awkward as an ESP32. MicroPython only.

A pin or UART that the board does not have raises, so does reading an input that nothing drives.
Never touches hardware of the host.
"""

import esp32
import simulator_link as link
from micropython import const

# ports/esp32/modmachine.c: a brown-out counts as PWRON, `reset()` and a panic as HARD.
PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

EXT1_WAKE = 3
TIMER_WAKE = 4

_FREQUENCIES_MHZ = (80, 160, 240)
_FREQUENCY_TICK_US = const(10_000)  # machine.freq() looks again each tick whether it is so
# GPIO_PINn_REG of the ESP32-S3's TRM, 6.14: INT_TYPE (9:7), WAKEUP_ENABLE (10), INT_ENA (17:13)
_GPIO_PIN0_REG = const(0x60004074)
_LOW_LEVEL = const(4)
_HIGH_LEVEL = const(5)

_wake_reason = 0
_TX_FIFO_BYTES = const(128)  # in hardware, before the transmit buffer
_ADC_FULL_SCALE_MV = const(1750)  # at 6 dB (ESP-IDF, ADC attenuation of the ESP32-S3)
_ADC_NOISE_MV = const(3)  # either way, between two readings of the same voltage
_BITS_A_BYTE = const(10)  # 8N1


def unique_id():
    return bytes.fromhex(link.config["unique_id"])


def reset_cause():
    return link.config["reset_cause"]


def reset():
    _reset(HARD_RESET)


def soft_reset():
    _reset(SOFT_RESET)


def _reset(cause):
    link.do(">sB", b"R", cause)
    while True:
        link.wait(link.NEVER, 0)


def freq(frequency_hz=None):
    """Of the processor, which may have a little work left over when it is changed."""
    if frequency_hz is None:
        return link.mhz * 1_000_000
    if frequency_hz // 1_000_000 not in _FREQUENCIES_MHZ:
        raise ValueError("frequency must be 80MHz, 160MHz or 240MHz")
    if frequency_hz // 1_000_000 != link.mhz:
        link.mhz = frequency_hz // 1_000_000
        link.do(">sH", b"M", link.mhz)
        link.sleep_until(link.now_us() + _FREQUENCY_TICK_US)
    return None


def lightsleep(time_ms=None):
    """Stand still until the time is over or a pin of esp32.wake_on_* is at its level.

    The world lets outputs float meanwhile. A pin of wake_on_gpio keeps that level as its interrupt
    afterwards (gpio_wakeup_enable), whoever had set another: one whose interrupt is on then storms
    (esp-idf#11686). A pin of ext1 belongs to the RTC afterwards, held: it is deaf until
    `Pin.init(mode, hold=False)`.
    """
    global _wake_reason
    masks = [0, 0]
    for pins, level in ((esp32.gpio_pins, esp32.gpio_level), (esp32.ext1_pins, esp32.ext1_level)):
        for pin in pins:
            masks[level] |= 1 << pin.number
    if time_ms is None and not (masks[0] or masks[1]):
        link.fail("a light sleep that nothing ends")
    for pin in esp32.gpio_pins:
        pin._trigger = _HIGH_LEVEL if esp32.gpio_level else _LOW_LEVEL
    deadline_us = link.NEVER if time_ms is None else link.now_us() + time_ms * 1000
    link.doze(deadline_us, masks[0], masks[1])
    _wake_reason = TIMER_WAKE
    for pins, level, reason in (
        (esp32.gpio_pins, esp32.gpio_level, 7),  # ESP_SLEEP_WAKEUP_GPIO; machine has no name for it
        (esp32.ext1_pins, esp32.ext1_level, EXT1_WAKE),
    ):
        if any(link.levels.get(pin.number) == level for pin in pins):
            _wake_reason = reason
    for pin in esp32.ext1_pins:
        pin._is_the_rtcs = True
    for pin in esp32.gpio_pins:
        pin._check_storm()


def wake_reason():
    return _wake_reason


class _Registers:
    """machine.mem32, of which only what pins do at an edge is there."""

    def __getitem__(self, address):
        pin = self._pin(address)
        return pin._trigger << 7 | pin._interrupts << 13

    def __setitem__(self, address, value):
        pin = self._pin(address)
        pin._trigger = value >> 7 & 7
        pin._interrupts = value >> 13 & 0x1F
        pin._check_storm()

    def _pin(self, address):
        number = (address - _GPIO_PIN0_REG) // 4
        if address % 4 or number not in Pin._known:
            raise ValueError("only GPIO_PINn_REG of a pin in use is simulated")
        return Pin._known[number]


mem32 = _Registers()


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    _known = {}  # number -> Pin: one object a pin, as on the chip

    def __new__(cls, number, *arguments, **options):
        if number not in link.config["pins"]:
            raise ValueError("the board has no pin {}".format(number))
        if number not in cls._known:
            pin = super().__new__(cls)
            pin.number = number
            pin._mode = cls.IN
            pin._pull = None
            pin._driven = 0
            pin._trigger = pin._interrupts = 0
            pin._is_the_rtcs = False
            pin._held = number in link.config["held"]
            pin._told = None
            cls._known[number] = pin
        return cls._known[number]

    def __init__(self, number, mode=-1, pull=-1, value=None, hold=None):
        self.init(mode, pull, value=value, hold=hold)

    def init(self, mode=-1, pull=-1, value=None, hold=None):
        """Set it up; `hold` lets go of a held pad first, then holds what is driven now."""
        if mode != -1 and hold is False:
            self._is_the_rtcs = False
        if mode != -1:
            self._mode = mode
        if pull != -1:
            self._pull = pull
        if value is not None:
            self._driven = 1 if value else 0
        if hold is not None:
            self._held = False
        if mode != -1 or value is not None or hold is not None:
            self._tell()
        if hold is not None:
            self._held = bool(hold)
            link.do(">sBB", b"H", self.number, 1 if hold else 0)

    def value(self, level=None):
        if level is not None:
            self._driven = 1 if level else 0
            self._tell()
            return None
        if self._is_the_rtcs:
            raise RuntimeError("pin {} is the RTC's since a light sleep".format(self.number))
        if self._mode != Pin.IN:
            return self._driven
        if self.number in link.levels:
            return link.levels[self.number]
        if self._pull is None:
            raise RuntimeError("pin {} floats: nothing drives it".format(self.number))
        return 1 if self._pull == Pin.PULL_UP else 0

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def irq(self, handler=None, trigger=IRQ_RISING | IRQ_FALLING, hard=False):
        link.do(">sBB", b"I", self.number, 1 if handler else 0)
        self._trigger = trigger if handler else 0
        self._interrupts = 1  # also without a handler: machine_pin.c adds its own again
        link.handlers.pop(self.number, None)
        if handler:
            link.handlers[self.number] = (lambda: handler(self), self._wants)

    def _wants(self, level):
        """Whether the handler is called at the edge that led to this level."""
        self._check_storm()
        wanted = Pin.IRQ_RISING if level else Pin.IRQ_FALLING
        return self._interrupts and not self._is_the_rtcs and self._trigger & wanted

    def _check_storm(self):
        """An interrupt by level comes again and again, and nothing else has a turn."""
        level = self._trigger - _LOW_LEVEL
        if self._interrupts and level >= 0 and link.levels.get(self.number) == level:
            link.fail("pin {} storms: its interrupt is by level".format(self.number))

    def _tell(self):
        """Say what this pin drives: 0, 1, or 2 for an input. A held pad keeps what it drove."""
        if self._held:
            return
        driven = 2 if self._mode == Pin.IN else self._driven
        if driven != self._told:
            link.drive(self.number, driven)
            self._told = driven


class ADC:
    """The first converter at 6 dB; its calibration answers in whole millivolts."""

    ATTN_6DB = 2
    _chance = 0  # one for all: what a reading is off by

    def __init__(self, pin, *, atten):
        if atten != ADC.ATTN_6DB or not 1 <= pin.number <= 10:
            raise ValueError("only pins 1 to 10 at 6 dB are simulated")
        self._number = pin.number

    def read_uv(self):
        if self._number not in link.levels:
            raise RuntimeError("pin {} floats: nothing drives it".format(self._number))
        ADC._chance = (ADC._chance * 1_664_525 + 1_013_904_223) & 0xFFFFFFFF
        noise_mv = (ADC._chance >> 16) % (2 * _ADC_NOISE_MV + 1) - _ADC_NOISE_MV
        millivolts = link.levels[self._number] // 1000 + noise_mv
        return 1000 * max(0, min(millivolts, _ADC_FULL_SCALE_MV))


class UART:
    def __init__(self, number, *arguments, **options):
        if str(number) not in link.config["uarts"]:
            raise ValueError("the board has no UART {}".format(number))
        if number == 0:  # the stock image's console, whose buffers are its own
            raise ValueError("REPL UART buffer size is fixed")
        self.number = number
        self.init(*arguments, **options)

    def init(
        self,
        baudrate=115200,
        bits=8,
        parity=None,
        stop=1,
        *,
        tx,
        rx,
        txbuf=256,
        rxbuf=256,
        timeout=0,
    ):
        wired = link.config["uarts"][str(self.number)]
        if [tx, rx] != wired:
            raise ValueError("UART {} is wired to tx, rx = {}".format(self.number, wired))
        if (bits, parity, stop, timeout) != (8, None, 1, 0):
            raise ValueError("only 8N1 without blocking reads is simulated")
        self._byte_us = _BITS_A_BYTE * 1_000_000 // baudrate
        self._room_us = (_TX_FIFO_BYTES + txbuf) * self._byte_us
        self._sent_at_us = link.now_us()
        capacity = max(rxbuf, 129)
        self._received = memoryview(link.outside(capacity))
        self.unread = self.told = 0
        link.uarts[self.number] = self
        link.do(">sBIH", b"O", self.number, baudrate, capacity)

    def receive(self, data):
        """Take bytes from the link, which sends no more than there is room for."""
        self._received[self.unread : self.unread + len(data)] = data
        self.unread += len(data)

    def tell_unread(self):
        """Tell the world how much of what it sent was not read yet."""
        link.do(">sBH", b"N", self.number, self.unread)
        self.told = self.unread

    def any(self):
        return self.unread

    def read(self, count=-1):
        if not self.unread:
            return None
        if count < 0 or count > self.unread:
            count = self.unread
        data = bytes(self._received[:count])
        self.unread -= count
        self._received[: self.unread] = self._received[count : count + self.unread]
        return data

    def readinto(self, buffer, count=-1):
        data = self.read(len(buffer) if count < 0 else min(count, len(buffer)))
        if data is None:
            return None
        buffer[: len(data)] = data
        return len(data)

    def readline(self):
        for at in range(self.unread):
            if self._received[at] == 0x0A:
                return self.read(at + 1)
        return self.read()

    def write(self, data):
        data = bytes(data)
        self._sent_at_us = max(self._sent_at_us, link.now_us()) + len(data) * self._byte_us
        link.do_with(b"W", self.number, data)
        # The chip's driver blocks while its buffers are full.
        link.sleep_until(self._sent_at_us - self._room_us)
        return len(data)

    def ioctl(self, request, events):
        return (events & 1 if self.unread else 0) | (events & 4)


class SoftI2C:
    """Toggles the lines itself and holds the box up meanwhile; would do so on any pins."""

    def __init__(self, scl, sda, *, freq=400_000, timeout=50_000):
        if [sda.number, scl.number] != link.config["i2c"]:
            raise ValueError("I2C is wired to sda, scl = {}".format(link.config["i2c"]))
        self._hertz = freq
        self._patience_us = timeout

    def writeto(self, address, data):
        self._transfer(address << 1, 0, data)
        return len(data)

    def readfrom_into(self, address, buffer):
        buffer[:] = self._transfer(address << 1 | 1, len(buffer), b"")

    def _transfer(self, first, count, data):
        error, read = link.transfer(first, count, data, self._hertz, self._patience_us)
        if error:
            raise OSError(error)
        return read


class WDT:
    """Starts it, or gives the one that runs another timeout: nothing stops it but a reset."""

    def __init__(self, id=0, timeout=5000):
        if id != 0 or timeout <= 0:
            raise ValueError
        link.do(">sI", b"D", timeout)
        link.flush()

    def feed(self):
        link.do(">s", b"F")
