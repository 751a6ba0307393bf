"""An invented file that stands for MicroPython's image: its head, its partition table, noise."""

import random
import struct

NAME = "ESP32_GENERIC_S3-SPIRAM_OCT-20251209-v1.27.0.bin"
_HEAD = bytes.fromhex("e903022f988137400000000009000000")
PARTITIONS = (  # ports/esp32/partitions-4MiBplus.csv
    ("nvs", 1, 2, 0x9000, 0x6000),
    ("phy_init", 1, 1, 0xF000, 0x1000),
    ("factory", 0, 0, 0x10000, 0x1F0000),
)


def invented(
    partitions: tuple[tuple[str, int, int, int, int], ...] = PARTITIONS, size: int = 90_000
) -> bytes:
    """The image of that size, of these partitions: name, type, subtype, offset, size."""
    content = bytearray(_HEAD + random.Random(7).randbytes(size - len(_HEAD)))
    table = b"".join(
        struct.pack("<HBBII16sI", 0x50AA, kind, subtype, at, length, name.encode(), 0)
        for name, kind, subtype, at, length in partitions
    )
    content[0x8000:0x9000] = table.ljust(0x1000, b"\xff")
    return bytes(content)
