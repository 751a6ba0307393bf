"""A fleet file into the database, as one transaction: all of it, or nothing.

What the file does not say stays. What it says as the file before it did changes nothing, whatever
people did on the pages since: no booking comes back or is made once more, no badge, right or name
is put back (said.py). What it says otherwise holds; of a list (an agent's badges, a car's times out
of service, who else or what equipment is aboard) what it adds comes, and what it dropped goes.
Never here: reading the file (fleet/fleet_file.py), what may be booked (fleet/bookings.py).
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar
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
    BadgeEntry,
    BadgeOfAgent,
    BookingEntry,
    EquipmentEntry,
    FleetFile,
    Named,
    SiteEntry,
    VehicleEntry,
)
from server.fleet.inputs import MOST_REFUSALS
from server.fleet.json_sent.places import Path
from server.fleet.model.bookings import Window
from server.fleet.recurrence import PARIS, weekly
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import Role
from server.fleet.tables.columns import Kind
from server.store import dated
from server.store.accounts import close_account, end_sessions, reopen_account
from server.store.badges import take_away
from server.store.bookings import give_equipment, insert_booking, limits_of
from server.store.equipment import PIECES, piece_of
from server.store.fleet.said import Said, Word
from server.store.news import tell
from server.store.noun import Noun
from server.store.people.memberships import move
from server.store.rights import give as give_right
from server.store.rights import withdraw_all
from server.store.roles import is_last_administrator, set_by_file
from server.store.vault import Vault
from server.store.vehicles import VEHICLES, vehicle_of, windows_of

T = TypeVar("T")

_CARD_KEY = "card key"  # what it is sealed as
_SHOWN = 10  # of the names there are


class Fleet(Noun):
    """Bringing in directorates, sites, cars, agents, badges and bookings."""

    async def passwords_said(self) -> dict[str, str]:
        """Return login -> hash of the password that a file said last, whatever holds now."""
        return await self._engine.read(_passwords_said)

    async def load(
        self,
        file: FleetFile,
        password_hashes: Mapping[str, str],
        now_s: int,
        timezone: ZoneInfo = PARIS,
        since_s: int | None = None,
    ) -> int:
        """Insert or update all that the file names.

        Args:
            file: checked content.
            password_hashes: login -> hash of the password in the file, the same as before where
                that is the same.
            now_s: the present.
            timezone: whose hours a booking keeps that is repeated each week.
            since_s: from when badges, directorates, roles and sites of cars hold that the file
                gives, now at the latest; None: now.

        Returns:
            How many of the badges that the file names are revoked: they stay so.

        Raises:
            Refused: each with its place in the file: a name that neither the file nor the database
                knows, or what speaks against a booking that is not there yet.
        """
        since_s = now_s if since_s is None else min(since_s, now_s)
        return await self._engine.write(
            lambda db: Loading(db, self._vault, password_hashes, now_s, timezone, since_s).load(
                file
            )
        )


class Loading:
    """One file on its way into the database; `source`: what kind of file, None: a fleet file."""

    def __init__(
        self,
        db: sqlite3.Connection,
        vault: Vault,
        password_hashes: Mapping[str, str],
        now_s: int,
        timezone: ZoneInfo,
        since_s: int,
        source: str | None = None,
    ) -> None:
        self._db = db
        self._vault = vault
        self._password_hashes = password_hashes
        self._now_s = now_s
        self._since_s = since_s
        self._timezone = timezone
        self._said = Said(db, source)
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
        closed = self._db.execute("SELECT login FROM agent WHERE closed_at_s IS NOT NULL")
        self._closed = {row["login"] for row in closed}
        cars = self._db.execute(f"{VEHICLES} ORDER BY v.plate")
        self._cars = {row["plate"]: vehicle_of(row) for row in cars}
        pieces = self._db.execute(f"{PIECES} ORDER BY e.code")
        self._pieces = {row["code"]: piece_of(row) for row in pieces}
        self._out_of_service = windows_of(self._db.execute("SELECT * FROM out_of_service"))
        self._put_all(file, "bookings", file.bookings, self._put_booking)
        return self._revoked

    def put_line(self, kind: Kind, entry: Any, since_s: int) -> None:
        """Put in one line of a table, whose badge or directorate holds since then.

        Raises:
            Refused: against this line; what it had changed goes with the transaction.
        """
        self._since_s = since_s
        match kind:
            case "directorates":
                self._put_directorate(entry)
            case "sites":
                self._put_site(entry)
            case "cars":
                self._put_vehicle(entry)
            case "people":
                self._put_agent(entry)
            case "badges":
                self._put_badge(entry)

    def read_names(self) -> None:
        """Read what entries may name; `load` does so itself, as it goes."""
        self._sites = self._ids("site", "code")
        self._directorates = self._ids("directorate", "code")
        self._agents = self._ids("agent", "login")

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

    def _put(
        self, table: str, key: str, entry: str, words: Mapping[str, Word], new: Mapping[str, Word]
    ) -> int:
        """Let these words hold where they are said otherwise than before, and return the row's id.

        Args:
            table: of its kind.
            key: the column that names it.
            entry: its name.
            words: column -> what is said.
            new: column -> what holds for a new one when nothing is said.
        """
        changed = self._said.changes(table, entry, words)
        found = self._db.execute(
            f"SELECT {table}_id FROM {table} WHERE {key} = :entry", {"entry": entry}
        ).fetchone()
        if found is None:
            row: dict[str, Word] = {key: entry} | dict(new) | dict(words)
            places = ", ".join(f":{column}" for column in row)
            found = self._db.execute(
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places}) RETURNING {table}_id",
                row,
            ).fetchone()
        elif changed:
            self._db.execute(
                f"UPDATE {table} SET {', '.join(f'{column} = :{column}' for column in changed)}"
                f" WHERE {key} = :{key}",
                {key: entry} | changed,
            )
        return int(found[0])

    def _put_directorate(self, entry: Named) -> None:
        self._put("directorate", "code", entry.code, {"name": entry.name}, {})

    def _put_site(self, entry: SiteEntry) -> None:
        words: dict[str, Word] = {"name": entry.name}
        if (park := entry.car_park) is not None:
            words |= {"lat_e7": park.centre.lat_e7, "lon_e7": park.centre.lon_e7}
        if entry.radius_m is not None:
            words["radius_m"] = round(entry.radius_m)
        site_id = self._put("site", "code", entry.code, words, {})
        where = self._db.execute(
            "SELECT lat_e7, radius_m FROM site WHERE site_id = :id", {"id": site_id}
        ).fetchone()
        if where["lat_e7"] is None and where["radius_m"] is not None:
            raise Refused(Refusal("lat", Reason.OUT_OF_RANGE, {"least": -90, "most": 90}))
        if park is not None and where["radius_m"] is None:
            self._db.execute(
                "UPDATE site SET radius_m = :radius_m WHERE site_id = :id",
                {"radius_m": park.radius_m, "id": site_id},
            )

    def _put_vehicle(self, entry: VehicleEntry) -> None:
        flags = {"walk_up": entry.walk_up, "private_use": entry.private_use}
        site_id, plate = _known(self._sites, entry.site, "site"), self._plate_now(entry.plate)
        moves = self._said.changes("vehicle", plate, {"site_id": site_id})
        words: dict[str, Word] = {"label": entry.label}
        words |= _flags(flags)
        new: dict[str, Word] = {"walk_up": 0, "private_use": 0, "site_id": site_id}
        vehicle_id = self._put("vehicle", "plate", plate, words, new)
        if moves:
            dated.hold(self._db, dated.PARKING, vehicle_id, site_id, self._since_s)
        if entry.windows is not None:
            self._put_out_of_service(vehicle_id, plate, entry.windows)

    def _plate_now(self, plate: str) -> str:
        """Return the plate that a car has now which people gave another since."""
        row = self._db.execute(
            "SELECT v.plate FROM former_plate f JOIN vehicle v USING (vehicle_id)"
            " WHERE f.plate = :plate",
            {"plate": plate},
        ).fetchone()
        return plate if row is None else str(row["plate"])

    def _put_out_of_service(self, vehicle_id: int, plate: str, windows: tuple[Window, ...]) -> None:
        there = self._db.execute(
            "SELECT from_s, to_s FROM out_of_service WHERE vehicle_id = :id", {"id": vehicle_id}
        )
        added, gone = self._said.changes_of_list(
            "vehicle",
            plate,
            "out_of_service",
            [f"{each.from_s}-{each.to_s}" for each in windows],
            [f"{row['from_s']}-{row['to_s']}" for row in there],
        )
        for spans, statement in (
            (
                gone,
                "DELETE FROM out_of_service"
                " WHERE vehicle_id = :id AND from_s = :from_s AND to_s = :to_s",
            ),
            (
                added,
                "INSERT INTO out_of_service (vehicle_id, from_s, to_s) VALUES (:id, :from_s, :to_s)"
                " ON CONFLICT (vehicle_id, from_s) DO UPDATE SET to_s = excluded.to_s",
            ),
        ):
            for span in sorted(spans):
                from_s, to_s = map(int, span.split("-"))
                self._db.execute(statement, {"id": vehicle_id, "from_s": from_s, "to_s": to_s})

    def _put_piece(self, entry: EquipmentEntry) -> None:
        words: dict[str, Word] = {"name": entry.name}
        words["site_id"] = _known(self._sites, entry.site, "site")
        self._put("equipment", "code", entry.code, words, {})

    def _put_agent(self, entry: AgentEntry) -> None:
        words: dict[str, Word] = {
            "full_name": entry.full_name,
        }
        directorate_id = _known(self._directorates, entry.directorate, "directorate")
        moves = self._said.changes("agent", entry.login, {"directorate_id": directorate_id})
        words |= _flags({"licence_recorded": entry.licence_recorded})
        if entry.email is not None:
            words["email"] = entry.email
        new: dict[str, Word] = {"directorate_id": directorate_id}
        known = "SELECT 1 FROM agent WHERE login = :login"
        is_new = self._db.execute(known, {"login": entry.login}).fetchone() is None
        agent_id = self._put("agent", "login", entry.login, words, new)
        if entry.role is not None:
            self._give_role(agent_id, entry.login, Role(entry.role))
        if moves:
            move(self._db, agent_id, directorate_id, self._since_s)
        self._give_right(agent_id, entry, is_new=is_new)
        self._give_password(agent_id, entry.login)
        if self._is_open(agent_id, entry) and entry.badges is not None:
            self._give_badges(agent_id, entry)

    def _give_role(self, agent_id: int, login: str, role: Role) -> None:
        """Let the role be that which the file says anew; what people gave stays."""
        changed = self._said.changes("agent", login, {"role": role.value})
        if changed and not set_by_file(self._db, agent_id, role, self._now_s, self._since_s):
            raise Refused(Refusal("role", Reason.LAST_ADMINISTRATOR, {"name": login}))

    def _give_right(self, agent_id: int, entry: AgentEntry, *, is_new: bool) -> None:
        """Let a new person book; give or take back the right where the file says so anew."""
        said = True if entry.may_book is None and is_new else entry.may_book
        if not self._said.changes("agent", entry.login, _flags({"may_book": said})):
            return
        if said is _may_book(self._db, agent_id, self._now_s):
            return  # as people gave it
        withdraw_all(self._db, agent_id, None, self._now_s)
        if said:
            # A file may bring over bookings of before: whoever had a car then had the right.
            give_right(self._db, agent_id, None, (0 if is_new else self._since_s, None))

    def _put_badge(self, entry: BadgeOfAgent) -> None:
        """Give one badge; of an account that closed, none but those that it has."""
        agent_id = _known(self._agents, entry.login, "agent")
        index = self._vault.badge_index(entry.uid)
        (is_closed, has_it) = self._db.execute(
            "SELECT closed_at_s IS NOT NULL, EXISTS (SELECT 1 FROM badge b"
            " WHERE b.agent_id = a.agent_id AND uid_index = :uid_index)"
            " FROM agent a WHERE agent_id = :agent_id",
            {"agent_id": agent_id, "uid_index": index},
        ).fetchone()
        if is_closed and not has_it:
            raise Refused(Refusal("agent", Reason.ACCOUNT_CLOSED, {"name": entry.login}))
        if not is_closed:
            self._give_badge(agent_id, entry.login, index, entry)

    def _give_password(self, agent_id: int, login: str) -> None:
        """Give a first password, or another one; the one that a person chose stays."""
        given = self._password_hashes.get(login)
        if given is None or not self._said.changes("agent", login, {"password_hash": given}):
            return
        changed = self._db.execute(
            "UPDATE agent SET password_hash = :password_hash"
            " WHERE agent_id = :agent_id AND password_by_file = 1",
            {"agent_id": agent_id, "password_hash": given},
        )
        if changed.rowcount:
            end_sessions(self._db, agent_id)

    def _is_open(self, agent_id: int, entry: AgentEntry) -> bool:
        """Close or reopen the account where the file says so anew; whether it is open then."""
        said = _flags({"active": entry.active})
        if self._said.changes("agent", entry.login, said):
            if entry.active:
                reopen_account(self._db, agent_id)
                for name in self._said.entries("badge", "holder", entry.login):
                    self._said.forget("badge", name)  # closing took them: this file names them anew
            else:
                if is_last_administrator(self._db, agent_id, self._now_s):
                    who = {"name": entry.full_name}
                    raise Refused(Refusal("active", Reason.LAST_ADMINISTRATOR, who))
                close_account(self._db, agent_id, self._now_s)
        (closed_at_s,) = self._db.execute(
            "SELECT closed_at_s FROM agent WHERE agent_id = :id", {"id": agent_id}
        ).fetchone()
        return closed_at_s is None

    def _give_badges(self, agent_id: int, entry: AgentEntry) -> None:
        """Give an agent the badges that no file gave before, and take those that it dropped.

        One that nobody has any more is revoked, for a box may still honour it, until a file names
        it again. One that somebody revoked stays revoked: it cannot come back by a file.
        """
        badges = {self._vault.badge_index(badge.uid): badge for badge in entry.badges or ()}
        dropped = self._said.entries("badge", "holder", entry.login)
        for name in sorted(dropped - {index.hex() for index in badges}):
            held = self._db.execute(
                "SELECT badge_id FROM badge WHERE agent_id = :agent_id AND uid_index = :uid_index",
                {"agent_id": agent_id, "uid_index": bytes.fromhex(name)},
            ).fetchone()
            if held is not None:  # nobody gave it to somebody else meanwhile
                take_away(self._db, held["badge_id"], self._now_s, by_file=True)
            self._said.forget("badge", name)
        for index, badge in badges.items():
            self._give_badge(agent_id, entry.login, index, badge)

    def _give_badge(self, agent_id: int, login: str, index: bytes, badge: BadgeEntry) -> None:
        of_badge: dict[str, object] = {"uid_index": index, "agent_id": agent_id}
        if self._said.changes("badge", index.hex(), {"holder": login}):
            row = self._db.execute(
                "INSERT INTO badge (agent_id, uid_index, uid_sealed)"
                " VALUES (:agent_id, :uid_index, :uid_sealed)"
                " ON CONFLICT (uid_index) DO UPDATE SET revocation_id = (SELECT revocation_id"
                " FROM revocation WHERE revocation_id = badge.revocation_id AND by_file = 0)"
                " RETURNING badge_id",
                of_badge | {"uid_sealed": self._vault.seal(badge.uid, "badge")},
            ).fetchone()
            dated.hold(self._db, dated.BADGE, row["badge_id"], agent_id, self._since_s)
        if badge.speaks_of_key and badge.key != self._key_said(index):
            sealed = badge.key and self._vault.seal(badge.key, _CARD_KEY)
            self._said.changes("badge", index.hex(), {"key": sealed.hex() if sealed else ""})
            self._db.execute(
                "UPDATE badge SET key_sealed = :key_sealed WHERE uid_index = :uid_index",
                {"key_sealed": sealed, "uid_index": index},
            )
        revoked = self._db.execute(
            "SELECT 1 FROM badge WHERE uid_index = :uid_index AND revocation_id IS NOT NULL",
            {"uid_index": index},
        ).fetchone()
        self._revoked += revoked is not None

    def _key_said(self, index: bytes) -> bytes | Literal[False] | None:
        """Return which key a file said last that this badge has; False: it said nothing."""
        said = self._said.last("badge", index.hex(), "key")
        if not isinstance(said, str):
            return False
        return self._vault.open_sealed(bytes.fromhex(said), _CARD_KEY) if said else None

    def _put_booking(self, entry: BookingEntry) -> None:
        """Make those of its weeks that are not there, cancelled or not; say who rides in each."""
        car = _known(self._cars, self._plate_now(entry.plate), "vehicle_id", Reason.UNKNOWN_VEHICLE)
        agent_id = _known(self._agents, entry.login, "agent")
        for word, logins in (("drivers", entry.drivers), ("passengers", entry.passengers)):
            for login in logins or ():
                _known(self._agents, login, word)
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
            for word, logins in (
                ("agent", (entry.login,)),
                ("drivers", entry.drivers),
                ("passengers", entry.passengers),
            ):
                for login in self._closed.intersection(logins or ()):
                    against.append(Refusal(word, Reason.ACCOUNT_CLOSED, {"name": login}))
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
            name = _booking_name(car.vehicle_id, agent_id, window)
            self._said.changes("booking", name, {"booking_id": booking_id})
            self._take_along(booking_id, name, entry)

    def _stored(self, vehicle_id: int, agent_id: int, window: Window) -> int | None:
        """Return the id of the booking that a file made of these words, whatever became of it.

        Else of the very same booking; of one that was cancelled and made anew, that.
        """
        name = _booking_name(vehicle_id, agent_id, window)
        row = self._db.execute(
            "SELECT booking_id FROM booking WHERE booking_id = :said OR vehicle_id = :vehicle_id"
            " AND agent_id = :agent_id AND starts_at_s = :from_s AND ends_at_s = :to_s"
            " ORDER BY CASE state WHEN 'active' THEN 0 ELSE 1 END,"
            " CASE booking_id WHEN :said THEN 0 ELSE 1 END LIMIT 1",
            {
                "said": self._said.last("booking", name, "booking_id"),
                "vehicle_id": vehicle_id,
                "agent_id": agent_id,
                "from_s": window.from_s,
                "to_s": window.to_s,
            },
        ).fetchone()
        return row and int(row["booking_id"])

    def _take_along(self, booking_id: int, name: str, entry: BookingEntry) -> None:
        """Let who and what is aboard come and go as the file says, where it speaks of them."""
        of_booking = {"id": booking_id}
        if entry.equipment is not None:
            there = {
                row["code"]
                for row in self._db.execute(
                    "SELECT code FROM booking_equipment JOIN equipment USING (equipment_id)"
                    " WHERE booking_id = :id",
                    of_booking,
                )
            }
            more, less = self._said.changes_of_list(
                "booking", name, "equipment", entry.equipment, there
            )
            if more or less:
                give_equipment(self._db, booking_id, (there | more) - less)
        come: dict[int, int] = {}
        for word, logins, drives in (
            ("drivers", entry.drivers, 1),
            ("passengers", entry.passengers, 0),
        ):
            if logins is None:
                continue
            aboard = of_booking | {"drives": drives}
            rows = self._db.execute(
                "SELECT agent_id FROM companion WHERE booking_id = :id AND drives = :drives", aboard
            ).fetchall()
            added, gone = self._said.changes_of_list(
                "booking",
                name,
                word,
                [self._agents[login] for login in logins],
                [row["agent_id"] for row in rows],
            )
            come |= dict.fromkeys(added, drives)
            self._db.executemany(
                "DELETE FROM companion WHERE booking_id = :id AND drives = :drives"
                " AND agent_id = :agent_id",
                [aboard | {"agent_id": agent_id} for agent_id in gone],
            )
        self._db.executemany(
            "INSERT INTO companion (booking_id, agent_id, drives)"
            " VALUES (:id, :agent_id, :drives)"
            " ON CONFLICT (booking_id, agent_id) DO UPDATE SET drives = excluded.drives",
            [of_booking | {"agent_id": a, "drives": drives} for a, drives in come.items()],
        )

    def _ids(self, table: str, column: str) -> dict[str, int]:
        rows = self._db.execute(f"SELECT {column}, {table}_id FROM {table} ORDER BY {column}")
        return {row[column]: int(row[f"{table}_id"]) for row in rows}


def _passwords_said(db: sqlite3.Connection) -> dict[str, str]:
    rows = db.execute(
        "SELECT entry, said FROM file_word WHERE kind = 'agent' AND word = 'password_hash'"
    )
    return {row["entry"]: str(json.loads(row["said"])) for row in rows}


def _flags(said: Mapping[str, bool | None]) -> dict[str, Word]:
    """Return as the database has them those of these flags that are said."""
    return {word: int(flag) for word, flag in said.items() if flag is not None}


def _booking_name(vehicle_id: int, agent_id: int, window: Window) -> str:
    """Name a booking as a file says it, whatever becomes of it."""
    return f"{vehicle_id} {agent_id} {window.from_s}-{window.to_s}"


def _may_book(db: sqlite3.Connection, agent_id: int, now_s: int) -> bool:
    """Say whether somebody has a right to book, now or from later on."""
    return bool(
        db.execute(
            "SELECT 1 FROM booking_right"
            " WHERE agent_id = :agent_id AND (to_s IS NULL OR to_s > :now_s)",
            {"agent_id": agent_id, "now_s": now_s},
        ).fetchone()
    )


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
