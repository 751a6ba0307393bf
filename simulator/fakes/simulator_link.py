"""The box's end of the lockstep link with the world. MicroPython only, never on a real box.

The firmware runs in no world time at all until it would wait. Then everything it did since the
last wait goes to the world in one message, and the process blocks until the world's answer says
what time it is now and what came in. Nothing here looks at the real clock.

Message to the world: length u32, then operations, each one letter and its fields; the wait (Z)
comes last. Answer: length u32, time since power-on in microseconds u64, then U (UART bytes),
P (pin level) and Q (somebody wants the report). simulator/box.py is the other end.
"""

import gc
import json
import struct
import sys

NEVER = 0xFFFFFFFFFFFFFFFF
# A chip would have been reset by its watchdog long before that many looks at a clock that stands
# still. The longest honest computation, one X25519, looks a few hundred times.
MAX_LOOKS_AT_ONE_INSTANT = 100_000

now_us = 0
config = {}
uarts = {}  # id -> machine.UART, the open ones
levels = {}  # pin -> 0 or 1, what the outside drives; absent when nothing does
handlers = {}  # pin -> function(level), the pin interrupts in use
report = None  # set by bootstrap.py: () -> dict

_stream = None
_done = bytearray()
_looks = 0


def connect(descriptor):
    """Open the inherited descriptor and read the configuration the world begins with."""
    global _stream
    _stream = open(descriptor, "r+b")
    config.update(json.loads(_read_frame()))
    for pin, level in config["levels"].items():
        levels[int(pin)] = level


def do(operation):
    """Remember an operation (bytes) for the message that the next wait sends."""
    _done.extend(operation)


def look():
    """Give the time in microseconds, and end a loop that never lets it pass."""
    global _looks
    _looks += 1
    if _looks > MAX_LOOKS_AT_ONE_INSTANT:
        fail("busy loop: the clock was read {} times without a wait".format(_looks))
    return now_us


def fail(reason):
    """Tell the world that the firmware did what no box may do; never returns."""
    reason = reason.encode()
    do(b"X" + struct.pack(">H", len(reason)) + reason)
    while True:
        wait(NEVER, 0)


def sleep_until(deadline_us):
    """Block the whole box, as time.sleep_ms or a full transmit buffer does."""
    while now_us < deadline_us:
        wait(deadline_us, 0)


def wait(deadline_us, polled):
    """Block until the deadline, bytes on a UART of the mask `polled`, or a pin interrupt."""
    global now_us, _done, _looks
    while True:
        for number, uart in uarts.items():
            _done.extend(struct.pack(">sBH", b"N", number, uart.any()))
        _done.extend(struct.pack(">sQB", b"Z", deadline_us, polled))
        _stream.write(struct.pack(">I", len(_done)) + _done)
        _done = bytearray()
        answer = _read_frame()
        now_us = struct.unpack_from(">Q", answer)[0]
        _looks = 0
        if not _apply(answer):
            return


def _apply(answer):
    """Hand out what came in; True when it was only somebody asking for the report."""
    asked = False
    at = 8
    while at < len(answer):
        kind = answer[at : at + 1]
        if kind == b"U":
            number, length = struct.unpack_from(">BH", answer, at + 1)
            at += 4
            uarts[number].receive(answer[at : at + length])
            at += length
        elif kind == b"P":
            pin, level = answer[at + 1], answer[at + 2]
            at += 3
            levels[pin] = level
            if pin in handlers:
                handlers[pin](level)
        else:
            at += 1
            asked = True
            gc.collect()
            text = json.dumps(report()).encode()
            do(b"A" + struct.pack(">H", len(text)) + text)
    return asked


def _read_frame():
    head = _stream.read(4)
    if not head or len(head) < 4:
        sys.exit(0)  # the world is gone, and the box with it
    return _stream.read(struct.unpack(">I", head)[0])
