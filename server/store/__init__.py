"""Every SQL statement of the server, behind one class.

`engine.py` owns the connections (one writer thread, readers beside it); each other file is one
subject. Methods return the frozen values of `fleet/model.py`. Never here: rules, the wire, HTML.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from server.store import engine, schema
from server.store.access import BadgesAndAccess
from server.store.backup import DATABASE
from server.store.bookings import Bookings, EquipmentTaken, Overlap
from server.store.cars import (
    BoxAccount,
    BoxExistsError,
    BoxSecrets,
    BoxStatus,
    Cars,
    SentGrants,
)
from server.store.engine import StoreError
from server.store.equipment import Pieces
from server.store.feedback import AlreadyAnswered, FeedbackOfTrips
from server.store.loading import LoadError, Loading
from server.store.people import People
from server.store.records import Batch, RecordsOfBoxes
from server.store.trips import Trips
from server.store.vault import Vault

__all__ = [
    "AlreadyAnswered",
    "Batch",
    "BoxAccount",
    "BoxExistsError",
    "BoxSecrets",
    "BoxStatus",
    "EquipmentTaken",
    "LoadError",
    "Overlap",
    "SentGrants",
    "Store",
    "StoreError",
]

T = TypeVar("T")


class Store(
    People,
    BadgesAndAccess,
    Cars,
    Pieces,
    Bookings,
    RecordsOfBoxes,
    Trips,
    FeedbackOfTrips,
    Loading,
):
    """All the server remembers. Use `Store.open`."""

    @classmethod
    def open(cls, data_dir: Path) -> "Store":
        """Open or create the database of a data directory; raises StoreError."""
        path = data_dir / DATABASE
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            vault = Vault.open(data_dir / "secrets" / "master.key", may_create=not path.exists())
            connection = engine.connect(path)
            try:
                schema.migrate(connection)
                sealed = connection.execute("SELECT uid_sealed FROM badge LIMIT 1").fetchone()
            finally:
                connection.close()
            if sealed is not None:  # a wrong master key is told now, not car by car
                vault.open_sealed(sealed[0], "badge")
            return cls(data_dir, vault, engine.Engine(path))
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"cannot use the data directory {data_dir}: {_why(error)}") from error

    async def in_reader(self, work: Callable[[], T]) -> T:
        """Run `work()` in a thread where it may call `key_of_box`."""
        return await self._engine.in_reader(work)

    async def changed_elsewhere(self) -> bool:
        """Tell whether another process (a command) has written since the last call."""
        return await self._engine.changed_elsewhere()

    async def close(self) -> None:
        """Commit what waits and let go of the database."""
        await self._engine.close()


def _why(error: OSError | sqlite3.Error) -> str:
    """Return the system's or SQLite's own words."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
