"""Asks a box that was made before for its bench test, by a file on its flash. Shows no key.

A folder of littlefs lies in two blocks, of which the newer counts. Mounted with a page as large as
a block, the older one is written anew and nothing is added to the newer. So wherever the cable or
the power is cut, the folder is what it was or has the request, too; all else on the flash, keys and
what the server was not yet told, is not touched.
"""

from littlefs import LittleFS, LittleFSError

from flasher.board import Board
from flasher.existing.board_blocks import BoardBlocks
from flasher.failures import FlashError
from flasher.failures.board import BoardFailure
from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import BENCH_ASKED, BLOCK_BYTES, BLOCKS

_NEVER_MOVES = -1  # a folder stays in its blocks, however often it was written


def ask_for_test(board: Board) -> None:
    """Write the request, unless it is there.

    Args:
        board: a box.

    Raises:
        FlashError: it could not be written, and nothing is changed; or the board is no box that
            was started.
    """
    blocks = BoardBlocks(board)
    flash = LittleFS(
        blocks,
        mount=False,
        block_size=BLOCK_BYTES,
        block_count=BLOCKS,
        prog_size=BLOCK_BYTES,
        cache_size=BLOCK_BYTES,
        block_cycles=_NEVER_MOVES,
    )
    folder, name = BENCH_ASKED.rsplit("/", 1)
    try:
        flash.mount()
        is_sound = True
        if name not in flash.listdir(folder):
            flash.open(BENCH_ASKED, "xb").close()
    except (LittleFSError, OSError):
        is_sound = False
    if blocks.failed is not None:
        raise blocks.failed
    if not is_sound or not blocks.is_safe:
        raise FlashError(BoardFailure.NOT_STARTED)
    for block in blocks.erased:
        board.write((FILE_SYSTEM_AT + block * BLOCK_BYTES, blocks.content(block)))
