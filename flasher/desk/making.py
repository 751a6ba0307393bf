"""One board becomes one box: what is looked at, asked, written and said, in this order."""

import time
from typing import NamedTuple

from flasher.board import CHIP, FLASH, FLASH_BYTES, Board
from flasher.desk.papers import put_label
from flasher.desk.progress import Progress
from flasher.desk.sources import Source
from flasher.desk.terminal import say
from flasher.flashing import flash, require_no_box
from flasher.identity import called
from flasher.image import new_image
from flasher.micropython_image import MicroPythonImage
from flasher.ports import can_reset
from flasher.words import Words


class Orders(NamedTuple):
    """What holds for every board of a run.

    Attributes:
        micropython: what boxes run.
        replaces: also a board that is a box already.
        is_tried: all is looked at, and nothing written.
        has_bench: a new box makes its bench test.
    """

    micropython: MicroPythonImage
    replaces: bool
    is_tried: bool
    has_bench: bool


class Made(NamedTuple):
    """A board that is a box now.

    Attributes:
        box_id: its number, in hex.
        plate: of its car.
        mac: of its board.
        version: of its MicroPython; "" where at_s is None.
        at_s: when it was written, Unix seconds; None: before this run.
        port: where it is.
    """

    box_id: str
    plate: str
    mac: str
    version: str
    at_s: int | None
    port: str


def make_box(port: str, source: Source, orders: Orders) -> Made | None:
    """Make a box of the board at a port; return None where it was only tried.

    Raises:
        FlashError: it is no box; or it is one, and something behind that could not be done.
    """
    micropython = orders.micropython
    progress = Progress(FLASH_BYTES, time.monotonic, say)
    with Board(port, can_reset(port), lambda address: progress.at(address)) as board:
        say(Words.FOUND.said(port=port, chip=CHIP, flash=FLASH, mac=board.mac))
        identity = source.identity_for(board, orders.is_tried)
        if identity is None:
            say(Words.WOULD_ASK.said(plate=source.plate))
            return None
        image = new_image(identity, asks_bench=orders.has_bench)
        if not orders.replaces:
            require_no_box(board, image, identity)
        box = called(identity)
        if orders.is_tried:
            say(Words.WOULD_BECOME.said(box=box, version=micropython.version))
            return None
        source.before_writing(board.mac)
        began_s = time.monotonic()
        progress = Progress(FLASH_BYTES, time.monotonic, say)
        flash(board, micropython.content, image)
        progress.at(FLASH_BYTES)
        say(Words.WRITTEN.said(spent_s=f"{time.monotonic() - began_s:.0f}", box=box))
        source.written(board.mac, micropython.version)
        at_s = int(time.time())
        made = Made(identity["box_id"], source.plate, board.mac, micropython.version, at_s, port)
        say((Words.STARTS if board.start() else Words.PRESS_RST).said())
    put_label(made.box_id, made.plate, made.mac, source.site)
    return made
