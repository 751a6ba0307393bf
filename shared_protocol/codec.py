"""Fields to bytes and back, all big-endian; every value is checked before it is packed.

A layout is a string with one letter per field:

    B H I   unsigned integer of 1, 2, 4 bytes
    i       signed integer of 4 bytes
    8       exactly 8 bytes
    a       exactly 16 bytes, an AES-128 key
    k       exactly 32 bytes, a key
    b       length 1 byte, then that many bytes
    t       length 1 byte, then a text of at most MAX_TEXT_BYTES bytes in UTF-8

MicroPython's struct.pack checks neither counts nor ranges, so it is not used. This module knows no
message: layouts come from messages.py and records.py.
"""

from shared_protocol.errors import LocalProtocolError, RemoteProtocolError
from shared_protocol.limits import MAX_TEXT_BYTES

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_INTEGERS = {
    "B": (0, 0xFF, 1),
    "H": (0, 0xFFFF, 2),
    "I": (0, 0xFFFFFFFF, 4),
    "i": (-0x80000000, 0x7FFFFFFF, 4),
}
"""letter -> (smallest value, largest value, bytes)"""

_EXACT_BYTES = {"8": 8, "a": 16, "k": 32}


def encode(layout: str, values: "Sequence[Any]") -> bytes:
    """Pack `values` (as many as `layout` has letters).

    Raises:
        LocalProtocolError: a value is missing, of the wrong type, or out of range.
    """
    data = bytearray()
    encode_onto(data, layout, values)
    return bytes(data)


def encode_onto(data: bytearray, layout: str, values: "Sequence[Any]") -> None:
    """As `encode`, at the end of `data`: saves the box half the time and scattered small pieces."""
    if len(values) != len(layout):
        raise LocalProtocolError("field_count")
    for kind, value in zip(layout, values):
        if kind in _INTEGERS:
            low, high, size = _INTEGERS[kind]
            try:  # isinstance() would cost as much as the rest
                if not low <= value <= high:
                    raise LocalProtocolError("field_range")
                data += (value if value >= 0 else value + (1 << 32)).to_bytes(size, "big")
            except (TypeError, AttributeError):
                raise LocalProtocolError("field_type") from None
        else:
            data += _encode_bytes(kind, value)


def _encode_bytes(kind: str, value: object) -> bytes:
    if kind == "t" and isinstance(value, str):
        raw, longest = value.encode(), MAX_TEXT_BYTES
    elif kind != "t" and isinstance(value, bytes):
        raw, longest = value, 255
    else:
        raise LocalProtocolError("field_type")
    size = len(raw)
    exact = _EXACT_BYTES.get(kind, size)
    if size > longest or size != exact:
        raise LocalProtocolError("field_range")
    return raw if kind in _EXACT_BYTES else bytes((size,)) + raw


def decode(layout: str, data: bytes, offset: int = 0) -> "tuple[list[Any], int]":
    """Unpack the fields of `layout` from `data` at `offset`.

    Returns:
        The list of values and the offset after the last one; bytes beyond it are the caller's.

    Raises:
        RemoteProtocolError: the data end too early, or a text is not what it should be.
    """
    values: list[Any] = []
    end = len(data)
    for kind in layout:
        if kind in _INTEGERS:
            size = _INTEGERS[kind][2]
        elif kind in _EXACT_BYTES:
            size = _EXACT_BYTES[kind]
        else:
            if offset >= end:
                raise RemoteProtocolError("body_short")
            size = data[offset]
            offset += 1
        after = offset + size
        if after > end:
            raise RemoteProtocolError("body_short")
        value: Any = data[offset:after]
        if kind in _INTEGERS:
            value = int.from_bytes(value, "big")
            # MicroPython ignores int.from_bytes(..., signed=True).
            if kind == "i" and value >> 31:
                value -= 1 << 32
        elif kind == "t":
            value = _text(value)
        values.append(value)
        offset = after
    return values, offset


def _text(raw: bytes) -> str:
    if len(raw) > MAX_TEXT_BYTES:
        raise RemoteProtocolError("text_long")
    try:
        return raw.decode()
    except ValueError:  # UnicodeError is one, on both interpreters
        raise RemoteProtocolError("text_encoding") from None
