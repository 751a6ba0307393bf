"""Puts a copy in the database's place, or rehearses it beside.

At every instant there is the database of before or the one put back, whole; so it is after a kill
or a power cut too. Never here: making copies.
"""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server import private_files
from server.store import audit, numbers, sqlite
from server.store.accounts import void_all
from server.store.backup.copies import changed, prove
from server.store.directory import DATABASE, LOST, REPLACED, master_key
from server.store.directory.holding import alone, held, serving
from server.store.directory.judging import require_folder
from server.store.directory.making import finished
from server.store.directory.mending import REHEARSAL, finish
from server.store.engine import StoreError
from server.store.schema import MIGRATIONS, migrate
from server.store.vault import Vault

_SUMMED_UP = ("agent", "vehicle", "booking", "trip", "record")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a copy brings back: how many of each, when the newest record came, how long it took."""

    people: int
    cars: int
    bookings: int
    trips: int
    records: int
    newest_record_at_s: int | None
    took_s: float


def restore(data_dir: Path, copy: Path, now_s: int) -> Path | None:
    """Put a copy in the place of the database, which is kept as REPLACED.

    It is brought up to date, and gives no number that was given since the copy was made. Its audit
    says that it was put back, and up to which entry the one before it had come. The database of
    before may be damaged or missing.

    Returns:
        Where the database of before is kept, None when there was none.

    Raises:
        StoreError: a server or command runs there, or the copy is no whole database of this
            program and of this master key. Then nothing is changed.
    """
    require_folder(data_dir)
    database, replaced = data_dir / DATABASE, data_dir / REPLACED
    with _told(copy):
        vault = _judge(data_dir, copy)
    with serving(data_dir), alone(data_dir), _told(copy):
        finish(data_dir)
        was_there = database.exists()
        with private_files.drafted(database) as draft:
            _prepare(copy, draft, vault, now_s, _given(database))
            _set_aside(database, replaced if was_there else data_dir / LOST)
            private_files.put_in_place(draft, database)
            finished(data_dir)
    return replaced if was_there else None


def rehearse(data_dir: Path, copy: Path, now_s: int) -> Summary:
    """Do all that `restore` does in a folder beside, which goes again; the server may run.

    Raises:
        StoreError: as `restore`, but for who else runs there.
    """
    require_folder(data_dir)
    began_s = time.monotonic()
    with _told(copy), held(data_dir, finish):
        folder = Path(tempfile.mkdtemp(prefix=f"{REHEARSAL}.", dir=data_dir))
        try:
            draft = folder / DATABASE
            draft.touch(private_files.FILE)
            _prepare(copy, draft, _judge(data_dir, copy), now_s, {})
            with sqlite.judged(draft) as connection:
                rows = sqlite.counts(connection)
                (newest_s,) = connection.execute("SELECT max(received_at_s) FROM record").fetchone()
        finally:
            shutil.rmtree(folder)
    people, cars, bookings, trips, records = (rows[name] for name in _SUMMED_UP)
    took_s = time.monotonic() - began_s
    return Summary(people, cars, bookings, trips, records, newest_s, took_s)


def _judge(data_dir: Path, copy: Path) -> Vault:
    """Refuse what is no copy for this directory; return what opens it. It changes nothing."""
    if not copy.is_file():
        raise StoreError("there is no such file")
    vault = Vault.open(master_key(data_dir), may_create=False)
    version = sqlite.version(copy)
    if not 1 <= version <= len(MIGRATIONS):
        raise StoreError(
            "it is no whole database of this program (version %(version)s)", version=version
        )
    prove(copy, vault)
    return vault


def _prepare(copy: Path, draft: Path, vault: Vault, now_s: int, given: Mapping[str, int]) -> None:
    """Make of an empty draft the database that a copy becomes; raises as `restore`."""
    private_files.require_room(draft.parent, sqlite.size_bytes(copy))
    with sqlite.judged(copy) as source:
        sqlite.copy(source, draft)
    with sqlite.opened(draft, "rw") as connection:
        migrate(connection)
    with changed(draft) as connection:
        numbers.leap(connection, now_s, given)
        void_all(connection)
        audit.note_restored(connection, vault, now_s, given.get("audit", 0))
    prove(draft, vault)


def _given(database: Path) -> dict[str, int]:
    """Return what numbers a database has given; none where it is damaged, which stays as it is."""
    try:
        if not database.exists() or sqlite.strange_log(database) or sqlite.damage(database):
            return {}
        sqlite.fold_log(database)
        with sqlite.judged(database) as connection:
            return sqlite.numbers(connection)
    except sqlite3.Error as error:
        if sqlite.is_held(error):
            raise
        return {}


def _set_aside(database: Path, replaced: Path) -> None:
    """Keep a database under a second name, in place until another has its first.

    What its log holds that could not be folded in goes with it, for it would spoil the other one;
    so does the log of a database that is lost.
    `finish` undoes all of it, as long as both names are of the same file.
    """
    for old in replaced.parent.glob(f"{replaced.name}-*"):
        old.unlink()
    if database.exists():
        with private_files.drafted(replaced) as name:
            name.unlink()
            os.link(database, name)
            private_files.put_in_place(name, replaced)
    for suffix in ("-wal", "-journal"):
        log = database.with_name(f"{database.name}{suffix}")
        if log.exists():
            log.replace(replaced.with_name(f"{replaced.name}{suffix}"))
    database.with_name(f"{database.name}-shm").unlink(missing_ok=True)
    private_files.settle(database.parent)


@contextmanager
def _told(copy: Path) -> Iterator[None]:
    """Say which copy it is that cannot be restored."""
    try:
        yield
    except (OSError, sqlite3.Error, StoreError) as error:
        raise StoreError("cannot restore %(copy)s: %(why)s", copy=copy, why=error) from error
