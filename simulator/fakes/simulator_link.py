"""The box's end of the lockstep link with the world. MicroPython only, never on a real box.

The firmware runs in no world time at all until it would wait. Then everything it did since the
last wait goes to the world in one message, and the process blocks until the world's answer says
what time it is now and what came in. Nothing here looks at the real clock.

Message to the world: length u32, then operations, each one letter and its fields; the wait (Z) or
the light sleep (Y) comes last, and one without is not answered. Answer: length u32, time since
power-on in microseconds u64, then U (UART bytes), P (pin level, or microvolts), C (what came of an
I2C transfer) and Q0 (somebody wants the report).
The other end is simulator/engine/box.py.

A pin's interrupt goes through MicroPython's scheduler, which holds 8 calls (mpconfigport.h:
MICROPY_SCHEDULER_DEPTH): while C code keeps the chip busy, in a flash erase or a collection, they
wait there, and the ninth is lost.
"""

import gc
import json
import struct
import sys

import ffi
import uctypes
from micropython import const, stack_use

NEVER = 0xFFFFFFFFFFFFFFFF
IDLE = const(0x80)  # in a wait's mask of UARTs: there is nothing to do
_UART = const(0x55)  # U
_PIN = const(0x50)  # P
_I2C = const(0x43)  # C
# A chip would have been reset by its watchdog long before that many looks at a clock that stands
# still. The longest honest computation, one X25519, looks a few hundred times.
MAX_LOOKS_AT_ONE_INSTANT = 100_000
_SCHEDULER_DEPTH = const(8)
_ITIMER_VIRTUAL = const(1)  # counts the processor's time of this process, and ends it

now_us = 0
config = {}
uarts = {}  # id -> machine.UART, the open ones
levels = {}  # pin -> 0, 1 or microvolts, what the outside drives; absent when nothing does
handlers = {}  # pin -> (function(), function(level) whether its edge counts), those in use
transferred = None  # errno or 0 and what was read in the last I2C transfer, once it is over
report = None  # set by bootstrap.py: () -> dict
stands = None  # set by bootstrap.py: () -> bool, whether the application's parts are wired
on_stand = None  # set by bootstrap.py: (), called once at the first wait at which they are
mhz = 240  # of the processor: work of which the time is counted takes longer at less
dozes = False  # in light sleep: pins keep their levels, but nobody hears an edge
stack_bytes = 0  # the most of the C stack that was seen in use, at a wait or an access to flash

_stream = None
_looks = 0
_scheduled = []  # the handlers that wait for the interpreter
_busy = False  # in C code, which runs no handler
_libc = ffi.open(None)
_malloc = _libc.func("P", "malloc", "L")
_setitimer = _libc.func("i", "setitimer", "iPP")
_limit = None  # of the processor's time between two waits, as setitimer takes it
_BUFFER_BYTES = const(65536)  # what every UART holds, several times over


def outside(count):
    """Give that many bytes outside the heap, for ever: a chip's drivers keep theirs there too."""
    return uctypes.bytearray_at(_malloc(count), count)


_outgoing = outside(_BUFFER_BYTES)  # begins with the message's length
_used = 4
_incoming = outside(_BUFFER_BYTES)
_view = memoryview(_incoming)


def connect(descriptor):
    """Open the inherited descriptor and read the configuration the world begins with."""
    global _limit, _stream
    _stream = open(descriptor, "r+b")
    config.update(json.loads(bytes(_view[: _read_frame()])))
    for pin, level in config.pop("levels").items():
        levels[int(pin)] = level
    _limit = struct.pack("llll", 0, 0, config["hang_s"], 0)  # no interval; seconds, microseconds
    _setitimer(_ITIMER_VIRTUAL, _limit, None)


def do(form, *fields):
    """Add an operation, packed as `form` says, to the message that the next wait sends."""
    _add(form, fields, b"")


def do_with(letter, number, data):
    """Add an operation of a letter, a number and bytes."""
    _add(">sBH", (letter, number, len(data)), data)


def transfer(first, count, data, hertz, patience_us):
    """Block the box for one I2C transfer; return errno or 0, and what was read."""
    global transferred, _busy
    if on_stand:
        wait(now_us, 0)  # or this would be over while that lets time pass
    transferred = None
    fields = (b"C", first, count, hertz, patience_us, len(data))
    _add(">sBHIIH", fields, data)
    _busy = True  # bit-banged in C code
    while transferred is None:
        wait(NEVER, 0)
    _busy = False
    _run_scheduled()
    return transferred


def _add(form, fields, data):
    """Add a whole operation, or raise MemoryError and add nothing."""
    global _used
    start = _used + struct.calcsize(form)
    end = start + len(data)
    if end > _BUFFER_BYTES:
        raise MemoryError
    struct.pack_into(form, _outgoing, _used, *fields)
    _outgoing[start:end] = data
    _used = end


def note_stack():
    """Take note of how much of the C stack is in use now."""
    global stack_bytes
    stack_bytes = max(stack_bytes, stack_use())


def look():
    """Give the time in microseconds, and end a loop that never lets it pass."""
    global _looks
    _looks += 1
    if _looks > MAX_LOOKS_AT_ONE_INSTANT:
        fail("busy loop: the clock was read {} times without a wait".format(_looks))
    return now_us


def fail(reason):
    """Tell the world that the firmware did what no box may do; never returns."""
    do_with(b"X", 0, reason.encode())
    while True:
        wait(NEVER, 0)


def flush():
    """Tell the world at once what was done, without waiting: it holds even if no wait follows."""
    global _used
    struct.pack_into(">I", _outgoing, 0, _used - 4)
    _stream.write(_outgoing, _used)
    _used = 4


def stand_still(duration_us):
    """Keep the chip busy in C code for that long."""
    global _busy
    _busy = True
    sleep_until(now_us + duration_us)
    _busy = False
    _run_scheduled()


def sleep_until(deadline_us):
    """Block the whole box, as time.sleep_ms or a full transmit buffer does."""
    while now_us < deadline_us:
        wait(deadline_us, 0)


def wait(deadline_us, polled):
    """Block until the deadline, bytes on a UART of the mask `polled`, or a pin interrupt."""
    _wait(">sQB", b"Z", deadline_us, polled)


def doze(deadline_us, low, high):
    """Light sleep until the deadline, or a pin of a mask that is at its level."""
    global dozes
    dozes = True
    _wait(">sQQQ", b"Y", deadline_us, low, high)
    dozes = False


def _wait(form, *fields):
    global now_us, _looks, on_stand
    note_stack()
    if on_stand and stands():
        then, on_stand = on_stand, None
        then()
    asked = True
    while asked:
        for number, uart in uarts.items():
            do(">sBH", b"N", number, uart.any())
        do(form, *fields)
        flush()
        length = _read_frame()
        now_us = struct.unpack_from(">Q", _incoming)[0]
        _looks = 0
        _setitimer(_ITIMER_VIRTUAL, _limit, None)
        asked = _apply(length)
    if not _busy:
        _run_scheduled()


def _apply(length):
    """Hand out what came in; True when it was only somebody asking for the report."""
    global transferred
    at = 8
    while at < length:
        kind, number = _incoming[at], _incoming[at + 1]
        if kind == _UART:
            start = at + 4
            at = start + struct.unpack_from(">H", _incoming, at + 2)[0]
            uarts[number].receive(_view[start:at])
        elif kind == _I2C:
            start = at + 4
            at = start + struct.unpack_from(">H", _incoming, at + 2)[0]
            transferred = number, bytes(_view[start:at])
        elif kind == _PIN:
            levels[number] = struct.unpack_from(">I", _incoming, at + 2)[0]
            at += 6
            if number in handlers and not dozes:
                handler, wants = handlers[number]
                if wants(levels[number]) and len(_scheduled) < _SCHEDULER_DEPTH:
                    _scheduled.append(handler)
        else:
            gc.collect()
            for item in report().items():  # one by one: a full heap has no hole for all of it
                do_with(b"A", 0, json.dumps(item).encode())
            return True
    return False


def _run_scheduled():
    while _scheduled:
        _scheduled.pop(0)()


def _read_frame():
    """Read a message into the buffer; return its length."""
    if _stream.readinto(_incoming, 4) != 4:
        sys.exit(0)  # the world is gone, and the box with it
    length = struct.unpack_from(">I", _incoming)[0]
    _stream.readinto(_incoming, length)
    return length
