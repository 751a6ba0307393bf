"""Makes a box of a board: in which order its flash is written. Prints nothing, asks nothing.

A box is what has an identity that can be read (firmware/boot.py). So whatever the instant at which
the cable is pulled, the board is blank or whole:

1. what a root folder of before makes mountable is erased, the older block first;
2. MicroPython and the file system are written and verified by their hashes, the root still blank;
3. the block that its root is in is written, alone, and verified.

Who tries again begins anew; what is there already, by its hash, is left as it is.
"""

from collections.abc import Mapping
from typing import Any

from flasher.board import FLASH_BYTES, Board
from flasher.failures import FlashError
from flasher.failures.board import BoardFailure
from flasher.failures.files import FileFailure
from flasher.image import BLOCK_BYTES, BLOCKS, identity_block
from flasher.last_block import ROOT_BYTES, is_box, parted, to_erase
from flasher.partitions import Place, file_system_of

FILE_SYSTEM_AT = 0x200000
FILE_SYSTEM = Place(FILE_SYSTEM_AT, BLOCKS * BLOCK_BYTES)


def require_layout(name: str, micropython: bytes) -> None:
    """Raise FlashError when an image would look for its file system elsewhere.

    Args:
        name: of its file.
        micropython: the image.
    """
    found = file_system_of(micropython, FLASH_BYTES)
    if found != FILE_SYSTEM:
        at, wanted = (f"{place.at:#x} + {place.size:#x}" for place in (found, FILE_SYSTEM))
        raise FlashError(FileFailure.OTHER_LAYOUT, file=name, at=at, wanted=wanted)


def require_no_box(board: Board, image: bytes, identity: Mapping[str, Any]) -> None:
    """Raise FlashError when the board is another box, or this one and in use.

    Args:
        board: a board.
        image: of the file system that it is to have.
        identity: in that.
    """
    root, parts = board.read(FILE_SYSTEM_AT, ROOT_BYTES), parted(image)
    is_other = is_box(root, parts)
    if not is_other and parts.last in root:
        at = identity_block(image, identity)
        content = board.read(FILE_SYSTEM_AT + at, BLOCK_BYTES)
        is_other = content != image[at : at + BLOCK_BYTES]
    if is_other:
        raise FlashError(BoardFailure.ALREADY_A_BOX)


def flash(board: Board, micropython: bytes, image: bytes) -> None:
    """Make a box of a board.

    Args:
        board: a board; what it was before is lost.
        micropython: the image of it.
        image: of the file system of a new box.

    Raises:
        FlashError: it could not be done; the board is no box then, or the whole of it.
    """
    body, last_at, last = parted(image)
    for at in to_erase(board.read(FILE_SYSTEM_AT, ROOT_BYTES)):
        board.erase(FILE_SYSTEM_AT + at, BLOCK_BYTES)
    board.write((0, micropython), (FILE_SYSTEM_AT, body))
    board.write((FILE_SYSTEM_AT + last_at, last))
