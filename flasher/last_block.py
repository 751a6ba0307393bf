"""Which block of a new file system makes it one, so that it is written last. Writes nothing.

LittleFS keeps its superblock and its root folder in the first two blocks, of which the newer one
counts. Without them nothing mounts, whatever lies behind: MicroPython then finds a blank board.
Everything else is written before, and verified; then this block. Torn, it is a root folder of
before, in which /identity.json, the last entry made, is not yet: a blank board, too. A test
(tests/flasher/test_last_block.py) tears it at every byte.
"""

from typing import NamedTuple

from flasher.image import BLOCK_BYTES

ROOT_BYTES = 2 * BLOCK_BYTES
_IDENTITY = b"identity.json"


class Parts(NamedTuple):
    """An image in two: what is written first, and then what at which byte of it."""

    body: bytes
    last_at: int
    last: bytes


def parted(image: bytes) -> Parts:
    """Return a new box's image with its root blank, and the block that its root is in."""
    at = _newer(image)
    blank = b"\xff" * ROOT_BYTES
    return Parts(blank + image[ROOT_BYTES:], at, image[at : at + BLOCK_BYTES])


def to_erase(root: bytes) -> list[int]:
    """Return the bytes at which the blocks of a board's root begin that are not blank.

    The older comes first: with the newer gone first, what the box was before would come back.
    """
    newer = _newer(root)
    blocks = (BLOCK_BYTES - newer, newer)
    return [at for at in blocks if root[at : at + BLOCK_BYTES].strip(b"\xff")]


def is_box(root: bytes, parts: Parts) -> bool:
    """Whether a board's first two blocks are those of a box, and not left over of these parts.

    Those of another new box may be the same: a root has names and places, and no file's content.
    """
    at = parts.last_at
    other = root[BLOCK_BYTES - at : ROOT_BYTES - at]
    begun = root[at : at + BLOCK_BYTES].rstrip(b"\xff")
    is_ours = not other.strip(b"\xff") and parts.last.startswith(begun)
    return _IDENTITY in root and not is_ours


def _newer(root: bytes) -> int:
    """Where the block begins that has the later revision; they are numbered round and round."""
    first, second = (int.from_bytes(root[at : at + 4], "little") for at in (0, BLOCK_BYTES))
    return 0 if 0 < (first - second) % (1 << 32) < 1 << 31 else BLOCK_BYTES
