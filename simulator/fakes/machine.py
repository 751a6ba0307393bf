"""MicroPython's `machine`, as strict and as awkward as an ESP32. MicroPython only.

A pin or UART that the board does not have raises, so does reading an input that nothing drives.
Never touches hardware of the host.
"""

import simulator_link as link
from micropython import const

PWRON_RESET = 1
WDT_RESET = 3
SOFT_RESET = 5

_TX_FIFO_BYTES = const(128)  # in hardware, before the transmit buffer
_ADC_FULL_SCALE_UV = const(3_100_000)
_BITS_A_BYTE = const(10)  # 8N1


def unique_id():
    return bytes.fromhex(link.config["unique_id"])


def reset_cause():
    return link.config["reset_cause"]


def reset():
    link.do(">s", b"R")
    while True:
        link.wait(link.NEVER, 0)


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
            cls._known[number] = pin
        return cls._known[number]

    def __init__(self, number, mode=-1, pull=-1, value=None):
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, value=None):
        if mode != -1:
            self._mode = mode
        if pull != -1:
            self._pull = pull
        if value is not None:
            self._driven = 1 if value else 0
        if mode != -1 or value is not None:
            self._tell()

    def value(self, level=None):
        if level is not None:
            self._driven = 1 if level else 0
            self._tell()
            return None
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
        link.handlers.pop(self.number, None)
        if handler:
            link.handlers[self.number] = lambda level: (
                handler(self) if trigger & (Pin.IRQ_RISING if level else Pin.IRQ_FALLING) else None
            )

    def _tell(self):
        """Say what this pin drives: 0, 1, or 2 for an input."""
        driven = 2 if self._mode == Pin.IN else self._driven
        link.do(">sBB", b"P", self.number, driven)


class ADC:
    """The first converter at its widest range, which is what a divider is made for."""

    ATTN_11DB = 3

    def __init__(self, pin, *, atten):
        if atten != ADC.ATTN_11DB or not 1 <= pin.number <= 10:
            raise ValueError("only pins 1 to 10 at 11 dB are simulated")
        self._number = pin.number

    def read_uv(self):
        if self._number not in link.levels:
            raise RuntimeError("pin {} floats: nothing drives it".format(self._number))
        return min(link.levels[self._number], _ADC_FULL_SCALE_UV)


class UART:
    def __init__(self, number, *arguments, **options):
        if str(number) not in link.config["uarts"]:
            raise ValueError("the board has no UART {}".format(number))
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
        self._sent_at_us = link.now_us
        capacity = max(rxbuf, 129)
        self._received = memoryview(link.outside(capacity))
        self._count = 0
        link.uarts[self.number] = self
        link.do(">sBIH", b"O", self.number, baudrate, capacity)

    def receive(self, data):
        """Take bytes from the link, which sends no more than there is room for."""
        self._received[self._count : self._count + len(data)] = data
        self._count += len(data)

    def any(self):
        return self._count

    def read(self, count=-1):
        if not self._count:
            return None
        if count < 0 or count > self._count:
            count = self._count
        data = bytes(self._received[:count])
        self._count -= count
        self._received[: self._count] = self._received[count : count + self._count]
        return data

    def readinto(self, buffer, count=-1):
        data = self.read(len(buffer) if count < 0 else min(count, len(buffer)))
        if data is None:
            return None
        buffer[: len(data)] = data
        return len(data)

    def readline(self):
        for at in range(self._count):
            if self._received[at] == 0x0A:
                return self.read(at + 1)
        return self.read()

    def write(self, data):
        data = bytes(data)
        self._sent_at_us = max(self._sent_at_us, link.now_us) + len(data) * self._byte_us
        link.do_with(b"W", self.number, data)
        # The chip's driver blocks while its buffers are full.
        link.sleep_until(self._sent_at_us - self._room_us)
        return len(data)

    def ioctl(self, request, events):
        return (events & 1 if self._count else 0) | (events & 4)


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
    def __init__(self, id=0, timeout=5000):
        link.do(">sI", b"D", timeout)

    def feed(self):
        link.do(">s", b"F")
