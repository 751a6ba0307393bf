"""Every SQL statement of the server, by noun: `await store.bookings.create(...)`, one file a noun.

`engine.py` owns the connections (one writer thread, readers beside it); what only SQLite can stands
in `sqlite.py`, all else in the SQL it shares with PostgreSQL. Methods return the frozen values of
`fleet/model/`. Never here: rules, the wire, HTML.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from server.store import audit, backup, engine, schema, sqlite
from server.store.access import AccessOfCars
from server.store.accounts import Accounts
from server.store.accounts.links import Links
from server.store.accounts.second_factors import SecondFactors
from server.store.agents import Agents
from server.store.alerts import Alerts
from server.store.badges import Badges
from server.store.boards import Boards
from server.store.bookings import Bookings, DecidedFor
from server.store.boxes import (
    BoxAccount,
    Boxes,
    BoxExistsError,
    BoxSecrets,
    BoxStatus,
    Made,
    SentGrants,
)
from server.store.commands import Commands
from server.store.communes import Communes
from server.store.contradictions import Contradictions
from server.store.corrections import Corrections
from server.store.directory import DATABASE, MAKING, making, master_key, mending
from server.store.directory.holding import Hold
from server.store.directory.judging import (
    require_database,
    require_finished,
    require_folder,
    require_room,
)
from server.store.doubtful_trips import DoubtfulTrips
from server.store.engine import StoreError
from server.store.equipment import Pieces
from server.store.feedback import AlreadyAnswered, FeedbackOfTrips
from server.store.fleet import Fleet
from server.store.health import Health
from server.store.knowledge import Knowledge
from server.store.known import WhatIsKnown
from server.store.learning import LearnOrders
from server.store.mail import Outbox
from server.store.news import News
from server.store.notices import Notices
from server.store.people.directorates import Directorates
from server.store.people.register import Register
from server.store.pool.groups import Groups
from server.store.pool.service import Service
from server.store.pool.sites import Sites
from server.store.purge import Purges
from server.store.records import Records
from server.store.records.batch import Batch
from server.store.records.held import Held
from server.store.rights import Rights
from server.store.roles import Roles
from server.store.tables import Tables
from server.store.theft_orders import TheftOrders
from server.store.trips import Refusals, Trips
from server.store.unassigned import UnassignedDistances
from server.store.vault import Vault, require_key
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
    "Made",
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
        hold: keeps others from replacing the database meanwhile.
    """

    def __init__(
        self, data_dir: Path, engine: engine.Engine, vault: Vault, news: News, hold: Hold
    ) -> None:
        self.data_dir = data_dir
        self._hold = hold
        self.news = news
        self._engine = engine
        self.access = AccessOfCars(engine, vault)
        self.accounts = Accounts(engine, vault)
        self.agents = Agents(engine, vault)
        self.alerts = Alerts(engine, vault)
        self.audit = audit.Audit(engine, vault)
        self.badges = Badges(engine, vault)
        self.boards = Boards(engine, vault)
        self.bookings = Bookings(engine, vault)
        self.boxes = Boxes(engine, vault)
        self.commands = Commands(engine, vault)
        self.communes = Communes(engine, vault)
        self.contradictions = Contradictions(engine, vault)
        self.corrections = Corrections(engine, vault)
        self.directorates = Directorates(engine, vault)
        self.doubtful_trips = DoubtfulTrips(engine, vault)
        self.equipment = Pieces(engine, vault)
        self.feedback = FeedbackOfTrips(engine, vault)
        self.fleet = Fleet(engine, vault)
        self.groups = Groups(engine, vault)
        self.health = Health(engine, vault, data_dir)
        self.knowledge = Knowledge(engine, vault)
        self.known = WhatIsKnown(engine, vault)
        self.learn_orders = LearnOrders(engine, vault)
        self.links = Links(engine, vault)
        self.notices = Notices(engine, vault)
        self.outbox = Outbox(engine, vault)
        self.purges = Purges(engine, vault)
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
    def open(cls, data_dir: Path, may_make: bool = True, is_filled: bool = False) -> "Store":
        """Open the database of a data directory.

        Args:
            data_dir: whoever comes first mends what was cut off there, and judges the database.
            may_make: make a new fleet where no trace of one is.
            is_filled: and nobody else opens it before `finished` was called.

        Raises:
            StoreError: no fleet is there, or it cannot be used; nothing of it is changed.
        """
        try:
            require_folder(data_dir, may_make)
            hold = Hold(data_dir)
            try:
                store = cls._open(data_dir, may_make, hold)
            except BaseException:
                hold.release()
                raise
            if may_make and not is_filled:
                store.finished()
            return store
        except (OSError, sqlite3.Error) as error:
            require_room(data_dir, error)
            raise StoreError(
                "cannot use the data directory %(folder)s: %(why)s",
                folder=data_dir,
                why=_why(error),
            ) from error

    @classmethod
    def _open(cls, data_dir: Path, may_make: bool, hold: Hold) -> "Store":
        path = data_dir / DATABASE
        if not may_make:
            require_finished(data_dir)
        if hold.is_alone:
            mending.finish(data_dir)
            if may_make and making.is_wanted(data_dir):
                making.make(data_dir)
            require_database(data_dir)
            mending.close_to_others(data_dir)
            hold.share()
        vault = Vault.open(master_key(data_dir), may_create=False)
        connection = sqlite.connect(path)
        try:
            require_key(connection, vault)
            schema.migrate(connection, partial(backup.keep, data_dir))
            news = News()
            news.publish(news.read(connection))
        finally:
            connection.close()
        return cls(data_dir, engine.Engine(path, news, audit.by(vault)), vault, news, hold)

    @property
    def is_unfinished(self) -> bool:
        """Tell whether this is a new fleet that is still to be filled."""
        return (self.data_dir / MAKING).exists()

    def finished(self) -> None:
        """Let a new fleet, that was to be filled, be opened by others from now on."""
        making.finished(self.data_dir)

    async def in_reader(self, work: Callable[[], T], lane: engine.Lane = "page") -> T:
        """Run `work()` in a thread where it may call what must be called in a reader's."""
        return await self._engine.in_reader(work, lane)

    def watch_commits(self, seen: Callable[[float], None]) -> None:
        """Have `seen` called, in another thread, with how long each commit takes, in s."""
        self._engine.on_commit = seen

    async def close(self) -> None:
        """Commit what waits and let go of the database."""
        self.health.stop()
        await self._engine.close()
        self._hold.release()


def _why(error: OSError | sqlite3.Error) -> str:
    """Return the system's or SQLite's own words."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
