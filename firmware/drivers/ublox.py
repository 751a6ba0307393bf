"""A u-blox receiver (M8, M10) on its serial line: its bytes, its sleep and its waking.

Understands no sentence. A receiver that does not know the request goes on talking, which does no
harm.
"""

# UBX-RXM-PMREQ, version 0: no end, backup state, woken by its receive line.
_SLEEP = b"\xb5\x62\x02\x41\x10\x00" + bytes(8) + b"\x02\0\0\0\x08\0\0\0\x5d\x4b"
_WAKE = b"\xff"  # any edge does


class UbloxReceiver:
    """`stream` has `async read()` and `write(data)`. Attribute to read: `heard_ms`, when last.

    Whether it sleeps shows by its silence alone: what was asked of it may have been lost, and what
    is heard right after may have been under way.
    """

    def __init__(self, stream, uptime):
        """Take it as awake, which it is after power came."""
        self._stream = stream
        self._uptime = uptime
        self.heard_ms = uptime.now_ms()

    async def read(self) -> bytes:
        """Wait for bytes; return at least one."""
        data = await self._stream.read()
        self.heard_ms = self._uptime.now_ms()
        return data

    def sleep(self) -> None:
        """Ask it to keep what it knows and to say nothing."""
        self._stream.write(_SLEEP)

    def wake(self) -> None:
        """Wake it; does nothing to one that is awake."""
        self._stream.write(_WAKE)
