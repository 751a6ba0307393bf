"""MicroPython's `time`, as on an ESP32, told by the world. Never the real clock.

The epoch is 2000 and ticks wrap at 2^30. A chip's ticks start at 0 and first wrap after 12 days;
here they start one minute before the wrap, so that every run crosses it.
"""

import sys

import simulator_link as link
import utime
from micropython import const

_TICKS_PERIOD = const(1 << 30)
_TICKS_HALF = const(1 << 29)
_BEFORE_WRAP_MS = const(60_000)
_UNIX_2000_S = const(946_684_800)


def ticks_ms():
    link.look()
    return (link.now_ms - _BEFORE_WRAP_MS) & (_TICKS_PERIOD - 1)


def ticks_us():
    link.look()
    return (link.now_us() - _BEFORE_WRAP_MS * 1000) & (_TICKS_PERIOD - 1)


ticks_cpu = ticks_us


if sys.maxsize >> 32:  # whose own ticks wrap later

    def ticks_add(ticks, delta):
        if not -_TICKS_HALF < delta < _TICKS_HALF:
            raise OverflowError("ticks interval overflow")
        return (ticks + delta) & (_TICKS_PERIOD - 1)

    def ticks_diff(end, start):
        return ((end - start + _TICKS_HALF) & (_TICKS_PERIOD - 1)) - _TICKS_HALF

else:
    ticks_add = utime.ticks_add
    ticks_diff = utime.ticks_diff


def sleep_us(duration_us):
    if duration_us > 0:
        link.sleep_until(link.now_us() + duration_us)


def sleep_ms(duration_ms):
    sleep_us(duration_ms * 1000)


def sleep(duration_s):
    sleep_us(int(duration_s * 1_000_000))


def time():
    link.look()
    return link.now_ms // 1000  # since 2000, as the chip counts; nothing sets its clock


def gmtime(time_s=None):
    return utime.gmtime((time() if time_s is None else time_s) + _UNIX_2000_S)[:8]
