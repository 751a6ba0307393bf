"""A board's file system, read block by block as it is asked for; what is changed stays in memory.

Writes no board and knows no file of it.
"""

from typing import Any

from littlefs import UserContext

from flasher.board import Board
from flasher.failures import FlashError
from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import BLOCK_BYTES
from flasher.last_block import ROOT_BYTES

_BLANK = b"\xff" * BLOCK_BYTES


class BoardBlocks(UserContext):
    """What littlefs asks of a board.

    Attributes:
        root: the first two blocks.
        failed: why one could not be read, which littlefs would lose on its way.
        erased: the blocks that were changed, in that order.
        is_safe: each of them was erased once and written after that, so that written in this order
            they leave a whole file system wherever that ends.

    Args:
        board: a board.

    Raises:
        FlashError: the board does not answer any more.
    """

    def __init__(self, board: Board) -> None:
        super().__init__(buffsize=0)
        self._board = board
        self.root = board.read(FILE_SYSTEM_AT, ROOT_BYTES)
        self.failed: FlashError | None = None
        self.erased: list[int] = []
        self.is_safe = True
        self._known = {at: bytearray(self.root[at * BLOCK_BYTES :][:BLOCK_BYTES]) for at in (0, 1)}

    def content(self, block: int) -> bytes:
        """Return what a block that was asked for holds by now."""
        return bytes(self._known[block])

    def read(self, cfg: Any, block: int, off: int, size: int) -> bytearray:
        """See UserContext."""
        if block not in self._known and self.failed is None:
            try:
                at = FILE_SYSTEM_AT + block * BLOCK_BYTES
                self._known[block] = bytearray(self._board.read(at, BLOCK_BYTES))
            except FlashError as error:
                self.failed = error
        return bytearray(self._known.get(block, _BLANK)[off : off + size])

    def erase(self, cfg: Any, block: int) -> int:
        """See UserContext."""
        self.is_safe = self.is_safe and block not in self.erased
        self.erased.append(block)
        self._known[block] = bytearray(_BLANK)
        return 0

    def prog(self, cfg: Any, block: int, off: int, data: bytes) -> int:
        """See UserContext."""
        self.is_safe = self.is_safe and block in self.erased
        self._known[block][off : off + len(data)] = data
        return 0

    def sync(self, cfg: Any) -> int:
        """See UserContext."""
        return 0
