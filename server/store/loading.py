"""A fleet file into the database, as one transaction: all of it, or nothing.

Loading the same file again changes nothing, and brings no cancelled booking back. What the file
does not name stays; the badges it lists for an agent are all that agent has. Never here: reading
or checking the file (fleet/fleet_file.py).
"""

import sqlite3
from collections.abc import Mapping

from server.fleet.fleet_file import FleetFile
from server.fleet.model import BookingRequest
from server.store.base import Base
from server.store.bookings import Overlap, insert_booking


class LoadError(Exception):
    """The file contradicts itself or the database; the text says where."""


class Loading(Base):
    """Bringing in directorates, sites, cars, agents, badges and bookings."""

    async def load(self, file: FleetFile, password_hashes: Mapping[str, str], now_s: int) -> None:
        """Insert or update all that the file names.

        Args:
            file: checked content.
            password_hashes: login -> hash, for those whose password is to change.
            now_s: the present.

        Raises:
            LoadError: a name that neither the file nor the database knows, or a booking in the
                way of another.
        """
        await self._engine.write(self._load, file, password_hashes, now_s)

    def _load(
        self,
        db: sqlite3.Connection,
        file: FleetFile,
        password_hashes: Mapping[str, str],
        now_s: int,
    ) -> None:
        for table, named in (("directorate", file.directorates), ("site", file.sites)):
            for item in named:
                db.execute(
                    f"INSERT INTO {table} (code, name) VALUES (?, ?)"
                    " ON CONFLICT (code) DO UPDATE SET name = excluded.name",
                    (item.code, item.name),
                )
        for car in file.vehicles:
            db.execute(
                "INSERT INTO vehicle (plate, label, site_id) VALUES (?, ?, ?) ON CONFLICT (plate)"
                " DO UPDATE SET label = excluded.label, site_id = excluded.site_id",
                (car.plate, car.label, _id_of(db, "site", "code", car.site, car.where)),
            )
        for agent in file.agents:
            db.execute(
                "INSERT INTO agent (login, full_name, directorate_id, role, password_hash)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (login) DO UPDATE SET"
                " full_name = excluded.full_name, directorate_id = excluded.directorate_id,"
                " role = excluded.role,"
                " password_hash = coalesce(excluded.password_hash, password_hash)",
                (
                    agent.login,
                    agent.full_name,
                    _id_of(db, "directorate", "code", agent.directorate, agent.where),
                    agent.role,
                    password_hashes.get(agent.login),
                ),
            )
            agent_id = _id_of(db, "agent", "login", agent.login, agent.where)
            if agent.badges is not None:
                self._give_badges(db, agent_id, agent.badges)
        for booking in file.bookings:
            request = BookingRequest(
                _id_of(db, "vehicle", "plate", booking.plate, booking.where),
                _id_of(db, "agent", "login", booking.login, booking.where),
                booking.starts_at_s,
                booking.ends_at_s,
                booking.purpose,
            )
            _book(db, request, booking.where, now_s)

    def _give_badges(self, db: sqlite3.Connection, agent_id: int, uids: tuple[bytes, ...]) -> None:
        """Let an agent have these badges and no other; whoever had one of them has it no more."""
        indexes = [self._vault.badge_index(uid) for uid in uids]
        places = ", ".join("?" for _ in indexes)
        db.execute(
            f"DELETE FROM badge WHERE agent_id = ? AND uid_index NOT IN ({places})",
            (agent_id, *indexes),
        )
        for uid, index in zip(uids, indexes, strict=True):
            db.execute(
                "INSERT INTO badge (agent_id, uid_index, uid_sealed) VALUES (?, ?, ?)"
                " ON CONFLICT (uid_index) DO UPDATE SET agent_id = excluded.agent_id",
                (agent_id, index, self._vault.seal(uid, "badge")),
            )


def _book(db: sqlite3.Connection, request: BookingRequest, where: str, now_s: int) -> None:
    """Insert a booking unless the very same is there, cancelled or not."""
    same = db.execute(
        "SELECT 1 FROM booking WHERE vehicle_id = ? AND agent_id = ? AND starts_at_s = ?"
        " AND ends_at_s = ?",
        (request.vehicle_id, request.agent_id, request.starts_at_s, request.ends_at_s),
    ).fetchone()
    if same:
        return
    try:
        insert_booking(db, request, now_s)
    except Overlap as overlap:
        taken = overlap.conflicts[0]
        raise LoadError(
            f"{where}: overlaps the booking of {taken.plate} by {taken.agent_name}"
            f" from {taken.starts_at_s} to {taken.ends_at_s}"
        ) from None


def _id_of(db: sqlite3.Connection, table: str, column: str, value: str, where: str) -> int:
    """Return the id of the row with this name; raises LoadError with the names there are."""
    row = db.execute(f"SELECT {table}_id FROM {table} WHERE {column} = ?", (value,)).fetchone()
    if row is None:
        known = db.execute(f"SELECT {column} FROM {table} ORDER BY {column} LIMIT 10").fetchall()
        names = ", ".join(name for (name,) in known) or "none"
        raise LoadError(f"{where}: no {table} is called {value!r}; known: {names}")
    return int(row[0])
