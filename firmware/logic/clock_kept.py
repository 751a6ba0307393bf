"""What flash keeps of the clock: a number that never comes again, and what bounds the next time.

Only the form of it; clock.py says what it means.
"""

from binascii import crc32

from firmware.logic.const import const
from shared_protocol import codec

# Number, whether sure, newest time, issue of the set, stretch of the server's clock, checksum.
_LAYOUT = const("IBIIII")
_BYTES = const(21)


def sealed(values: tuple) -> bytes:
    """Number, whether sure, newest time, issue of the set and stretch, with their checksum."""
    data = codec.encode(_LAYOUT[:-1], values)
    return data + crc32(data).to_bytes(4, "big")


def opened(data: bytes) -> tuple:
    """The five values; five times 0 when there is none, or it is damaged."""
    if len(data) != _BYTES or sealed(tuple(codec.decode(_LAYOUT, data)[0][:-1])) != data:
        return (0, 0, 0, 0, 0)
    return tuple(codec.decode(_LAYOUT, data)[0][:-1])
