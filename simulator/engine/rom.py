"""Files as a ROM image of MicroPython (ROMFS), whose bytecode is run where it lies. Reads nothing.

So the fakes' code stays out of the heap that models the box's. The format is that of MicroPython's
own mpremote: records of a kind, a length and a payload, numbers in groups of seven bits.
"""

from collections.abc import Mapping

_HEADER = b"\xd2\xcd\x31"
_DATA = 2
_FILE = 5


def image(files: Mapping[str, bytes]) -> bytes:
    """Return the image of some files, all at its root."""
    payload = b"".join(
        _record(_FILE, _number(len(name)) + name.encode() + _record(_DATA, content))
        for name, content in sorted(files.items())
    )
    return _HEADER + _number(len(payload)) + payload


def _record(kind: int, payload: bytes) -> bytes:
    return _number(kind) + _number(len(payload)) + payload


def _number(value: int) -> bytes:
    encoded = bytes([value & 0x7F])
    while value := value >> 7:
        encoded = bytes([0x80 | value & 0x7F]) + encoded
    return encoded
