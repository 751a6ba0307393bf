"""Whose box a board is already, by its file system. Changes nothing on it, shows no key."""

import json
from typing import Any

from littlefs import LittleFS, LittleFSError, UserContext

from flasher.board import Board
from flasher.failures import FlashError
from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import BLOCK_BYTES, BLOCKS
from flasher.last_block import ROOT_BYTES

_BLANK = b"\xff" * BLOCK_BYTES


def car_of(board: Board) -> str | None:
    """Return the car of the box that a board is; "" where that is not known, None for no box.

    Raises:
        FlashError: the board does not answer any more.
    """
    blocks = _Blocks(board)
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
    car = identity.get("vehicle") if isinstance(identity, dict) else ""
    return car if isinstance(car, str) else ""


class _Blocks(UserContext):
    """The board's file system, read block by block as it is asked for."""

    def __init__(self, board: Board) -> None:
        super().__init__(buffsize=0)
        self._board = board
        self.root = board.read(FILE_SYSTEM_AT, ROOT_BYTES)
        self.failed: FlashError | None = None
        self._known = {at: self.root[at * BLOCK_BYTES :][:BLOCK_BYTES] for at in (0, 1)}

    def read(self, cfg: Any, block: int, off: int, size: int) -> bytearray:
        if block not in self._known and self.failed is None:
            try:
                at = FILE_SYSTEM_AT + block * BLOCK_BYTES
                self._known[block] = self._board.read(at, BLOCK_BYTES)
            except FlashError as error:  # littlefs would lose it on its way
                self.failed = error
        return bytearray(self._known.get(block, _BLANK)[off : off + size])
