"""A copy of the database while the server runs, and its return; and who may use a directory.

The secrets are never copied: who holds a copy of the database alone opens nothing in it.
"""

import contextlib
import fcntl
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from server.store import audit, numbers, sqlite
from server.store.accounts import void_all
from server.store.engine import StoreError
from server.store.schema import MIGRATIONS, migrate
from server.store.vault import Vault

_log = logging.getLogger(__name__)

DATABASE = "voiturier.db"
REPLACED = "voiturier.db.replaced"


def back_up(data_dir: Path, copy: Path, now_s: int) -> None:
    """Write a copy of the database as it is now, whole or not at all; the server may run.

    It gives other numbers than the database does from now on, also if it is put back by hand.

    Raises:
        StoreError: the copy exists already, or cannot be written.
    """
    if copy.exists():
        raise StoreError(f"{copy} exists already")
    _copy(data_dir / DATABASE, copy, now_s)


def keep(data_dir: Path, version: int) -> None:
    """Keep the database as it is before it is brought up to date; raises StoreError.

    The copy can be restored under the program of before. One of an earlier time that the database
    was of this version gives way to it.
    """
    copy = data_dir / f"{DATABASE}.version-{version}"
    _copy(data_dir / DATABASE, copy)
    _log.warning("the database is brought up to date; as it was it is kept as %s", copy)


def _copy(database: Path, copy: Path, now_s: int | None = None) -> None:
    draft = copy.with_name(f".{copy.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o600)
        sqlite.copy(database, draft)
        if now_s is not None and sqlite.whole_version(draft) == len(MIGRATIONS):
            with _changed(draft) as connection:
                numbers.leap(connection, now_s)
        draft.replace(copy)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"cannot write {copy}: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def restore(data_dir: Path, copy: Path, now_s: int) -> Path:
    """Put a copy in the place of the database, which is kept as REPLACED; return its path.

    It is brought up to date, and gives no number that was given since the copy was made. Its audit
    says that it was put back, and up to which entry the one before it had come.

    Raises:
        StoreError: a server runs there, the copy is no whole database of this program, or the
            master key is missing.
    """
    _check(copy)
    database, replaced = data_dir / DATABASE, data_dir / REPLACED
    draft = database.with_name(f".{database.name}.{os.getpid()}")
    with serving(data_dir):
        vault = Vault.open(data_dir / "secrets" / "master.key", may_create=False)
        try:
            shutil.copy(copy, draft)
            sqlite.fold_log(database)
            with sqlite.opened(database, "ro") as connection:
                given = sqlite.numbers(connection)
            with sqlite.opened(draft) as connection:
                migrate(connection)
            with _changed(draft) as connection:
                numbers.leap(connection, now_s, given)
                void_all(connection)
                audit.note_restored(connection, vault, now_s, given.get("audit", 0))
            for suffix in sqlite.LOGS:
                database.with_name(database.name + suffix).unlink(missing_ok=True)
            database.replace(replaced)
            draft.replace(database)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"cannot restore {copy}: {error}") from error
        finally:
            draft.unlink(missing_ok=True)
    return replaced


@contextlib.contextmanager
def serving(data_dir: Path) -> Iterator[None]:
    """Be the one server of a data directory; StoreError when another program is."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data_dir / "serving.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"cannot use the data directory {data_dir}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise StoreError(f"a server runs with {data_dir}: stop it first") from None
    finally:
        os.close(descriptor)  # which also gives the lock back, as the end of the process does


@contextlib.contextmanager
def _changed(database: Path) -> Iterator[sqlite3.Connection]:
    """Change a file that nobody uses yet."""
    with sqlite.opened(database) as connection:
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")


def _check(copy: Path) -> None:
    try:
        version = sqlite.whole_version(copy)
    except sqlite3.Error as error:
        raise StoreError(f"{copy} is no copy of a database: {error}") from error
    if version is None or not 1 <= version <= len(MIGRATIONS):
        raise StoreError(f"{copy} is no whole database of this program")
