"""A batch file in use: it says which board each entry was given to before that is written.

So a run that is cut short goes on with the same entry on the same board, and no other board gets
it. Shows nothing, and decides nothing (choice.py).
"""

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Any

from flasher.batch.choice import Use, chosen, hash_of, left
from flasher.batch.entries import MOST_BYTES, Batch, Entry, open_entry
from flasher.batch.ledger import Ledger
from flasher.batch.locked import LockedFile
from flasher.failures import FlashError
from flasher.failures.batch import BatchFailure
from flasher.identity import identity_in
from flasher.words import why


class BatchFile:
    """A batch file, locked; use it as a context.

    Attributes:
        boards: that its entries are made for.

    Args:
        path: of it.
        ledger: of this computer.

    Raises:
        FlashError: it is none, or damaged, or in use.
    """

    def __init__(self, path: Path, ledger: Ledger) -> None:
        self._name = str(path)
        self._ledger = ledger
        self._key = b""
        try:
            with contextlib.ExitStack() as undone:
                self._file = undone.enter_context(LockedFile(path))
                self._batch = Batch(self._file.read(MOST_BYTES), self._name)
                self._open = undone.pop_all()
        except BlockingIOError:
            raise FlashError(BatchFailure.BATCH_IN_USE, file=self._name) from None
        except OSError as error:
            raise self._unusable(error) from None
        self.boards = {entry.board for entry in self._batch.entries}

    def __enter__(self) -> "BatchFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._open.close()

    def unlock(self, passphrase: str) -> None:
        """Make its identities readable; FlashError where the passphrase opens none."""
        self._key = self._batch.key(passphrase)

    def choose(self, mac: str, plate: str | None) -> Entry:
        """Return the entry for a board; see choice.py."""
        return chosen(self._batch.entries, self._ledger.uses(), mac, plate)

    def left(self) -> int:
        """Return of how many entries no box has been made."""
        return left(self._batch.entries, self._ledger.uses())

    def identity(self, entry: Entry) -> dict[str, Any]:
        """Return the identity of an entry.

        Raises:
            FlashError: it is damaged, or not that of the entry.
        """
        identity = identity_in(open_entry(entry, self._key), f"{self._name}: {entry.plate}")
        if (identity["box_id"], identity["board"]) != (entry.box_id, entry.board):
            raise FlashError(BatchFailure.DAMAGED_ENTRY, plate=entry.plate)
        return identity

    def bind(self, entry: Entry, mac: str) -> Entry:
        """Give an entry to a board, before that is written; return it as it is then.

        Raises:
            FlashError: that cannot be kept, so the board must not be written.
        """
        self._ledger.note(hash_of(entry), Use(mac, None))
        return self._change(entry, entry._replace(mac=mac))

    def use(self, entry: Entry, at_s: int) -> None:
        """Note that the board of an entry is its box; its identity is not in the file any more.

        Args:
            entry: as `bind` returned it.
            at_s: when, Unix seconds.

        Raises:
            FlashError: that cannot be kept; the board is a box all the same.
        """
        if entry.mac is not None:
            self._ledger.note(hash_of(entry), Use(entry.mac, at_s))
        self._change(entry, entry._replace(sealed="", flashed_at_s=at_s))

    def _change(self, entry: Entry, changed: Entry) -> Entry:
        try:
            self._file.write(self._batch.noted(entry, changed))
        except OSError as error:
            raise self._unusable(error) from None
        return changed

    def _unusable(self, error: OSError) -> FlashError:
        return FlashError(BatchFailure.NO_BATCH, file=self._name, why=why(error))
