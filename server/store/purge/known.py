"""What purges remember beside the database: the time that is sure, and how the last one ended.

Not in it, for a copy that is put back must not bring the time back too. Never here: what follows
from it (fleet/privacy/known_time.py).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from server import private_files
from server.fleet.privacy.known_time import KnownTime
from server.store.directory import PURGE_MEMORY


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known: None where nothing is yet.

    `purged_s`: the time by which the last purge that was whole went; `failure`: why the one after
    it was not.
    """

    known_s: int | None = None
    word: int = 0
    purged_s: int | None = None
    failure: str | None = None

    @property
    def known(self) -> KnownTime | None:
        """Return the time that is sure."""
        return None if self.known_s is None else KnownTime(self.known_s, self.word)


def read(data_dir: Path) -> Memory:
    """Return what is remembered; nothing where it cannot be read."""
    try:
        told = json.loads((data_dir / PURGE_MEMORY).read_text())
        numbers = [told["known_s"], told["word"], told["purged_s"]]
        if not all(each is None or isinstance(each, int) for each in numbers):
            return Memory()
        return Memory(told["known_s"], told["word"] or 0, told["purged_s"], told["failure"])
    except (OSError, ValueError, TypeError, KeyError):
        return Memory()


def keep(data_dir: Path, memory: Memory) -> None:
    """Keep it, whole or not at all; raises OSError."""
    path = data_dir / PURGE_MEMORY
    with private_files.drafted(path) as draft:
        draft.write_text(json.dumps(asdict(memory)))
        private_files.put_in_place(draft, path)
