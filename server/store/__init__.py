"""Every SQL statement of the server, by noun: `await store.bookings.create(...)`, one file a noun.

`engine.py` owns the connections (one writer thread, readers beside it); what only SQLite can stands
in `sqlite.py`, all else in the SQL it shares with PostgreSQL. Methods return the frozen values of
`fleet/model.py`. Never here: rules, the wire, HTML.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from server.store import backup, engine, schema, sqlite
from server.store.access import AccessOfCars
from server.store.accounts import Accounts
from server.store.accounts.links import Links
from server.store.accounts.second_factors import SecondFactors
from server.store.agents import Agents
from server.store.badges import Badges
from server.store.bookings import Bookings, DecidedFor
from server.store.boxes import (
    BoxAccount,
    Boxes,
    BoxExistsError,
    BoxSecrets,
    BoxStatus,
    SentGrants,
)
from server.store.commands import Commands
from server.store.contradictions import Contradictions
from server.store.doubtful_trips import DoubtfulTrips
from server.store.engine import StoreError
from server.store.equipment import Pieces
from server.store.feedback import AlreadyAnswered, FeedbackOfTrips
from server.store.fleet import Fleet
from server.store.knowledge import Knowledge
from server.store.learning import LearnOrders
from server.store.mail import Outbox
from server.store.news import News
from server.store.people.directorates import Directorates
from server.store.people.register import Register
from server.store.pool.groups import Groups
from server.store.pool.service import Service
from server.store.pool.sites import Sites
from server.store.records import Batch, Held, Records
from server.store.rights import Rights
from server.store.roles import Roles
from server.store.tables import Tables
from server.store.theft_orders import TheftOrders
from server.store.trips import Refusals, Trips
from server.store.unassigned import UnassignedDistances
from server.store.vault import Vault
from server.store.vehicles import Vehicles

__all__ = [
    "ENGINE_VERSION",
    "SCHEMA_VERSION",
    "AlreadyAnswered",
    "Batch",
    "BoxAccount",
    "BoxExistsError",
    "BoxSecrets",
    "BoxStatus",
    "DecidedFor",
    "Held",
    "SentGrants",
    "Store",
    "StoreError",
]

SCHEMA_VERSION = len(schema.MIGRATIONS)
ENGINE_VERSION = sqlite.VERSION
T = TypeVar("T")


class Store:
    """All the server remembers. Use `Store.open`.

    Args:
        data_dir: where the database and `secrets/` are.
        engine: runs the statements.
        vault: opens what is sealed.
        news: what the engine has seen committed.
    """

    def __init__(self, data_dir: Path, engine: engine.Engine, vault: Vault, news: News) -> None:
        self.data_dir = data_dir
        self.news = news
        self._engine = engine
        self.access = AccessOfCars(engine, vault)
        self.accounts = Accounts(engine, vault)
        self.agents = Agents(engine, vault)
        self.badges = Badges(engine, vault)
        self.bookings = Bookings(engine, vault)
        self.boxes = Boxes(engine, vault)
        self.commands = Commands(engine, vault)
        self.contradictions = Contradictions(engine, vault)
        self.directorates = Directorates(engine, vault)
        self.doubtful_trips = DoubtfulTrips(engine, vault)
        self.equipment = Pieces(engine, vault)
        self.feedback = FeedbackOfTrips(engine, vault)
        self.fleet = Fleet(engine, vault)
        self.groups = Groups(engine, vault)
        self.knowledge = Knowledge(engine, vault)
        self.learn_orders = LearnOrders(engine, vault)
        self.links = Links(engine, vault)
        self.outbox = Outbox(engine, vault)
        self.records = Records(engine, vault)
        self.register = Register(engine, vault)
        self.refusals = Refusals(engine, vault)
        self.rights = Rights(engine, vault)
        self.roles = Roles(engine, vault)
        self.service = Service(engine, vault)
        self.sites = Sites(engine, vault)
        self.tables = Tables(engine, vault)
        self.second_factors = SecondFactors(engine, vault)
        self.theft_orders = TheftOrders(engine, vault)
        self.trips = Trips(engine, vault)
        self.unassigned = UnassignedDistances(engine, vault)
        self.vehicles = Vehicles(engine, vault)

    @classmethod
    def open(cls, data_dir: Path) -> "Store":
        """Open or create the database of a data directory; raises StoreError."""
        path = data_dir / backup.DATABASE
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            vault = Vault.open(data_dir / "secrets" / "master.key", may_create=not path.exists())
            connection = sqlite.connect(path)
            try:
                schema.migrate(connection, partial(backup.keep, data_dir))
                news = News()
                news.publish(news.read(connection))
                sealed = connection.execute("SELECT uid_sealed FROM badge LIMIT 1").fetchone()
            finally:
                connection.close()
            if sealed is not None:  # a wrong master key is told now, not car by car
                vault.open_sealed(sealed[0], "badge")
            return cls(data_dir, engine.Engine(path, news), vault, news)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"cannot use the data directory {data_dir}: {_why(error)}") from error

    async def in_reader(self, work: Callable[[], T], lane: engine.Lane = "page") -> T:
        """Run `work()` in a thread where it may call what must be called in a reader's."""
        return await self._engine.in_reader(work, lane)

    async def close(self) -> None:
        """Commit what waits and let go of the database."""
        await self._engine.close()


def _why(error: OSError | sqlite3.Error) -> str:
    """Return the system's or SQLite's own words."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
