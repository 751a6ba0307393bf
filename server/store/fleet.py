"""A fleet file into the database, as one transaction: all of it, or nothing.

Loading the same file again changes nothing, and brings no cancelled booking back. What the file
does not name stays; a list it gives (an agent's badges, a car's times out of service, who else or
what equipment is aboard) replaces the one before. Never here: reading the file
(fleet/fleet_file.py), what may be booked (fleet/bookings.py).
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo

from server.fleet.bookings import (
    Journey,
    Wanted,
    against_car,
    against_hours,
    against_service,
    in_week,
)
from server.fleet.fleet_file import (
    AgentEntry,
    BookingEntry,
    EquipmentEntry,
    FleetFile,
    Named,
    SiteEntry,
    VehicleEntry,
)
from server.fleet.inputs import MOST_REFUSALS
from server.fleet.json_places import Path
from server.fleet.model import Window
from server.fleet.recurrence import PARIS, weekly
from server.fleet.refusals import Reason, Refusal, Refused
from server.store import dated
from server.store.badges import take_away
from server.store.bookings import give_equipment, insert_booking, limits_of
from server.store.equipment import PIECES, piece_of
from server.store.news import tell
from server.store.noun import Noun
from server.store.vault import Vault
from server.store.vehicles import VEHICLES, vehicle_of, windows_of

T = TypeVar("T")

_SHOWN = 10  # of the names there are


class Fleet(Noun):
    """Bringing in directorates, sites, cars, agents, badges and bookings."""

    async def load(
        self,
        file: FleetFile,
        password_hashes: Mapping[str, str],
        now_s: int,
        timezone: ZoneInfo = PARIS,
    ) -> int:
        """Insert or update all that the file names.

        Args:
            file: checked content.
            password_hashes: login -> hash, for those whose password is to change.
            now_s: the present.
            timezone: whose hours a booking keeps that is repeated each week.

        Returns:
            How many of the badges that the file names are revoked: they stay so.

        Raises:
            Refused: each with its place in the file: a name that neither the file nor the database
                knows, or what speaks against a booking that is not there yet.
        """
        return await self._engine.write(
            lambda db: _Loading(db, self._vault, password_hashes, now_s, timezone).load(file)
        )


class _Loading:
    """One file on its way into the database.

    A statement takes of an entry, as a dict, the words that it names.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        vault: Vault,
        password_hashes: Mapping[str, str],
        now_s: int,
        timezone: ZoneInfo,
    ) -> None:
        self._db = db
        self._vault = vault
        self._password_hashes = password_hashes
        self._now_s = now_s
        self._timezone = timezone
        self._revoked = 0

    def load(self, file: FleetFile) -> int:
        """Put all of it in, each kind after those that it names; stops after one with a fault."""
        tell(self._db)
        self._put_all(file, "directorates", file.directorates, self._put_directorate)
        self._put_all(file, "sites", file.sites, self._put_site)
        self._sites = self._ids("site", "code")
        self._put_all(file, "vehicles", file.vehicles, self._put_vehicle)
        self._put_all(file, "equipment", file.equipment, self._put_piece)
        self._directorates = self._ids("directorate", "code")
        self._put_all(file, "agents", file.agents, self._put_agent)
        self._agents = self._ids("agent", "login")
        cars = self._db.execute(f"{VEHICLES} ORDER BY v.plate")
        self._cars = {row["plate"]: vehicle_of(row) for row in cars}
        pieces = self._db.execute(f"{PIECES} ORDER BY e.code")
        self._pieces = {row["code"]: piece_of(row) for row in pieces}
        self._out_of_service = windows_of(self._db.execute("SELECT * FROM out_of_service"))
        self._put_all(file, "bookings", file.bookings, self._put_booking)
        return self._revoked

    def _put_all(
        self, file: FleetFile, name: str, entries: Iterable[T], put: Callable[[T], None]
    ) -> None:
        against: list[tuple[Path, Refusal]] = []
        for i, entry in enumerate(entries):
            try:
                put(entry)
            except Refused as refused:
                against += [((name, i, *_word(each.field)), each) for each in refused.refusals]
                if len(against) >= MOST_REFUSALS:
                    break  # no more are told, and a running server waits for this transaction
        file.refuse(against)

    def _put_directorate(self, entry: Named) -> None:
        self._db.execute(
            "INSERT INTO directorate (code, name) VALUES (:code, :name)"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name",
            dict(entry),
        )

    def _put_site(self, entry: SiteEntry) -> None:
        self._db.execute(
            "INSERT INTO site (code, name) VALUES (:code, :name)"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name",
            dict(entry),
        )
        if entry.car_park is not None:
            centre = entry.car_park.centre
            self._db.execute(
                "UPDATE site SET lat_e7 = :lat_e7, lon_e7 = :lon_e7, radius_m = :radius_m"
                " WHERE code = :code",
                {
                    "lat_e7": centre.lat_e7,
                    "lon_e7": centre.lon_e7,
                    "radius_m": entry.car_park.radius_m,
                    "code": entry.code,
                },
            )

    def _put_vehicle(self, entry: VehicleEntry) -> None:
        row = self._db.execute(
            "INSERT INTO vehicle (plate, label, site_id, walk_up, private_use)"
            " VALUES (:plate, :label, :site_id, :walk_up, :private_use)"
            " ON CONFLICT (plate) DO UPDATE SET label = excluded.label,"
            " site_id = excluded.site_id, walk_up = excluded.walk_up,"
            " private_use = excluded.private_use RETURNING vehicle_id",
            dict(entry)
            | {
                "site_id": _known(self._sites, entry.site, "site"),
                "walk_up": int(entry.walk_up),
                "private_use": int(entry.private_use),
            },
        ).fetchone()
        if entry.windows is not None:
            self._put_out_of_service(row["vehicle_id"], entry.windows)

    def _put_out_of_service(self, vehicle_id: int, windows: tuple[Window, ...]) -> None:
        self._db.execute("DELETE FROM out_of_service WHERE vehicle_id = :id", {"id": vehicle_id})
        self._db.executemany(
            "INSERT INTO out_of_service (vehicle_id, from_s, to_s) VALUES (:id, :from_s, :to_s)",
            [{"id": vehicle_id, "from_s": each.from_s, "to_s": each.to_s} for each in windows],
        )

    def _put_piece(self, entry: EquipmentEntry) -> None:
        self._db.execute(
            "INSERT INTO equipment (code, name, site_id) VALUES (:code, :name, :site_id)"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name, site_id = excluded.site_id",
            dict(entry) | {"site_id": _known(self._sites, entry.site, "site")},
        )

    def _put_agent(self, entry: AgentEntry) -> None:
        directorate_id = _known(self._directorates, entry.directorate, "directorate")
        row = self._db.execute(
            "INSERT INTO agent (login, full_name, directorate_id, role, password_hash)"
            " VALUES (:login, :full_name, :directorate_id, :role, :password_hash)"
            " ON CONFLICT (login) DO UPDATE SET full_name = excluded.full_name,"
            " role = excluded.role,"
            " password_hash = coalesce(excluded.password_hash, agent.password_hash)"
            " RETURNING agent_id",
            dict(entry)
            | {
                "directorate_id": directorate_id,
                "password_hash": self._password_hashes.get(entry.login),
            },
        ).fetchone()
        agent_id = row["agent_id"]
        dated.hold(self._db, dated.MEMBERSHIP, agent_id, directorate_id, self._now_s)
        if entry.licence_recorded is not None:
            self._db.execute(
                "UPDATE agent SET licence_recorded = :recorded WHERE agent_id = :agent_id",
                {"recorded": int(entry.licence_recorded), "agent_id": agent_id},
            )
        if entry.badges is not None:
            self._give_badges(agent_id, entry)

    def _give_badges(self, agent_id: int, entry: AgentEntry) -> None:
        """Let an agent have these badges and no other; whoever had one of them has it no more.

        One that nobody has any more is revoked, for a box may still honour it, until a file names
        it again. One that somebody revoked stays revoked: it cannot come back by a file.
        """
        badges = {self._vault.badge_index(badge.uid): badge for badge in entry.badges or ()}
        held = self._db.execute(
            "SELECT badge_id, uid_index FROM badge"
            " WHERE agent_id = :agent_id AND revocation_id IS NULL",
            {"agent_id": agent_id},
        ).fetchall()
        for each in held:
            if each["uid_index"] not in badges:
                take_away(self._db, each["badge_id"], self._now_s, by_file=True)
        for index, badge in badges.items():
            row = self._db.execute(
                "INSERT INTO badge (agent_id, uid_index, uid_sealed, key_sealed)"
                " VALUES (:agent_id, :uid_index, :uid_sealed, :key_sealed)"
                " ON CONFLICT (uid_index) DO UPDATE SET key_sealed = excluded.key_sealed,"
                " revocation_id = (SELECT revocation_id"
                " FROM revocation WHERE revocation_id = badge.revocation_id AND by_file = 0)"
                " RETURNING badge_id, revocation_id",
                {
                    "agent_id": agent_id,
                    "uid_index": index,
                    "uid_sealed": self._vault.seal(badge.uid, "badge"),
                    "key_sealed": badge.key and self._vault.seal(badge.key, "card key"),
                },
            ).fetchone()
            dated.hold(self._db, dated.BADGE, row["badge_id"], agent_id, self._now_s)
            self._revoked += row["revocation_id"] is not None

    def _put_booking(self, entry: BookingEntry) -> None:
        """Make those of its weeks that are not there, cancelled or not; say who rides in each."""
        car = _known(self._cars, entry.plate, "vehicle_id", Reason.UNKNOWN_VEHICLE)
        agent_id = _known(self._agents, entry.login, "agent")
        aboard = [
            (_known(self._agents, login, word), drives)
            for word, logins, drives in (
                ("drivers", entry.drivers, True),
                ("passengers", entry.passengers, False),
            )
            for login in logins or ()
        ]
        for code in entry.equipment or ():
            _known(self._pieces, code, "equipment", Reason.EQUIPMENT_UNKNOWN)
        wanted = Wanted.model_construct(  # each word has been judged
            vehicle_id=car.vehicle_id,
            starts_at_s=entry.starts_at_s,
            ends_at_s=entry.ends_at_s,
            equipment=entry.equipment or (),
            **{word: getattr(entry, word) for word in Journey.model_fields},
        )
        windows = weekly(wanted.window, entry.weeks, self._timezone)
        stored = [self._stored(car.vehicle_id, agent_id, window) for window in windows]
        if None in stored:
            against = against_hours(wanted.window, self._now_s, limits_of(self._db), entry.weeks)
            _refuse(against + against_car(wanted, car, self._pieces))
        for window, booking_id in zip(windows, stored, strict=True):
            if booking_id is None:
                away = self._out_of_service.get(car.vehicle_id, ())
                _refuse(in_week(window, entry.weeks, against_service(window, away)))
                hours = {"starts_at_s": window.from_s, "ends_at_s": window.to_s}
                made = insert_booking(
                    self._db, wanted.model_copy(update=hours), agent_id, self._now_s
                )
                booking_id = made.booking_id
            elif entry.equipment is not None:
                give_equipment(self._db, booking_id, entry.equipment)
            self._take_along(booking_id, entry, aboard)

    def _stored(self, vehicle_id: int, agent_id: int, window: Window) -> int | None:
        """Return the id of the very same booking; of one that was cancelled and made anew, that."""
        row = self._db.execute(
            "SELECT booking_id FROM booking WHERE vehicle_id = :vehicle_id"
            " AND agent_id = :agent_id AND starts_at_s = :from_s AND ends_at_s = :to_s"
            " ORDER BY CASE state WHEN 'active' THEN 0 ELSE 1 END LIMIT 1",
            {
                "vehicle_id": vehicle_id,
                "agent_id": agent_id,
                "from_s": window.from_s,
                "to_s": window.to_s,
            },
        ).fetchone()
        return row and int(row["booking_id"])

    def _take_along(
        self, booking_id: int, entry: BookingEntry, aboard: list[tuple[int, bool]]
    ) -> None:
        """Let these be all the further drivers, and all the passengers, where spoken of."""
        for drives, logins in ((1, entry.drivers), (0, entry.passengers)):
            if logins is not None:
                self._db.execute(
                    "DELETE FROM companion WHERE booking_id = :id AND drives = :drives",
                    {"id": booking_id, "drives": drives},
                )
        self._db.executemany(
            "INSERT INTO companion (booking_id, agent_id, drives)"
            " VALUES (:booking_id, :agent_id, :drives)"
            " ON CONFLICT (booking_id, agent_id) DO UPDATE SET drives = excluded.drives",
            [
                {"booking_id": booking_id, "agent_id": agent_id, "drives": int(drives)}
                for agent_id, drives in aboard
            ],
        )

    def _ids(self, table: str, column: str) -> dict[str, int]:
        rows = self._db.execute(f"SELECT {column}, {table}_id FROM {table} ORDER BY {column}")
        return {row[column]: int(row[f"{table}_id"]) for row in rows}


def _known(known: Mapping[str, T], name: str, word: str, reason: Reason = Reason.UNKNOWN_NAME) -> T:
    """Return what has this name; raises Refused with the names there are."""
    if name not in known:
        names = ", ".join(list(known)[:_SHOWN]) or "none"
        raise Refused(Refusal(word, reason, {"name": name, "known": names}))
    return known[name]


def _refuse(against: list[Refusal]) -> None:
    if against:
        raise Refused(*against)


def _word(field: str) -> tuple[str, ...]:
    """Return what the file calls a word of a request: it has neither units nor ids."""
    return (field.removesuffix("_s").removesuffix("_id"),) if field else ()
