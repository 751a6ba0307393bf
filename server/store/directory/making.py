"""Makes the data directory of a new fleet, where no trace of another is.

A making that was cut off is taken up again by the next one that is asked for. Never here: tables.
"""

import logging
from pathlib import Path

from server import private_files
from server.store import schema, sqlite
from server.store.directory import DATABASE, MAKING, master_key
from server.store.directory.judging import copies_near, traces
from server.store.engine import StoreError
from server.store.vault import Vault

_log = logging.getLogger(__name__)


def is_wanted(data_dir: Path) -> bool:
    """Tell whether a fleet is to be made here: none is, nor any trace of one."""
    if (data_dir / DATABASE).exists():
        return False
    found = traces(data_dir)
    is_cut_off = (data_dir / MAKING).exists() and not copies_near(data_dir)
    return not found or is_cut_off


def make(data_dir: Path) -> None:
    """Make an empty fleet; the caller is alone, and it is wanted. It counts once it is `finished`.

    Raises:
        StoreError, OSError, sqlite3.Error: it cannot be made.
    """
    _require_own_folder(data_dir)
    marker, database = data_dir / MAKING, data_dir / DATABASE
    marker.touch(private_files.FILE)
    private_files.settle(data_dir)
    Vault.open(master_key(data_dir), may_create=True)
    with private_files.drafted(database) as draft:
        connection = sqlite.connect(draft)
        try:
            schema.migrate(connection)
        finally:
            connection.close()
        private_files.put_in_place(draft, database)
    _log.info("a new fleet is made in %s", data_dir)


def finished(data_dir: Path) -> None:
    """Let a new fleet count as one from now on."""
    marker = data_dir / MAKING
    if marker.exists():
        marker.unlink()
        private_files.settle(data_dir)


def _require_own_folder(data_dir: Path) -> None:
    """Refuse a folder that others may read, with other things: it is not closed unasked."""
    things = [path for path in data_dir.iterdir() if path.name not in (MAKING, "lost+found")]
    if things and data_dir.stat().st_mode & private_files.OTHERS:
        raise StoreError(
            "%(folder)s holds other things, and others may read it: name a folder of its own, or"
            " close it first (chmod 700 %(folder)s)",
            folder=data_dir,
        )
