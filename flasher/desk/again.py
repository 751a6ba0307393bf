"""A box that was made before is asked for its bench test; all else on it stays as it is."""

from collections.abc import Callable

from flasher.bench_lines import Bench
from flasher.board import CHIP, FLASH, Board
from flasher.desk.making import Made
from flasher.desk.terminal import say
from flasher.existing.bench_request import ask_for_test
from flasher.existing.found_box import box_on
from flasher.failures import FlashError
from flasher.failures.board import BoardFailure
from flasher.identity import called
from flasher.ports import can_reset
from flasher.server import Server
from flasher.words import Words


def ask_again(port: str) -> Made:
    """Ask the box at a port.

    Raises:
        FlashError: there is none, or it cannot be asked.
    """
    with Board(port, can_reset(port), lambda address: None) as board:
        say(Words.FOUND.said(port=port, chip=CHIP, flash=FLASH, mac=board.mac))
        box = box_on(board)
        if box is None:
            raise FlashError(BoardFailure.NO_BOX_THERE)
        ask_for_test(board)
        is_called = called({"box_id": box.box_id, "vehicle": box.plate})
        say(Words.TEST_ASKED.said(box=is_called))
        say((Words.STARTS if board.start() else Words.PRESS_RST).said())
    return Made(box.box_id, box.plate, board.mac, "", None, port)


def telling(server: Server | None, box_id: str) -> Callable[[str, str, Bench], None]:
    """Return what follow_bench tells a test to: the server, or nobody."""

    def tell(mac: str, version: str, bench: Bench) -> None:
        if server is not None:
            server.bench(box_id, mac, bench.as_json(), bench.is_done)

    return tell
