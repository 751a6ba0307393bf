"""Fields to bytes and back, all big-endian; every value is checked before it is packed.

A layout is a string with one letter per field:

    B H I   unsigned integer of 1, 2, 4 bytes
    i       signed integer of 4 bytes
    8       exactly 8 bytes
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

_UNSIGNED_BYTES = {"B": 1, "H": 2, "I": 4}


def encode(layout: str, values: "Sequence[object]") -> bytes:
    """Pack `values` (as many as `layout` has letters).

    Raises:
        LocalProtocolError: a value is missing, of the wrong type, or out of range.
    """
    if len(values) != len(layout):
        raise LocalProtocolError("field_count")
    return b"".join([_encode_field(kind, value) for kind, value in zip(layout, values)])


def _encode_field(kind: str, value: object) -> bytes:
    if kind in _UNSIGNED_BYTES:
        size = _UNSIGNED_BYTES[kind]
        return _checked_int(value, 0, (1 << (8 * size)) - 1).to_bytes(size, "big")
    if kind == "i":
        checked = _checked_int(value, -(1 << 31), (1 << 31) - 1)
        return (checked & 0xFFFFFFFF).to_bytes(4, "big")
    if kind == "8":
        return _checked_bytes(value, 8, 8)
    if kind == "b":
        data = _checked_bytes(value, 0, 255)
    else:
        if not isinstance(value, str):
            raise LocalProtocolError("field_type")
        data = _checked_bytes(value.encode(), 0, MAX_TEXT_BYTES)
    return bytes((len(data),)) + data


def _checked_int(value: object, low: int, high: int) -> int:
    if not isinstance(value, int):
        raise LocalProtocolError("field_type")
    if not low <= value <= high:
        raise LocalProtocolError("field_range")
    return value


def _checked_bytes(value: object, shortest: int, longest: int) -> bytes:
    if not isinstance(value, bytes):
        raise LocalProtocolError("field_type")
    if not shortest <= len(value) <= longest:
        raise LocalProtocolError("field_range")
    return value


def decode(layout: str, data: bytes, offset: int = 0) -> "tuple[list[Any], int]":
    """Unpack the fields of `layout` from `data` at `offset`.

    Returns:
        The list of values and the offset after the last one; bytes beyond it are the caller's.

    Raises:
        RemoteProtocolError: the data end too early, or a text is not what it should be.
    """
    values: list[Any] = []
    for kind in layout:
        if kind in _UNSIGNED_BYTES:
            size = _UNSIGNED_BYTES[kind]
        elif kind == "i":
            size = 4
        elif kind == "8":
            size = 8
        else:
            size = _take(data, offset, 1)[0]
            offset += 1
        values.append(_decode_field(kind, _take(data, offset, size)))
        offset += size
    return values, offset


def _take(data: bytes, offset: int, size: int) -> bytes:
    if offset + size > len(data):
        raise RemoteProtocolError("body_short")
    return data[offset : offset + size]


def _decode_field(kind: str, raw: bytes) -> int | str | bytes:
    if kind in _UNSIGNED_BYTES:
        return int.from_bytes(raw, "big")
    if kind == "i":
        # MicroPython ignores int.from_bytes(..., signed=True).
        value = int.from_bytes(raw, "big")
        return value - (1 << 32) if raw[0] & 0x80 else value
    if kind == "t":
        if len(raw) > MAX_TEXT_BYTES:
            raise RemoteProtocolError("text_long")
        try:
            return raw.decode()
        except ValueError:  # UnicodeError is one, on both interpreters
            raise RemoteProtocolError("text_encoding") from None
    return raw
