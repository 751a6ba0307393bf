"""Makes a copy of the database, proves it, and lets the oldest ones go.

A copy has its name only once it is proven: whole, of the same rows as the database had at that
instant, and sealed under the key that is here. Never here: putting one back (restoring.py).
"""

import logging
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from server import private_files
from server.store import numbers, sqlite
from server.store.backup.outcome import Note, noted
from server.store.directory import DATABASE, master_key
from server.store.directory.holding import held
from server.store.directory.judging import require_database, require_traces
from server.store.engine import StoreError
from server.store.schema import MIGRATIONS
from server.store.vault import Vault, require_key

_log = logging.getLogger(__name__)
_NAMED = re.compile(r"voiturier-\d{8}-\d{6}(-\d+)?\.db")
_DRAFTS = ".voiturier-*"

IsWanted = Callable[[], bool]


def always() -> bool:
    """Say that a copy is still wanted."""
    return True


def back_up(data_dir: Path, copy: Path, now_s: int) -> None:
    """Write a copy of the database as it is now, whole or not at all; the server may run.

    It gives other numbers than the database does from now on, also if it is put back by hand.

    Raises:
        StoreError: the copy exists already, cannot be written, or is not proven.
    """
    require_traces(data_dir)
    if copy.exists():
        raise StoreError("%(copy)s exists already", copy=copy)
    with _noted(data_dir, copy, now_s, always), held(data_dir, require_database):
        _sweep(private_files.drafts_of(copy))
        _copy(data_dir, copy, now_s)


def back_up_and_keep(
    data_dir: Path, folder: Path, keep: int, now_s: int, is_wanted: IsWanted = always
) -> Path:
    """Write a copy named by its time into a folder, and keep that many of the newest there.

    Which are the newest is said by the number that each has in it, whatever the clock did. What is
    no copy, or cannot be read, is left alone and does not count.

    Args:
        data_dir: whose database; the server may run.
        folder: is made where it is missing.
        keep: 1 or more.
        now_s: the present.
        is_wanted: asked now and then; once it says no nothing is changed.

    Returns:
        The new copy.

    Raises:
        StoreError: it cannot be written, or is not proven; those of before stay.
    """
    require_traces(data_dir)
    name = f"voiturier-{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now_s))}"
    first = folder / f"{name}.db"
    with (
        _noted(data_dir, first, now_s, is_wanted) as note,
        held(data_dir, require_database),
    ):
        try:
            private_files.make_folder(folder)
            _sweep(folder.glob(_DRAFTS))
            before = copies_in(folder)
            number = 1 + max((number for number, _ in before), default=0)
            note.copy = _free_name(folder, name)
            _copy(data_dir, note.copy, now_s, number, is_wanted)
            for _, old in [*before, (number, note.copy)][:-keep]:
                old.unlink()
        except OSError as error:
            raise StoreError(
                "cannot back up to %(folder)s: %(why)s", folder=folder, why=error
            ) from error
    return note.copy


def copies_in(folder: Path) -> list[tuple[int, Path]]:
    """Return the copies in a folder with their numbers, the oldest first."""
    found = []
    for path in folder.glob("voiturier-*.db"):
        if _NAMED.fullmatch(path.name) is None:
            continue
        try:
            found.append((_number_of(path), path))
        except sqlite3.Error as error:
            _log.warning("%s is no copy that can be read, and is left alone: %s", path, error)
    return sorted(found, key=lambda each: (each[0], each[1].name))


def keep(data_dir: Path, version: int) -> None:
    """Keep the database as it is before it is brought up to date; raises StoreError.

    The copy can be restored under the program of before. One of an earlier time that the database
    was of this version gives way to it.
    """
    copy = data_dir / f"{DATABASE}.version-{version}"
    _copy(data_dir, copy)
    _log.warning("the database is brought up to date; as it was it is kept as %s", copy)


def prove(copy: Path, vault: Vault, is_wanted: IsWanted = always) -> None:
    """Refuse a copy that is damaged or sealed under another key: StoreError, sqlite3.Error."""
    damage = sqlite.damage(copy, is_wanted) or sqlite.astray(copy)
    if damage is not None:
        raise StoreError("it is damaged: %(damage)s", damage=damage)
    with sqlite.judged(copy) as connection:
        require_key(connection, vault)


def _copy(
    data_dir: Path,
    copy: Path,
    now_s: int | None = None,
    number: int | None = None,
    is_wanted: IsWanted = always,
) -> None:
    """Write one; without a time it is the very same database, also in its numbers."""
    database = data_dir / DATABASE
    try:
        private_files.require_room(copy.parent, sqlite.size_bytes(database))
        with private_files.drafted(copy) as draft:
            with sqlite.opened(database, "ro") as source:
                counted = sqlite.copy(source, draft, is_wanted)
            if now_s is not None and sqlite.version(draft) == len(MIGRATIONS):
                with changed(draft) as connection:
                    numbers.leap(connection, now_s)
                    if number is not None:
                        _number(connection, number, now_s)
                        counted["copy_made"] = 1
            prove(draft, Vault.open(master_key(data_dir), may_create=False), is_wanted)
            with sqlite.judged(draft) as connection:
                if sqlite.counts(connection) != counted:
                    raise StoreError("it has not the rows that the database had")
            private_files.put_in_place(draft, copy)
    except (OSError, sqlite3.Error, StoreError) as error:
        raise StoreError("cannot write %(copy)s: %(why)s", copy=copy, why=error) from error


@contextmanager
def changed(database: Path) -> Iterator[sqlite3.Connection]:
    """Change a file that nobody uses yet."""
    with sqlite.opened(database, "rw") as connection:
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")


@contextmanager
def _noted(data_dir: Path, copy: Path, now_s: int, is_wanted: IsWanted) -> Iterator[Note]:
    try:
        with noted(data_dir, copy, now_s, is_wanted) as note:
            yield note
    except OSError as error:
        raise StoreError(
            "cannot back up %(folder)s: %(why)s", folder=data_dir, why=error
        ) from error


def _sweep(drafts: Iterable[Path]) -> None:
    """Remove what one that was killed left; one is made at a time."""
    for left in drafts:
        left.unlink()


def _free_name(folder: Path, name: str) -> Path:
    """Return a name that no file has: a clock that was set back gives an hour twice."""
    free, times = folder / f"{name}.db", 1
    while free.exists():
        times += 1
        free = folder / f"{name}-{times}.db"
    return free


def _number(connection: sqlite3.Connection, number: int, now_s: int) -> None:
    connection.execute("DELETE FROM copy_made")
    connection.execute(
        "INSERT INTO copy_made (copy_number, made_at_s) VALUES (:number, :now_s)",
        {"number": number, "now_s": now_s},
    )


def _number_of(copy: Path) -> int:
    """Return which copy it is, 0 for one of an older program; raises sqlite3.Error."""
    with sqlite.judged(copy) as connection:
        connection.execute("SELECT count(*) FROM agent").fetchone()
        if "copy_made" not in sqlite.counts(connection):
            return 0
        row = connection.execute("SELECT max(copy_number) FROM copy_made").fetchone()
    return int(row[0] or 0)
