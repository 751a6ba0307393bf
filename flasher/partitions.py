"""Where a MicroPython image will look for its file system. Reads the image alone.

At 0x8000 of an image lies ESP-IDF's partition table: entries of 32 bytes (0xAA50, type, subtype,
offset and size as u32 little-endian, a name of 16 bytes, flags), up to one of another kind.
MicroPython takes the partition "vfs" (or "ffat"); its images from 1.26 on have none, and it makes
one of all that is behind the last partition (ports/esp32/main.c), which ends at 0x200000 in 1.26 to
1.28 (partitions-4MiBplus.csv).
"""

import struct
from typing import NamedTuple

from flasher.failures import FlashError
from flasher.failures.files import FileFailure

TABLE_AT, _TABLE_BYTES = 0x8000, 0xC00
_ENTRY = struct.Struct("<HBBII16sI")
_MAGIC = 0x50AA
_NAMES = (b"vfs", b"ffat")


class Place(NamedTuple):
    """A part of the flash."""

    at: int
    size: int


def file_system_of(image: bytes, flash_bytes: int) -> Place:
    """Return where MicroPython of an image keeps its file system, on a flash of that size.

    Raises:
        FlashError: the image has no partition table.
    """
    places: dict[bytes, Place] = {}
    table = image[TABLE_AT : TABLE_AT + _TABLE_BYTES]
    for at in range(0, len(table) - _ENTRY.size + 1, _ENTRY.size):
        magic, _, _, offset, size, name, _ = _ENTRY.unpack_from(table, at)
        if magic != _MAGIC:
            break
        places[name.rstrip(b"\0")] = Place(offset, size)
    if not places:
        raise FlashError(FileFailure.IMAGE_WITHOUT_TABLE)
    for name in _NAMES:
        if name in places:
            return places[name]
    end = max(place.at + place.size for place in places.values())
    return Place(end, flash_bytes - end)
