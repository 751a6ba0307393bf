"""A fleet file into the database, as one transaction: all of it, or nothing.

Loading the same file again changes nothing, and brings no cancelled booking back. What the file
does not name stays; a list it gives (an agent's badges, a car's times out of service, who else or
what equipment is aboard) replaces the one before. Never here: reading or checking the file
(fleet/fleet_file.py).
"""

import sqlite3
from collections.abc import Mapping

from server.fleet.fleet_file import BadgeEntry, FleetFile, SiteEntry
from server.fleet.model import BookingRequest, Window
from server.store.bookings import EquipmentTaken, Overlap, give_equipment, insert_booking
from server.store.news import tell
from server.store.noun import Noun


class LoadError(Exception):
    """The file contradicts itself or the database; the text says where."""


class Fleet(Noun):
    """Bringing in directorates, sites, cars, agents, badges and bookings."""

    async def load(self, file: FleetFile, password_hashes: Mapping[str, str], now_s: int) -> int:
        """Insert or update all that the file names.

        Args:
            file: checked content.
            password_hashes: login -> hash, for those whose password is to change.
            now_s: the present.

        Returns:
            How many of the badges that the file names are revoked: they stay so.

        Raises:
            LoadError: a name that neither the file nor the database knows, or a booking in the
                way of another.
        """
        return await self._engine.write(self._load, file, password_hashes, now_s)

    def _load(
        self,
        db: sqlite3.Connection,
        file: FleetFile,
        password_hashes: Mapping[str, str],
        now_s: int,
    ) -> int:
        tell(db)
        revoked = 0
        for item in file.directorates:
            db.execute(
                "INSERT INTO directorate (code, name) VALUES (?, ?)"
                " ON CONFLICT (code) DO UPDATE SET name = excluded.name",
                (item.code, item.name),
            )
        for site in file.sites:
            _put_site(db, site)
        for car in file.vehicles:
            db.execute(
                "INSERT INTO vehicle (plate, label, site_id, walk_up, private_use)"
                " VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (plate) DO UPDATE SET label = excluded.label,"
                " site_id = excluded.site_id, walk_up = excluded.walk_up,"
                " private_use = excluded.private_use",
                (
                    car.plate,
                    car.label,
                    _id_of(db, "site", "code", car.site, car.where),
                    int(car.walk_up),
                    int(car.private_use),
                ),
            )
            if car.out_of_service is not None:
                vehicle_id = _id_of(db, "vehicle", "plate", car.plate, car.where)
                _put_out_of_service(db, vehicle_id, car.out_of_service)
        for piece in file.equipment:
            db.execute(
                "INSERT INTO equipment (code, name, site_id) VALUES (?, ?, ?)"
                " ON CONFLICT (code) DO UPDATE SET name = excluded.name,"
                " site_id = excluded.site_id",
                (piece.code, piece.name, _id_of(db, "site", "code", piece.site, piece.where)),
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
            if agent.licence_recorded is not None:
                db.execute(
                    "UPDATE agent SET licence_recorded = ? WHERE agent_id = ?",
                    (int(agent.licence_recorded), agent_id),
                )
            if agent.badges is not None:
                revoked += self._give_badges(db, agent_id, agent.badges)
        for booking in file.bookings:
            request = BookingRequest(
                _id_of(db, "vehicle", "plate", booking.plate, booking.where),
                _id_of(db, "agent", "login", booking.login, booking.where),
                booking.starts_at_s,
                booking.ends_at_s,
                booking.purpose,
                private=booking.private,
            )
            booking_id = _book(db, request, booking.where, now_s)
            for logins, drives in ((booking.drivers, True), (booking.passengers, False)):
                if logins is not None:
                    agents = [_id_of(db, "agent", "login", who, booking.where) for who in logins]
                    _take_along(db, booking_id, agents, drives)
            if booking.equipment is not None:
                _equip(db, booking_id, booking.equipment, booking.where)
        return revoked

    def _give_badges(
        self, db: sqlite3.Connection, agent_id: int, badges: tuple[BadgeEntry, ...]
    ) -> int:
        """Let an agent have these badges and no other; whoever had one of them has it no more.

        A revoked badge stays revoked, and known, so that it cannot come back by a file.
        """
        indexes = [self._vault.badge_index(badge.uid) for badge in badges]
        places = ", ".join("?" for _ in indexes)
        db.execute(
            "DELETE FROM badge WHERE agent_id = ? AND revocation_id IS NULL"
            f" AND uid_index NOT IN ({places})",
            (agent_id, *indexes),
        )
        for badge, index in zip(badges, indexes, strict=True):
            db.execute(
                "INSERT INTO badge (agent_id, uid_index, uid_sealed, key_sealed)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (uid_index)"
                " DO UPDATE SET agent_id = excluded.agent_id, key_sealed = excluded.key_sealed",
                (
                    agent_id,
                    index,
                    self._vault.seal(badge.uid, "badge"),
                    None if badge.key is None else self._vault.seal(badge.key, "card key"),
                ),
            )
        (revoked,) = db.execute(
            f"SELECT count(*) FROM badge WHERE revocation_id IS NOT NULL"
            f" AND uid_index IN ({places})",
            indexes,
        ).fetchone()
        return int(revoked)


def _put_site(db: sqlite3.Connection, site: SiteEntry) -> None:
    db.execute(
        "INSERT INTO site (code, name) VALUES (?, ?)"
        " ON CONFLICT (code) DO UPDATE SET name = excluded.name",
        (site.code, site.name),
    )
    if site.car_park is not None:
        centre = site.car_park.centre
        db.execute(
            "UPDATE site SET lat_e7 = ?, lon_e7 = ?, radius_m = ? WHERE code = ?",
            (centre.lat_e7, centre.lon_e7, site.car_park.radius_m, site.code),
        )


def _put_out_of_service(
    db: sqlite3.Connection, vehicle_id: int, windows: tuple[Window, ...]
) -> None:
    db.execute("DELETE FROM out_of_service WHERE vehicle_id = ?", (vehicle_id,))
    db.executemany(
        "INSERT INTO out_of_service VALUES (?, ?, ?)",
        [(vehicle_id, window.from_s, window.to_s) for window in windows],
    )


def _take_along(
    db: sqlite3.Connection, booking_id: int, agent_ids: list[int], drives: bool
) -> None:
    """Let these be all the further drivers, or all the passengers, of a booking."""
    db.execute(
        "DELETE FROM companion WHERE booking_id = ? AND drives = ?", (booking_id, int(drives))
    )
    db.executemany(
        "INSERT OR REPLACE INTO companion VALUES (?, ?, ?)",
        [(booking_id, agent_id, int(drives)) for agent_id in agent_ids],
    )


def _equip(db: sqlite3.Connection, booking_id: int, codes: tuple[str, ...], where: str) -> None:
    """Let these be all the equipment of a booking."""
    for code in codes:
        _id_of(db, "equipment", "code", code, where)
    try:
        give_equipment(db, booking_id, codes)
    except EquipmentTaken as error:
        taken = error.conflicts[0]
        raise LoadError(
            f"{where}: equipment is with {taken.agent_name}"
            f" from {taken.starts_at_s} to {taken.ends_at_s}"
        ) from None
    except sqlite3.IntegrityError as error:
        if str(error) != "equipment elsewhere":
            raise
        raise LoadError(f"{where}: equipment of another site than the car's") from None


def _book(db: sqlite3.Connection, request: BookingRequest, where: str, now_s: int) -> int:
    """Insert a booking unless the very same is there, cancelled or not; return its id."""
    same = db.execute(
        "SELECT booking_id FROM booking WHERE vehicle_id = ? AND agent_id = ? AND starts_at_s = ?"
        " AND ends_at_s = ?",
        (request.vehicle_id, request.agent_id, request.starts_at_s, request.ends_at_s),
    ).fetchone()
    if same:
        return int(same[0])
    car = db.execute(
        "SELECT plate, private_use FROM vehicle WHERE vehicle_id = ?", (request.vehicle_id,)
    ).fetchone()
    if request.private and not car["private_use"]:
        raise LoadError(f"{where}, private: {car['plate']} is not for private use")
    try:
        return insert_booking(db, request, now_s).booking_id
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
