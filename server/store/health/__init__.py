"""Whether the database keeps what it is given: tried, not asked.

Never here: what follows from it (server/health/), who is told.
"""

import os
import sqlite3
import tempfile
import threading
from pathlib import Path

from server.store import backup, sqlite
from server.store.boxes import place_of_key
from server.store.engine import Engine, StoreError
from server.store.noun import Noun
from server.store.vault import Vault

# More than SQLite writes over in its log without asking the disk for room.
_ROOM_BYTES = 64 * 1024
MASTER_KEY = Path("secrets", "master.key")

Identity = tuple[int, int]


class Health(Noun):
    """Tries of the database, its files and its key.

    Args:
        engine: as every noun's.
        vault: as every noun's.
        data_dir: where the files are that the engine has opened just now.
    """

    def __init__(self, engine: Engine, vault: Vault, data_dir: Path) -> None:
        super().__init__(engine, vault)
        self._data_dir = data_dir
        self._database = data_dir / backup.DATABASE
        self._opened: dict[Path, Identity] = {self._database: _identity(self._database)}
        self._scan: sqlite3.Connection | None = None
        self._scan_lock = threading.Lock()  # held to interrupt it, and to let go of it

    async def commit(self) -> None:
        """Write a row anew, and see it committed; StoreError when it is not."""
        await self._engine.write(_try)

    def same_files(self) -> None:
        """See that the database and its log are the files that are written to, after a commit.

        Raises:
            StoreError: one is gone, or another lies in its place; what is committed would be lost.
        """
        logs = (self._database.with_name(self._database.name + suffix) for suffix in sqlite.LOGS)
        for path in (self._database, *logs):
            try:
                found = _identity(path)
            except OSError as error:
                raise StoreError(f"{path.name} is gone: {error.strerror}") from error
            if found != self._opened.setdefault(path, found):
                raise StoreError(f"another {path.name} lies in the place of the one in use")

    def room(self) -> None:
        """See that a file in the data directory can be made, filled and brought to the disk.

        Raises:
            StoreError: it cannot.
        """
        try:
            with tempfile.TemporaryFile(dir=self._data_dir) as file:
                file.write(os.urandom(_ROOM_BYTES))  # what a clever disk would not fold away
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"nothing can be written beside the database: {error}") from error

    async def key(self) -> None:
        """See that the master key's file opens what is sealed, as the next start will need it.

        Raises:
            StoreError: it is gone, cannot be read or is another one.
        """
        rows = await self._rows(
            "SELECT k.key_sealed, b.wire_id FROM box_key k JOIN box b USING (box_id)"
            " ORDER BY k.box_id DESC, k.generation DESC LIMIT 1"
        )
        try:
            vault = Vault.open(self._data_dir / MASTER_KEY, may_create=False)
        except OSError as error:
            raise StoreError(f"{MASTER_KEY.name} cannot be read: {error.strerror}") from error
        if rows:
            vault.open_sealed(rows[0]["key_sealed"], place_of_key(rows[0]["wire_id"]))
        elif vault.badge_index(b"") != self._vault.badge_index(b""):
            raise StoreError(f"{MASTER_KEY.name} is another one than at the start")

    def is_whole(self) -> bool:
        """Read every page of the database, in a thread: False when one is damaged.

        It takes as long as the database is large; `stop` ends it. Raises StoreError when the file
        cannot be read at all.
        """
        try:
            with sqlite.opened(self._database, "ro") as connection:
                self._scan = connection
                try:
                    return sqlite.is_sound(connection)
                finally:
                    with self._scan_lock:  # before it is closed, which nobody may interrupt
                        self._scan = None
        except sqlite3.OperationalError as error:
            raise StoreError(f"the database cannot be read: {error}") from error
        except sqlite3.DatabaseError:
            return False

    def stop(self) -> None:
        """Let `is_whole` end at once, with a StoreError."""
        with self._scan_lock:
            if self._scan is not None:
                self._scan.interrupt()

    def size_bytes(self) -> int:
        """Return how much room the database takes, with its log."""
        paths = [self._database, *self._opened]
        return sum(path.stat().st_size for path in set(paths) if path.exists())


def _try(db: sqlite3.Connection) -> None:
    """Write what is there already; an UPDATE that changes nothing would be spared the disk."""
    db.execute("DELETE FROM probe")
    db.execute("INSERT INTO probe (holds) VALUES (1)")


def _identity(path: Path) -> Identity:
    status = path.stat()
    return status.st_dev, status.st_ino
