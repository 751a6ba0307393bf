"""MicroPython's `select.poll`: the one place where the firmware's event loop lets time pass.

Never polls a real descriptor: what it is given must have an `ioctl`, as UARTs and asyncio's
ThreadSafeFlag have.
"""

import simulator_link as link
from micropython import const

POLLIN = 1
POLLOUT = 4

_IOCTL_POLL = const(3)  # MP_STREAM_POLL
_NEVER_MS = const(1 << 53)  # in microseconds it is beyond what a run lives


class poll:
    def __init__(self):
        self._entries = {}  # id(object) -> (object, events wanted)

    def register(self, stream, eventmask=POLLIN | POLLOUT):
        self._entries[id(stream)] = (stream, eventmask)

    def modify(self, stream, eventmask):
        self._entries[id(stream)] = (stream, eventmask)

    def unregister(self, stream):
        self._entries.pop(id(stream), None)

    def ipoll(self, timeout_ms=-1, flags=0):
        ready = self._ready()
        deadline_ms = link.now_ms + timeout_ms if timeout_ms >= 0 else _NEVER_MS
        while not ready and link.now_ms < deadline_ms:
            # an interrupt ends it, but no poll
            link.poll(deadline_ms, self._polled_uarts() | link.IDLE)
            ready = self._ready()
        return iter(ready)

    def poll(self, timeout_ms=-1, flags=0):
        return list(self.ipoll(timeout_ms))

    def _ready(self):
        ready = []
        for stream, wanted in self._entries.values():
            events = stream.ioctl(_IOCTL_POLL, wanted)
            if events:
                ready.append((stream, events))
        return ready

    def _polled_uarts(self):
        mask = 0
        for number, uart in link.uarts.items():
            entry = self._entries.get(id(uart))
            if entry and entry[1] & POLLIN:
                mask |= 1 << number
        return mask
