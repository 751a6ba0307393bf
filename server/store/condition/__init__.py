"""How the database of a data directory is, looked at from outside and left as it was.

Never here: opening it for use (Store.open), what is to be done about it (server/checks/).
"""

import fcntl
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from server.store import sqlite
from server.store.directory import DATABASE, master_key
from server.store.directory.judging import require_database
from server.store.engine import StoreError
from server.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found; `version` is of the tables."""

    version: int
    size_bytes: int
    boxes: int


def look(data_dir: Path) -> Condition:
    """Read the whole database; StoreError when it is none, damaged, or not its master key's."""
    require_database(data_dir)
    path = data_dir / DATABASE
    try:
        version = sqlite.version(path)
        with sqlite.judged(path) as connection:
            (boxes,) = connection.execute("SELECT count(*) FROM box").fetchone()
            sealed = connection.execute("SELECT uid_sealed FROM badge LIMIT 1").fetchone()
        vault = Vault.open(master_key(data_dir), may_create=False)
        if sealed is not None:
            vault.open_sealed(sealed[0], "badge")
        return Condition(version, sqlite.size_bytes(path), int(boxes))
    except (OSError, sqlite3.Error) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise StoreError("%(path)s: %(why)s", path=path, why=why) from error


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
