"""What is wrong with a data directory, in words that say how to go on. It changes no file.

Raises StoreError; a database is judged without its being opened for writing, so that nothing of
another's log gets into it. Never here: mending.
"""

import os
import pwd
import shutil
import sqlite3
from pathlib import Path

from server import private_files
from server.store import sqlite
from server.store.directory import BACKUPS, DATABASE, MAKING, REPLACED, master_key
from server.store.engine import StoreError

_MAGIC = b"SQLite format 3\0"
_ROOM_BYTES = 1_000_000  # the index of a log takes 32 kB for each 16 MB of it
_OF_THE_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)
_OURS = frozenset({"agent", "badge", "box", "record", "trip", "vehicle"})  # since the first version


def require_folder(data_dir: Path, may_make: bool = False) -> None:
    """Refuse what is no folder, or is somebody else's; where it is missing it may be made."""
    if may_make:
        try:
            private_files.make_folder(data_dir)
        except OSError as error:
            why = error.strerror or str(error)
            raise StoreError(
                "cannot use the data directory %(folder)s: %(why)s", folder=data_dir, why=why
            ) from error
    if not data_dir.exists():
        raise StoreError(
            "%(folder)s holds no fleet, it does not exist: %(way_on)s",
            folder=data_dir,
            way_on=_how_made(),
        )
    if not data_dir.is_dir():
        raise StoreError("cannot use the data directory %(folder)s: it is a file", folder=data_dir)
    owner, own = data_dir.stat().st_uid, os.geteuid()
    if owner != own:
        raise StoreError(
            "%(folder)s belongs to %(owner)s, and this is %(own)s: run it as its owner, else what"
            " it writes is closed to them",
            folder=data_dir,
            owner=_name(owner),
            own=_name(own),
        )


def require_traces(data_dir: Path) -> None:
    """Refuse what is no data directory of ours: no fleet is or was in it."""
    require_folder(data_dir)
    if not traces(data_dir):
        raise StoreError(
            "%(folder)s holds no fleet: %(way_on)s", folder=data_dir, way_on=_how_made()
        )


def traces(data_dir: Path) -> list[Path]:
    """Return what says that a fleet is or was here."""
    beside = [*data_dir.glob(f"{DATABASE}*"), *data_dir.glob("voiturier-*.db")]
    found = [master_key(data_dir), *beside, *copies_near(data_dir)]
    return sorted({path for path in found if path.exists()})


def copies_near(data_dir: Path) -> list[Path]:
    """Return what can be put back: copies in their usual places, the newest name last."""
    kept = [*data_dir.glob(f"{DATABASE}.version-*"), data_dir / REPLACED]
    return [path for path in kept if path.exists()] + sorted(
        (data_dir / BACKUPS).glob("voiturier-*.db")
    )


def require_database(data_dir: Path) -> None:
    """Refuse a database that is missing, empty, closed to us, of another program, or damaged."""
    require_traces(data_dir)
    path = data_dir / DATABASE
    if not path.exists():
        raise StoreError("%(path)s is missing: %(way_on)s", path=path, way_on=_way_on(data_dir))
    size = path.stat().st_size
    if not size:
        raise StoreError("%(path)s is empty: %(way_on)s", path=path, way_on=_way_on(data_dir))
    mode = path.stat().st_mode
    if not (os.access(path, os.R_OK | os.W_OK) and mode & 0o400 and mode & 0o200):
        raise StoreError(
            "%(path)s cannot be read and written: it is of %(owner)s, mode %(mode)s, or its disk is"
            " for reading only",
            path=path,
            owner=_name(path.stat().st_uid),
            mode=f"{mode & 0o777:o}",
        )
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise StoreError(
                "%(path)s is damaged, or no database: %(way_on)s",
                path=path,
                way_on=_way_on(data_dir),
            )
    strange = sqlite.strange_log(path)
    if strange is not None:
        raise StoreError(
            "%(log)s is of another database than %(path)s: was a copy put back by hand? Nothing"
            " was changed. `voiturier restore` puts a copy back; or move %(name)s away",
            log=strange,
            path=path,
            name=strange.name,
        )
    try:
        damage = sqlite.damage(path)
        tables = sqlite.tables(path)
    except sqlite3.Error as error:
        require_room(data_dir, error)
        damage, tables = str(error), set()
    if damage is not None:
        raise StoreError(
            "%(path)s is damaged, or %(log)s is of another database (%(damage)s): %(way_on)s"
            if path.with_name(f"{DATABASE}-wal").exists()
            else "%(path)s is damaged (%(damage)s): %(way_on)s",
            path=path,
            log=f"{DATABASE}-wal",
            damage=damage,
            way_on=_way_on(data_dir),
        )
    if not tables >= _OURS:
        raise StoreError(
            "%(path)s is no database of this program: %(way_on)s",
            path=path,
            way_on=_way_on(data_dir),
        )


def require_finished(data_dir: Path) -> None:
    """Refuse a new fleet that was to be filled, and was not."""
    if (data_dir / MAKING).exists():
        raise StoreError(
            "the new fleet in %(folder)s is not finished: its first `voiturier load` did not come"
            " to its end. Load it again, or start with --new-fleet if it is to be empty",
            folder=data_dir,
        )


def _how_made() -> StoreError:
    """Say how a new fleet is made."""
    return StoreError(
        "is it mistyped? `voiturier load` makes a new fleet, `voiturier serve --new-fleet` an empty"
        " one"
    )


def require_room(data_dir: Path, error: OSError | sqlite3.Error) -> None:
    """Refuse a disk that is full, where that may be why SQLite could not read or write.

    To read a log SQLite makes its index beside it: without room for that it speaks of the disk,
    which is no damage of the database.
    """
    if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _OF_THE_DISK:
        return
    free_bytes = shutil.disk_usage(data_dir).free
    if free_bytes < _ROOM_BYTES:
        raise StoreError(
            "no room on the disk of %(folder)s, %(free_kb)s kB are free: make room and start again."
            " Nothing was changed",
            folder=data_dir,
            free_kb=free_bytes // 1000,
        ) from error


def _way_on(data_dir: Path) -> StoreError:
    """Say what can be done, and that nothing was."""
    copies = copies_near(data_dir)
    if not copies:
        return StoreError(
            "nothing was changed. Put a copy back with `voiturier restore COPY.db`. For a new fleet"
            " name another directory"
        )
    return StoreError(
        "nothing was changed. `voiturier restore %(copy)s` puts that copy back (`--rehearse` first"
        " says what is in it)",
        copy=copies[-1],
    )


def _name(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"user {user_id}"
