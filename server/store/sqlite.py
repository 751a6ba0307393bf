"""What only SQLite can: open its file, copy it while it is used, say whether it is whole.

All other statements of the store are written in what SQLite and PostgreSQL share, with named
parameters; a second engine would stand beside this file. Never here: tables, threads.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

LOGS = ("-wal", "-shm")  # what stands beside a database file that is in use
BEGIN_WRITE = "BEGIN IMMEDIATE"  # waits for other writers now, not in the midst of the work
_BUSY_TIMEOUT_S = 30.0  # how long another process (a load) may hold the database


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that leaves transactions to us and names the columns of its rows."""
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open a connection as `connect` that cannot write."""
    connection = connect(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def is_failing(error: Exception) -> bool:
    """Tell whether the database itself fails (full, broken, held by another), not a statement."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.IntegrityError | sqlite3.ProgrammingError
    )


def listed(select: str) -> str:
    """Return an expression that lists the column `value` of a query, in its order: `read_list`."""
    return f"(SELECT json_group_array(value) FROM ({select}) listed)"


def read_list(value: str) -> tuple[str, ...]:
    """Read what `listed` gave."""
    return tuple(json.loads(value))


def copy(database: Path, target: Path) -> None:
    """Copy a database as it is now, in use or not, into one file; raises sqlite3.Error."""
    with _opened(database) as source, _opened(target) as connection:
        source.backup(connection)
        connection.execute("PRAGMA journal_mode = DELETE")  # no log beside it, to be carried


def fold_log(database: Path) -> None:
    """Bring what the log of a database holds into its file; raises sqlite3.Error."""
    with _opened(database) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def whole_version(database: Path) -> int | None:
    """Return the version of a database's tables, None when it is damaged; raises sqlite3.Error."""
    with _opened(database, "ro") as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
    return int(version) if verdict == "ok" else None


@contextlib.contextmanager
def _opened(path: Path, mode: str = "rwc") -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)
    try:
        yield connection
    finally:
        connection.close()
