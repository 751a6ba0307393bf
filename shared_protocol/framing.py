"""Frames on a byte stream: a 2-byte big-endian length, then that many bytes. Knows no contents."""

from shared_protocol.errors import RemoteProtocolError


def frame(payload: bytes) -> bytes:
    """Put the length before a payload."""
    return len(payload).to_bytes(2, "big") + payload


class FrameReader:
    """Cuts a byte stream, however split, back into payloads."""

    def __init__(self) -> None:
        """Start empty."""
        # One that shrinks in place keeps its room: the box's heap has few large holes.
        self._buffer = bytearray()
        self._start = 0

    def feed(self, data: "bytes | memoryview") -> None:
        """Add what the socket gave."""
        self._buffer[: self._start] = b""
        self._buffer += data
        self._start = 0

    def pending_bytes(self) -> int:
        """How much waits here."""
        return len(self._buffer) - self._start

    def next_frame(self, shortest: int, longest: int) -> bytes | None:
        """The next payload, or None until it is complete.

        Raises:
            RemoteProtocolError: its length is outside shortest..longest; said as soon as the length
                itself is here, so that nothing too long is ever waited for.
        """
        body = self._start + 2
        if len(self._buffer) < body:
            return None
        size = int.from_bytes(self._buffer[self._start : body], "big")
        if not shortest <= size <= longest:
            raise RemoteProtocolError("frame_length")
        if len(self._buffer) < body + size:
            return None
        self._start = body + size
        return bytes(memoryview(self._buffer)[body : self._start])
