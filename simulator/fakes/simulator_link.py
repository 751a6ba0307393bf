"""The box's end of the lockstep link with the world. MicroPython only, never on a real box.

The firmware runs in no world time at all until it would wait. Then everything it did since the
last wait goes to the world in one message, and the process blocks until the world's answer says
what time it is now and what came in. Nothing here looks at the real clock.

A message to the world is operations, each one letter and its fields; the wait (Z, or V as a poll
has it) or the light sleep (Y) comes last, and one without is not answered. An answer is the time
since power-on in microseconds and in milliseconds, u64 each, then U (UART bytes), P (pin level, or
microvolts) and C (what came of an I2C transfer). Q, or QC for one after a collection, asks for the
report; the wait goes on. The socket keeps messages apart. The other end is simulator/engine/box.py.

What is done at each wait makes as little garbage as it can: its collection is what a quiet box
costs most.

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
_QUESTION = const(0x51)  # Q, which no time since power-on begins with
# A chip would have been reset by its watchdog long before that many looks at a clock that stands
# still. The longest honest computation, one X25519, looks a few hundred times.
MAX_LOOKS_AT_ONE_INSTANT = 100_000
_SCHEDULER_DEPTH = const(8)
_ITIMER_VIRTUAL = const(1)  # counts the processor's time of this process, and ends it

now_ms = 0
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

_looks = 0
_scheduled = []  # the handlers that wait for the interpreter
_busy = False  # in C code, which runs no handler
_libc = ffi.open(None)
_malloc = _libc.func("P", "malloc", "L")
_setitimer = _libc.func("i", "setitimer", "iPP")
_recv = _libc.func("i", "recv", "iPLi")
_send = _libc.func("i", "send", "iPLi")
_socket = -1
_limit = None  # of the processor's time between two waits, as setitimer takes it
_BUFFER_BYTES = const(65536)  # what every UART holds, several times over


def outside(count):
    """Give that many bytes outside the heap, for ever: a chip's drivers keep theirs there too."""
    return uctypes.bytearray_at(_malloc(count), count)


_outgoing = outside(_BUFFER_BYTES)
_used = 0
_incoming = outside(_BUFFER_BYTES)  # an answer begins with what time it is
_view = memoryview(_incoming)


def connect(descriptor):
    """Take the inherited socket and read the configuration the world begins with."""
    global _limit, _socket
    _socket = descriptor
    config.update(json.loads(bytes(_view[: _read()])))
    struct.pack_into(">Q", _incoming, 0, 0)
    for pin, level in config.pop("levels").items():
        levels[int(pin)] = level
    _limit = struct.pack("llll", 0, 0, config["hang_s"], 0)  # no interval; seconds, microseconds
    _setitimer(_ITIMER_VIRTUAL, _limit, None)


def do(form, *fields):
    """Add an operation, packed as `form` says, to the message that the next wait sends."""
    struct.pack_into(form, _outgoing, _room_for(struct.calcsize(form)), *fields)


def do_with(letter, number, data):
    """Add an operation of a letter, a number and bytes."""
    at = _room_for(4 + len(data))
    struct.pack_into(">sBH", _outgoing, at, letter, number, len(data))
    _outgoing[at + 4 : at + 4 + len(data)] = data


def drive(pin, level):
    """Drive a pin: 0 or 1, or 2 to let go of it."""
    struct.pack_into(">sBB", _outgoing, _room_for(3), b"P", pin, level)


def transfer(first, count, data, hertz, patience_us):
    """Block the box for one I2C transfer; return errno or 0, and what was read."""
    global transferred, _busy
    if on_stand:
        wait(now_us(), 0)  # or this would be over while that lets time pass
    transferred = None
    at = _room_for(14 + len(data))
    end = at + 14
    struct.pack_into(">sBHIIH", _outgoing, at, b"C", first, count, hertz, patience_us, len(data))
    _outgoing[end : end + len(data)] = data
    _busy = True  # bit-banged in C code
    while transferred is None:
        wait(NEVER, 0)
    _busy = False
    _run_scheduled()
    return transferred


def _room_for(count):
    """Where the next operation of so many bytes begins; MemoryError when it has no room."""
    global _used
    at = _used
    if at + count > _BUFFER_BYTES:
        raise MemoryError
    _used = at + count
    return at


def now_us():
    """Give the time since power-on."""
    return struct.unpack_from(">Q", _incoming)[0]


def note_stack():
    """Take note of how much of the C stack is in use now."""
    global stack_bytes
    if stack_use() > stack_bytes:
        stack_bytes = stack_use()


def look():
    """Count a look at the clock, and end a loop that never lets it pass."""
    global _looks
    _looks += 1
    if _looks > MAX_LOOKS_AT_ONE_INSTANT:
        fail("busy loop: the clock was read {} times without a wait".format(_looks))


def fail(reason):
    """Tell the world that the firmware did what no box may do; never returns."""
    do_with(b"X", 0, reason.encode())
    while True:
        wait(NEVER, 0)


def flush():
    """Tell the world at once what was done, without waiting: it holds even if no wait follows."""
    global _used
    _send(_socket, _outgoing, _used, 0)
    _used = 0


def stand_still(duration_us):
    """Keep the chip busy in C code for that long."""
    global _busy
    _busy = True
    sleep_until(now_us() + duration_us)
    _busy = False
    _run_scheduled()


def sleep_until(deadline_us):
    """Block the whole box, as time.sleep_ms or a full transmit buffer does."""
    while now_us() < deadline_us:
        wait(deadline_us, 0)


def wait(deadline_us, polled):
    """Block until the deadline, bytes on a UART of the mask `polled`, or a pin interrupt."""
    _prepare()
    struct.pack_into(">sQB", _outgoing, _room_for(10), b"Z", deadline_us, polled)
    _wait()


def poll(deadline_ms, polled):
    """Block as `wait` does, with nothing else to do."""
    _prepare()
    struct.pack_into(">sQB", _outgoing, _room_for(10), b"V", deadline_ms, polled)
    _wait()


def doze(deadline_us, low, high):
    """Light sleep until the deadline, or a pin of a mask that is at its level; the chip wakes."""
    global dozes
    _prepare()
    struct.pack_into(">sQQQ", _outgoing, _room_for(25), b"Y", deadline_us, low, high)
    dozes = True
    _wait()
    dozes = False


def _prepare():
    global on_stand
    note_stack()
    if on_stand and stands():
        then, on_stand = on_stand, None
        then()
    for uart in uarts.values():
        if uart.unread != uart.told:
            uart.tell_unread()


def _wait():
    global now_ms, _looks
    flush()
    length = _read()
    while _incoming[0] == _QUESTION:
        _tell_report(length > 1)
        length = _read()
    now_ms = struct.unpack_from(">Q", _incoming, 8)[0]
    _looks = 0
    _setitimer(_ITIMER_VIRTUAL, _limit, None)
    if length > 16:
        _apply(length)
    if not _busy:
        _run_scheduled()


def _apply(length):
    """Hand out what came in."""
    global transferred
    at = 16
    while at < length:
        kind, number = _incoming[at], _incoming[at + 1]
        if kind == _PIN:
            levels[number] = struct.unpack_from(">I", _incoming, at + 2)[0]
            at += 6
            if number in handlers and not dozes:
                handler, wants = handlers[number]
                if wants(levels[number]) and len(_scheduled) < _SCHEDULER_DEPTH:
                    _scheduled.append(handler)
            continue
        start = at + 4
        at = start + struct.unpack_from(">H", _incoming, at + 2)[0]
        if kind == _UART:
            uarts[number].receive(_view[start:at])
        else:
            transferred = number, bytes(_view[start:at])


def _tell_report(collected):
    if collected:
        gc.collect()
    for item in report().items():  # one by one: a full heap has no hole for all of it
        do_with(b"A", 0, json.dumps(item).encode())
    flush()


def _run_scheduled():
    while _scheduled:
        _scheduled.pop(0)()


def _read():
    """Read a message into the buffer; return its length."""
    length = _recv(_socket, _incoming, _BUFFER_BYTES, 0)
    if length <= 0:
        sys.exit(0)  # the world is gone, and the box with it
    return length
