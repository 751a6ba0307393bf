"""What only SQLite can: open its file, copy it while it is used, say whether it is whole.

All other statements of the store are written in what SQLite and PostgreSQL share, with named
parameters; a second engine would stand beside this file. Never here: tables, threads.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

VERSION = sqlite3.sqlite_version
LOGS = ("-wal", "-shm")  # what stands beside a database file that is in use
_NUMBERED = "type = 'table' AND sql LIKE '%INTEGER PRIMARY KEY%'"
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
    with opened(database) as source, opened(target) as connection:
        source.backup(connection)
        connection.execute("PRAGMA journal_mode = DELETE")  # no log beside it, to be carried


def fold_log(database: Path) -> None:
    """Bring what the log of a database holds into its file; raises sqlite3.Error."""
    with opened(database) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def whole_version(database: Path) -> int | None:
    """Return the version of a database's tables, None when it is damaged; raises sqlite3.Error."""
    with opened(database, "ro") as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
    return int(version) if verdict == "ok" else None


def number_once(connection: sqlite3.Connection) -> None:
    """Let every table that numbers its rows give no number twice; call it in a transaction.

    SQLite can add AUTOINCREMENT only in the text of a table; its rows are stored alike.
    """
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master"
        " SET sql = replace(sql, 'INTEGER PRIMARY KEY', 'INTEGER PRIMARY KEY AUTOINCREMENT')"
        f" WHERE {_NUMBERED} AND sql NOT LIKE '%AUTOINCREMENT%'"
    )
    (version,) = connection.execute("PRAGMA schema_version").fetchone()
    connection.execute(f"PRAGMA schema_version = {version + 1}")  # others read it anew
    connection.execute("PRAGMA writable_schema = RESET")


def fill_at_random(connection: sqlite3.Connection, table: str, column: str) -> None:
    """Give every row, and each that will come without one, 32 random hexadecimal digits."""
    at_random = f"UPDATE {table} SET {column} = lower(hex(randomblob(16)))"
    connection.execute(f"{at_random} WHERE {column} IS NULL")
    connection.execute(
        f"CREATE TRIGGER {table}_{column} AFTER INSERT ON {table} WHEN NEW.{column} IS NULL"
        f" BEGIN {at_random} WHERE {table}_id = NEW.{table}_id; END"
    )


def numbers(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the highest number that each table has given."""
    tables = connection.execute(f"SELECT name FROM sqlite_master WHERE {_NUMBERED}").fetchall()
    given = dict.fromkeys((name for (name,) in tables), 0)
    given |= dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    for name in given:
        (most,) = connection.execute(f"SELECT coalesce(max(rowid), 0) FROM {name}").fetchone()
        given[name] = max(given[name], most)
    return given


def go_on_above(connection: sqlite3.Connection, given: Mapping[str, int]) -> None:
    """Let each table give only numbers above these; call it in a transaction."""
    for name, number in numbers(connection).items():
        value = {"name": name, "number": max(number, given.get(name, 0))}
        connection.execute("DELETE FROM sqlite_sequence WHERE name = :name", value)
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)", value)


@contextlib.contextmanager
def opened(path: Path, mode: str = "rwc") -> Iterator[sqlite3.Connection]:
    """Open a database as it is, with its log or without."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()
