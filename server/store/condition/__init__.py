"""How the database of a data directory is, looked at from outside and left as it was.

Never here: opening it for use (Store.open), what is to be done about it (server/checks/).
"""

import fcntl
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from server.store import sqlite
from server.store.backup import DATABASE
from server.store.engine import StoreError
from server.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found; `version` is of the tables, None when a page of the database is damaged."""

    version: int | None
    size_bytes: int
    boxes: int = 0


def look(data_dir: Path) -> Condition:
    """Read the whole database; StoreError when it is none, or the master key is not its own."""
    path = data_dir / DATABASE
    try:
        size_bytes = path.stat().st_size
        if size_bytes == 0:
            raise StoreError("%(path)s is empty", path=path)
        version = sqlite.whole_version(path)
        if not version:
            return Condition(version, size_bytes)
        with sqlite.opened(path, "ro") as connection:
            (boxes,) = connection.execute("SELECT count(*) FROM box").fetchone()
            sealed = connection.execute("SELECT uid_sealed FROM badge LIMIT 1").fetchone()
        vault = Vault.open(data_dir / "secrets" / "master.key", may_create=False)
        if sealed is not None:
            vault.open_sealed(sealed[0], "badge")
    except (OSError, sqlite3.Error) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise StoreError("%(path)s: %(why)s", path=path, why=why) from error
    return Condition(version, size_bytes, int(boxes))


def is_served(data_dir: Path) -> bool:
    """Say whether a server runs with a data directory; raises OSError."""
    try:
        descriptor = os.open(data_dir / "serving.lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)  # which gives the lock back
    return False
