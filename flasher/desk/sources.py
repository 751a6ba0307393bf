"""Where the identity of a board comes from: a file, a batch, the server. Writes no board."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from flasher.batch.entries import Entry, plain
from flasher.batch.file import BatchFile
from flasher.bench_lines import NOTHING, Bench
from flasher.board import Board
from flasher.desk.terminal import say
from flasher.existing.found_box import box_on
from flasher.failures import FlashError
from flasher.failures.board import BoardFailure
from flasher.failures.files import FileFailure
from flasher.failures.server import ServerFailure
from flasher.identity import read_identity
from flasher.server import Server
from flasher.words import Words


class Source(Protocol):
    """Gives each board its identity, and is told what became of it.

    Attributes:
        board: which kind of board its identities are for.
        plate: of the car of the box that is being made; "" before that is known.
        site: address of the server that knows the box; "" where none was spoken to.
    """

    board: str
    plate: str
    site: str

    def identity_for(self, board: Board, is_tried: bool) -> dict[str, Any] | None:
        """Return the identity for a board; None: it is only tried, and none was asked for.

        Raises:
            FlashError: there is none for it.
        """

    def before_writing(self, mac: str) -> None:
        """Note that the board will be written now; FlashError: it must not be."""

    def written(self, mac: str, version: str) -> None:
        """Note that the board is the box, with that version of MicroPython."""

    def tested(self, mac: str, version: str, bench: Bench) -> None:
        """Note what is known of its bench test until now; FlashError: it could not be told."""


class IdentityFile:
    """One identity, from a file.

    Args:
        path: of it.
        board: as asked for; None: whichever the identity is for.
    """

    site = ""

    def __init__(self, path: Path, board: str | None) -> None:
        self._path = path
        self._identity = read_identity(path)
        self.board = self._identity["board"]
        self.plate = self._identity.get("vehicle", "")
        require_board(self.board, board)

    def identity_for(self, board: Board, is_tried: bool) -> dict[str, Any] | None:
        """Return it, for whichever board."""
        return self._identity

    def before_writing(self, mac: str) -> None:
        """Nothing is noted: the file may be used again, for this board or another."""

    def written(self, mac: str, version: str) -> None:
        """Say what is to become of the file."""
        say(Words.DELETE_IDENTITY.said(file=str(self._path)))

    def tested(self, mac: str, version: str, bench: Bench) -> None:
        """Nobody is told."""


class FromBatch:
    """The entries of a batch, each for one board.

    Args:
        batch: unlocked.
        board: as asked for; None: whichever the batch is for.
        car: of the only entry that is wanted; None: one after the other.
    """

    site = ""

    def __init__(self, batch: BatchFile, board: str | None, car: str | None) -> None:
        self._batch = batch
        self._car = car
        self._entry: Entry | None = None
        self.plate = ""
        self.board = board or min(batch.boards)
        for each in batch.boards:
            require_board(each, self.board)

    def identity_for(self, board: Board, is_tried: bool) -> dict[str, Any] | None:
        """Return the one that the board was begun with, or the next free."""
        self.plate = ""
        self._entry = self._batch.choose(board.mac, self._car)
        self.plate = self._entry.plate
        return self._batch.identity(self._entry)

    def before_writing(self, mac: str) -> None:
        """Give the entry to the board, for ever."""
        if self._entry is not None:
            self._entry = self._batch.bind(self._entry, mac)

    def written(self, mac: str, version: str) -> None:
        """Note that the entry is used."""
        if self._entry is not None:
            self._batch.use(self._entry, int(time.time()))

    def tested(self, mac: str, version: str, bench: Bench) -> None:
        """Nobody is told."""


class FromServer:
    """A box that the server makes for a car.

    Args:
        server: signed in to.
        board: which it is.
        car: its plate.
        wanted: of the car's wiring and its SIM card, as POST /api/boxes takes it.
    """

    def __init__(self, server: Server, board: str, car: str, wanted: Mapping[str, Any]) -> None:
        self._server = server
        self._wanted = wanted
        self._box_id = ""
        self._cards = NOTHING.cards
        self.board = board
        self.plate = car
        self.site = server.url

    def identity_for(self, board: Board, is_tried: bool) -> dict[str, Any] | None:
        """Ask the server, unless the board is the box of another car: that one would be lost.

        A run that was cut short is answered with the same identity as before.
        """
        found = box_on(board)
        is_other = found is not None and plain(found.plate) != plain(self.plate)
        if is_other and not self._wanted.get("replace"):
            raise FlashError(BoardFailure.ALREADY_A_BOX)
        if is_tried:
            return None
        asked = {"board": self.board, "mac": board.mac, **self._wanted}
        try:
            identity = self._server.box(self.plate, asked)
        except FlashError as error:
            if found is not None and error.failure is ServerFailure.CAR_HAS_BOX:
                raise FlashError(BoardFailure.ALREADY_A_BOX) from None  # and that is this board
            raise
        require_board(identity["board"], self.board)
        self._box_id = identity["box_id"]
        return identity

    def before_writing(self, mac: str) -> None:
        """Nothing is noted: the server has bound the box to the board."""

    def written(self, mac: str, version: str) -> None:
        """Tell the server."""
        self._server.flashed(self._box_id, {"mac": mac, "micropython": version})

    def tested(self, mac: str, version: str, bench: Bench) -> None:
        """Tell the server, of the cards as of the checks."""
        if bench.cards != self._cards:
            words = {"mac": mac, "micropython": version, **bench.cards._asdict()}
            self._server.flashed(self._box_id, {name: text for name, text in words.items() if text})
            self._cards = bench.cards
        self._server.bench(self._box_id, mac, bench.as_json(), bench.is_done)


def require_board(theirs: str, wanted: str | None) -> None:
    """Raise FlashError where an identity is for another board than the one asked for."""
    if wanted not in (None, theirs):
        raise FlashError(FileFailure.OTHER_BOARD, theirs=theirs, wanted=wanted or "")
