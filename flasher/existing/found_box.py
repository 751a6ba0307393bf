"""Whose box a board is already, by its file system. Changes nothing on it, shows no key."""

import json
from typing import NamedTuple

from littlefs import LittleFS, LittleFSError

from flasher.board import Board
from flasher.existing.board_blocks import BoardBlocks
from flasher.image import BLOCK_BYTES, BLOCKS


class FoundBox(NamedTuple):
    """The box that a board is; "" is what its file system does not tell.

    Attributes:
        box_id: its number, in hex.
        plate: of its car.
    """

    box_id: str
    plate: str


_TOLD = ("box_id", "vehicle")


def box_on(board: Board) -> FoundBox | None:
    """Return the box that a board is, None for no box.

    Raises:
        FlashError: the board does not answer any more.
    """
    blocks = BoardBlocks(board)
    if b"identity.json" not in blocks.root:
        return None
    flash = LittleFS(blocks, mount=False, block_size=BLOCK_BYTES, block_count=BLOCKS)
    try:
        flash.mount()
        with flash.open("/identity.json", "rb") as file:
            identity = json.loads(file.read())
    except (LittleFSError, OSError, ValueError):
        identity = None
    if blocks.failed is not None:
        raise blocks.failed
    words = [identity.get(name) if isinstance(identity, dict) else "" for name in _TOLD]
    return FoundBox(*(word if isinstance(word, str) else "" for word in words))
