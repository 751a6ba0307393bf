"""What only SQLite can: open its file, copy it while it is used, say whether it is whole.

All other statements of the store are written in what SQLite and PostgreSQL share, with named
parameters; a second engine would stand beside this file. Never here: tables, threads.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

VERSION = sqlite3.sqlite_version
LOGS = ("-wal", "-shm")  # what stands beside a database file that is in use
_WRITTEN_LOGS = ("-wal", "-journal")  # what a change is in before it is in the file, or after
_JOURNAL = bytes.fromhex("d9d505f920a163d7")
_NUMBERED = "type = 'table' AND sql LIKE '%INTEGER PRIMARY KEY%'"
BEGIN_WRITE = "BEGIN IMMEDIATE"  # waits for other writers now, not in the midst of the work
_PAGES_AT_ONCE = 256  # copied between two looks at whether it is still wanted
_STEPS_BETWEEN_LOOKS = 100_000  # of SQLite's machine; some milliseconds
_BUSY_TIMEOUT_S = 30.0  # how long another process (a load) may hold the database


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that leaves transactions to us and names the columns of its rows.

    A file that is not there is an error: a database is made in one place only (directory/making).
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
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


def is_held(error: sqlite3.Error) -> bool:
    """Tell whether another program holds the database just now."""
    return error.sqlite_errorname in ("SQLITE_BUSY", "SQLITE_LOCKED")


def listed(select: str) -> str:
    """Return an expression that lists the column `value` of a query, in its order: `read_list`."""
    return f"(SELECT json_group_array(value) FROM ({select}) listed)"


def read_list(value: str) -> tuple[str, ...]:
    """Read what `listed` gave."""
    return tuple(json.loads(value))


def copy(
    source: sqlite3.Connection, target: Path, is_wanted: Callable[[], bool] = lambda: True
) -> dict[str, int]:
    """Copy a database as it is now, in use or not, into one file.

    Args:
        source: a connection to it.
        target: a file that holds nothing.
        is_wanted: asked now and then; once it says no the copy is given up.

    Returns:
        How many rows each table had at the instant of the copy.

    Raises:
        sqlite3.Error: it cannot be read or written, or was given up.
    """

    def go_on(*_: int) -> None:
        if not is_wanted():
            raise sqlite3.OperationalError("given up: the server stops")

    with opened(target, "rw") as connection:
        source.execute("BEGIN")  # what is counted is what is copied
        counted = counts(source)
        source.backup(connection, pages=_PAGES_AT_ONCE, progress=go_on)
        source.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")  # no log beside it, to be carried
    return counted


def strange_log(database: Path) -> Path | None:
    """Return a log beside a database that cannot be its own, None: there is none; raises OSError.

    So it is when a copy was put back by hand over a database that had one: SQLite would mix both.
    A copy is of the kind that has no write-ahead log (bytes 18 and 19 of its header are 1), and a
    database becomes so only once its log is gone; a rollback journal names how many pages there
    were (its bytes 16 to 19), which a change of kind leaves. Source: "Database File Format",
    sqlite.org, sections 1.3, 3 and 4.
    """
    ahead, journal = (database.with_name(f"{database.name}{suffix}") for suffix in _WRITTEN_LOGS)
    with database.open("rb") as file:
        header = file.read(100)
    if header[18:20] == b"\1\1" and ahead.exists() and ahead.stat().st_size:
        return ahead
    if journal.exists():
        with journal.open("rb") as file:
            began = file.read(28)
        page_bytes = int.from_bytes(header[16:18]) or 1
        pages = database.stat().st_size // (65536 if page_bytes == 1 else page_bytes)
        if began.startswith(_JOURNAL) and int.from_bytes(began[16:20]) != pages:
            return journal
    return None


def fold_log(database: Path) -> None:
    """Bring what the log of a database holds into its file; raises sqlite3.Error."""
    with opened(database, "rw") as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def damage(database: Path, is_wanted: Callable[[], bool] = lambda: True) -> str | None:
    """Say what of a database is damaged, None: nothing; raises sqlite3.Error."""
    with judged(database) as connection:
        connection.set_progress_handler(lambda: not is_wanted(), _STEPS_BETWEEN_LOOKS)
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return None if verdict == "ok" else str(verdict).replace("\n", " ")


def astray(database: Path) -> str | None:
    """Say which row refers to one that is not there, None: no row does; raises sqlite3.Error."""
    with judged(database) as connection:
        found = connection.execute("PRAGMA foreign_key_check").fetchone()
    return None if found is None else f"{found[0]} refers to a {found[2]} that is not there"


def size_bytes(database: Path) -> int:
    """Return what a copy of a database needs at most; raises OSError."""
    logs = (database.with_name(f"{database.name}{suffix}") for suffix in LOGS)
    return database.stat().st_size + sum(log.stat().st_size for log in logs if log.exists())


def version(database: Path) -> int:
    """Return the version of a database's tables; raises sqlite3.Error."""
    with judged(database) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def tables(database: Path) -> set[str]:
    """Return the names of a database's tables; raises sqlite3.Error."""
    with judged(database) as connection:
        return set(counts(connection))


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each table has; those that SQLite keeps for itself are left out."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite@_%'"
    names = [name for (name,) in connection.execute(f"{named} ESCAPE '@'").fetchall()]
    counted = (connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() for name in names)
    return {name: int(count) for name, (count,) in zip(names, counted, strict=True)}


def is_sound(connection: sqlite3.Connection) -> bool:
    """Read every page and say whether each is what it should be; in about half of the time."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return bool(verdict == "ok")


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


def let_be_null(connection: sqlite3.Connection, table: str, column: str) -> None:
    """Let a column hold NULL from now on; call it in a transaction.

    SQLite can do that only in the text of a table, or by copying it, which forgets its numbers.
    """
    connection.execute("PRAGMA writable_schema = ON")
    changed = connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, :strict, :loose)"
        " WHERE type = 'table' AND name = :table AND instr(sql, :strict)",
        {
            "table": table,
            "strict": f" {column} INTEGER NOT NULL",
            "loose": f" {column} INTEGER",
        },
    )
    assert changed.rowcount == 1, "the table is as its migration made it"
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


def next_number(connection: sqlite3.Connection, table: str) -> int:
    """Return the number that a table gives next; it holds until this transaction inserts one."""
    (given,) = connection.execute(
        "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = :table), 0),"
        f" coalesce((SELECT max(rowid) FROM {table}), 0))",
        {"table": table},
    ).fetchone()
    return int(given) + 1


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
def judged(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that nobody uses to be read only, so that even its log stays as it is.

    Without a log nothing is made beside it; a file that is not there is an error.
    """
    beside = [path.with_name(f"{path.name}{suffix}").exists() for suffix in (*LOGS, "-journal")]
    is_interrupted = beside[-1]  # what was begun is undone by the first who may write
    mode = "rw" if is_interrupted else "ro" if any(beside) else "ro&immutable=1"
    with opened(path, mode) as connection:
        yield connection


@contextlib.contextmanager
def opened(path: Path, mode: str = "rwc") -> Iterator[sqlite3.Connection]:
    """Open a database as it is, with its log or without."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def rewrite(connection: sqlite3.Connection) -> bool:
    """Leave nothing of what was erased in the file's free space or its log; not in a transaction.

    `secure_delete` overwrites what a statement frees, but not the copies of rows that a page kept
    when it was split. Whoever reads meanwhile is not held up; whoever writes is.

    Returns:
        False where somebody who reads keeps a part of the log for now.
    """
    connection.execute("VACUUM")
    return empty_log(connection)


def empty_log(connection: sqlite3.Connection) -> bool:
    """Fold the log into the file and cut it to nothing; False: somebody still reads it."""
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextlib.contextmanager
def erasing(
    source: Path, draft: Path, is_wanted: Callable[[], bool]
) -> Iterator[sqlite3.Connection]:
    """Copy a database that nobody writes, and erase from the copy in one transaction.

    Of what was erased nothing is left in the copy, whose file exists already, nor beside it.
    `is_wanted` is asked now and then; once it says no the copy is given up.

    Raises:
        sqlite3.Error: it cannot be read or written, is damaged, or was given up.
    """

    def go_on(*_: int) -> None:
        if not is_wanted():
            raise sqlite3.OperationalError("given up: the server stops")

    with opened(source, "ro") as whole, opened(draft) as connection:
        connection.set_progress_handler(lambda: not is_wanted(), _STEPS_BETWEEN_LOOKS)
        whole.backup(connection, pages=_PAGES_AT_ONCE, progress=go_on)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = DELETE")  # no log beside it, to be carried
        # Nor a journal, in which a killed purge would leave what it erases: a draft is whole or
        # thrown away, so nobody rolls it back.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
        connection.execute("VACUUM")
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"damaged: {verdict}")


def is_database(path: Path) -> bool:
    """Say whether a file is one of SQLite's, by its first bytes (sqlite.org/fileformat.html)."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def fits(connection: sqlite3.Connection, sql: str, values: Mapping[str, object]) -> bool:
    """Say whether a database has all that a statement names: one of an older version may not."""
    try:
        connection.execute(f"EXPLAIN {sql}", values)
    except sqlite3.OperationalError as error:
        if "no such" not in str(error):
            raise
        return False
    return True
