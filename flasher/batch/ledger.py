"""Which entries of batches were used on this computer, so that a copy of a file is of no use.

JSON in the user's settings: hash of an entry -> {"mac", "flashed_at_s"}. Holds no secret.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from flasher.batch.choice import Use
from flasher.batch.locked import LockedFile
from flasher.failures import FlashError
from flasher.failures.batch import BatchFailure
from flasher.words import why

_MOST_BYTES = 16 << 20  # a hundred thousand entries
_MAC = re.compile(r"[0-9a-f:]{17}")


class Ledger:
    """The uses that are known here.

    Args:
        path: of its file; made when missing, with its folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def uses(self) -> dict[str, Use]:
        """Return hash -> use.

        Raises:
            FlashError: the file is damaged, or cannot be used.
        """
        try:
            with self._locked() as file:
                return self._read(file)
        except OSError as error:
            raise self._unusable(error) from None

    def note(self, entry_hash: str, use: Use) -> None:
        """Keep the use of an entry.

        Raises:
            FlashError: it was used for another board meanwhile, or the file cannot be used.
        """
        try:
            with self._locked() as file:
                uses = self._read(file)
                former = uses.get(entry_hash)
                if former and (former.mac != use.mac or former.flashed_at_s is not None):
                    raise FlashError(BatchFailure.ENTRY_TAKEN, mac=former.mac)
                file.write(_content(uses | {entry_hash: use}))
        except OSError as error:
            raise self._unusable(error) from None

    def _locked(self) -> LockedFile:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return LockedFile(self._path, is_made=True, waits=True)

    def _read(self, file: LockedFile) -> dict[str, Use]:
        try:
            found = json.loads(file.read(_MOST_BYTES) or b"{}")
            uses = {name: Use(each["mac"], each["flashed_at_s"]) for name, each in found.items()}
            is_whole = all(
                _MAC.fullmatch(use.mac) and isinstance(use.flashed_at_s, int | None)
                for use in uses.values()
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            is_whole = False
        if not is_whole:
            raise FlashError(BatchFailure.LEDGER_DAMAGED, file=str(self._path))
        return uses

    def _unusable(self, error: OSError) -> FlashError:
        return FlashError(BatchFailure.NO_LEDGER, file=str(self._path), why=why(error))


def _content(uses: Mapping[str, Use]) -> bytes:
    plainly = {name: use._asdict() for name, use in uses.items()}
    return (json.dumps(plainly, indent=1) + "\n").encode()
