"""The fleet file that `voiturier load` takes: JSON in, checked values out, or the place at fault.

FORMAT shows it. Never here: whether names exist, storing.
"""

import json
import math
from dataclasses import dataclass, field, replace
from typing import Any, get_args
from zoneinfo import ZoneInfo

from server.fleet.model import Role, Window
from server.fleet.records import Position
from server.fleet.recurrence import MAX_WEEKLY_LENGTH_S, MAX_WEEKS, PARIS, weekly
from server.fleet.sites import DEFAULT_RADIUS_M, CarPark

FORMAT = """\
  {"directorates": [{"code", "name"}],
   "sites": [{"code", "name", "lat", "lon", "radius_m"}],
   "vehicles": [{"plate", "label", "site": code, "walk_up": true or false,
                 "private_use": true or false,
                 "out_of_service": [{"from", "to"}]}],
   "equipment": [{"code", "name", "site": code}],
   "agents": [{"login", "full_name", "directorate": code,
               "role": "agent" or "manager" or "technician",
               "licence_recorded": true or false,
               "password", "badges": [UID in hexadecimal, or {"uid", "key"}]}],
   "bookings": [{"vehicle": plate, "agent": login, "starts_at", "ends_at", "purpose",
                 "equipment": [code], "weeks": how many weeks running, at the same local hours,
                 "drivers": [login], "passengers": [login], "private": true or false}]}
Instants are Unix seconds. Every list may be left out; so may walk_up (false),
private_use (false), private (false: on an errand of the service), weeks (1), role (agent),
password and licence_recorded: false for who may book but not drive until a later file says true.
A site may be told where it is, in degrees; a trip that ends more than radius_m (300) from there is
marked. A badge's key is the AES-128 key of a card that proves itself: 32 hexadecimal digits.
"""

_LATEST_S = 0xFFFFFFFF  # instants travel to the box in 32 bits
_UID_BYTES = (4, 7, 10)  # what ISO 14443 knows
_CARD_KEY_BYTES = 16
_WIDEST_M = 100_000  # what is wider than a department is no site


class FleetFileError(ValueError):
    """The text is no fleet file; the message names the place."""


@dataclass(frozen=True, slots=True)
class Named:
    """A directorate."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """A site; `car_park` is where it is, None when that is not spoken of."""

    code: str
    name: str
    car_park: CarPark | None


@dataclass(frozen=True, slots=True)
class VehicleEntry:
    """A car; `where` is its place in the file."""

    where: str
    plate: str
    label: str
    site: str
    walk_up: bool
    private_use: bool
    out_of_service: tuple[Window, ...] | None  # None: not spoken of


@dataclass(frozen=True, slots=True)
class EquipmentEntry:
    """A piece that is booked together with a car; `where` is its place in the file."""

    where: str
    code: str
    name: str
    site: str


@dataclass(frozen=True, slots=True)
class BadgeEntry:
    """A card; `key` is None for one that is known by its UID only."""

    uid: bytes = field(repr=False)
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """A person; `where` is their place in the file."""

    where: str
    login: str
    full_name: str
    directorate: str
    role: str
    licence_recorded: bool | None  # None: not spoken of
    password: str | None = field(repr=False)
    badges: tuple[BadgeEntry, ...] | None  # None: not spoken of


@dataclass(frozen=True, slots=True)
class BookingEntry:
    """A booking; `where` is its place in the file."""

    where: str
    plate: str
    login: str
    starts_at_s: int
    ends_at_s: int
    purpose: str
    drivers: tuple[str, ...] | None  # None: not spoken of
    passengers: tuple[str, ...] | None
    equipment: tuple[str, ...] | None
    private: bool


@dataclass(frozen=True, slots=True)
class FleetFile:
    """All that a file names."""

    directorates: tuple[Named, ...]
    sites: tuple[SiteEntry, ...]
    vehicles: tuple[VehicleEntry, ...]
    equipment: tuple[EquipmentEntry, ...]
    agents: tuple[AgentEntry, ...]
    bookings: tuple[BookingEntry, ...]


def plate_of(text: str) -> str:
    """Write a plate as the database has it: capitals, no space around."""
    return text.strip().upper()


def parse(text: str, timezone: ZoneInfo = PARIS) -> FleetFile:
    """Read a fleet file; raises FleetFileError.

    Args:
        text: JSON.
        timezone: whose hours a booking keeps that is repeated each week.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FleetFileError(f"not JSON: {place}: {error.msg}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        raise FleetFileError("not JSON that anyone would write") from None
    file = _Entry("the file", data)
    file.refuse_others("directorates", "sites", "vehicles", "equipment", "agents", "bookings")
    parsed = FleetFile(
        tuple(Named(e.text("code"), e.text("name")) for e in file.entries("directorates")),
        tuple(_site(e) for e in file.entries("sites")),
        tuple(_vehicle(e) for e in file.entries("vehicles")),
        tuple(
            EquipmentEntry(e.where, e.text("code"), e.text("name"), e.text("site"))
            for e in file.entries("equipment")
        ),
        tuple(_agent(e) for e in file.entries("agents")),
        tuple(each for e in file.entries("bookings") for each in _bookings(e, timezone)),
    )
    _refuse_twice("directorates", [directorate.code for directorate in parsed.directorates])
    _refuse_twice("sites", [site.code for site in parsed.sites])
    _refuse_twice("vehicles", [vehicle.plate for vehicle in parsed.vehicles])
    _refuse_twice("equipment", [piece.code for piece in parsed.equipment])
    _refuse_twice("agents", [agent.login for agent in parsed.agents])
    _refuse_shared_badges(parsed.agents)
    return parsed


class _Entry:
    """One JSON object and where it stands."""

    def __init__(self, where: str, data: Any) -> None:
        if not isinstance(data, dict):
            raise FleetFileError(f"{where}: an object {{...}} was expected")
        self.where = where
        self._data: dict[str, Any] = data

    def refuse_others(self, *known: str) -> None:
        for name in self._data:
            if name not in known:
                raise FleetFileError(
                    f"{self.where}: {name!r} is unknown; known: {', '.join(known)}"
                )

    def entries(self, name: str) -> list["_Entry"]:
        place = "" if self.where == "the file" else f"{self.where}, "
        return [_Entry(f"{place}{name}[{i}]", item) for i, item in enumerate(self.list(name))]

    def list(self, name: str) -> list[Any]:
        value = self._data.get(name, [])
        if not isinstance(value, list):
            raise FleetFileError(f"{self.where}, {name}: a list [...] was expected")
        return value

    def text(self, name: str) -> str:
        value = self._data.get(name)
        # No control characters: these texts stand on pages, in logs and on terminals.
        if not isinstance(value, str) or not value.strip() or not value.strip().isprintable():
            raise FleetFileError(f"{self.where}, {name}: a text was expected")
        return value.strip()

    def flag(self, name: str) -> bool:
        value = self._data.get(name, False)
        if not isinstance(value, bool):
            raise FleetFileError(f"{self.where}, {name}: true or false was expected")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        places = [(f"{name}[{i}]", item) for i, item in enumerate(self.list(name))]
        return tuple(_Entry(self.where, {p: item}).text(p) for p, item in places)

    def logins(self, name: str) -> tuple[str, ...]:
        return tuple(login.lower() for login in self.texts(name))

    def instant(self, name: str) -> int:
        value = self._data.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LATEST_S:
            raise FleetFileError(f"{self.where}, {name}: Unix seconds (UTC) were expected")
        return value

    def number(self, name: str, lowest: float, highest: float) -> float:
        value = self._data.get(name)
        number = value if isinstance(value, int | float) else math.nan  # which is in no range
        if isinstance(value, bool) or not lowest <= number <= highest:
            raise FleetFileError(f"{self.where}, {name}: {lowest:g} to {highest:g} was expected")
        return number

    def weeks(self, name: str) -> int:
        value = self._data.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_WEEKS:
            raise FleetFileError(f"{self.where}, {name}: 1 to {MAX_WEEKS} weeks were expected")
        return value

    def has(self, name: str) -> bool:
        return self._data.get(name) is not None


def _site(entry: _Entry) -> SiteEntry:
    car_park = None
    if entry.has("lat") or entry.has("lon") or entry.has("radius_m"):
        lat_e7, lon_e7 = (
            round(entry.number(name, -limit, limit) * 10**7)
            for name, limit in (("lat", 90), ("lon", 180))
        )
        radius_m = DEFAULT_RADIUS_M
        if entry.has("radius_m"):
            radius_m = round(entry.number("radius_m", 1, _WIDEST_M))
        car_park = CarPark(Position(lat_e7, lon_e7), radius_m)
    return SiteEntry(entry.text("code"), entry.text("name"), car_park)


def _agent(entry: _Entry) -> AgentEntry:
    role = entry.text("role") if entry.has("role") else "agent"
    if role not in get_args(Role):
        raise FleetFileError(f"{entry.where}, role: {' or '.join(get_args(Role))} was expected")
    badges = [_badge(f"{entry.where}, badges[{i}]", b) for i, b in enumerate(entry.list("badges"))]
    return AgentEntry(
        entry.where,
        entry.text("login").lower(),
        entry.text("full_name"),
        entry.text("directorate"),
        role,
        entry.flag("licence_recorded") if entry.has("licence_recorded") else None,
        entry.text("password") if entry.has("password") else None,
        tuple(badges) if entry.has("badges") else None,
    )


def _badge(where: str, data: Any) -> BadgeEntry:
    key = None
    if isinstance(data, dict):
        entry = _Entry(where, data)
        entry.refuse_others("uid", "key")
        key = _bytes_of(data.get("key"))
        if len(key) != _CARD_KEY_BYTES:
            raise FleetFileError(f"{where}, key: {2 * _CARD_KEY_BYTES} hexadecimal digits expected")
        data = data.get("uid")
    uid = _bytes_of(data)
    if len(uid) not in _UID_BYTES:
        raise FleetFileError(f"{where}: 4, 7 or 10 bytes in hexadecimal were expected")
    return BadgeEntry(uid, key)


def uid_of(text: str) -> bytes | None:
    """Read a badge's UID in hexadecimal; None when it is none."""
    uid = _bytes_of(text)
    return uid if len(uid) in _UID_BYTES else None


def _bytes_of(text: Any) -> bytes:
    """Read hexadecimal; empty when it is none."""
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        return b""


def _vehicle(entry: _Entry) -> VehicleEntry:
    spans: dict[int, Window] = {}
    for span in entry.entries("out_of_service"):
        window = Window(span.instant("from"), span.instant("to"))
        if window.to_s <= window.from_s:
            raise FleetFileError(f"{span.where}, to: must come after from")
        if spans.setdefault(window.from_s, window) is not window:
            raise FleetFileError(f"{span.where}, from: another one begins then")
    return VehicleEntry(
        entry.where,
        plate_of(entry.text("plate")),
        entry.text("label"),
        entry.text("site"),
        entry.flag("walk_up"),
        entry.flag("private_use"),
        tuple(spans.values()) if entry.has("out_of_service") else None,
    )


def _booking(entry: _Entry) -> BookingEntry:
    booking = BookingEntry(
        entry.where,
        plate_of(entry.text("vehicle")),
        entry.text("agent").lower(),
        entry.instant("starts_at"),
        entry.instant("ends_at"),
        entry.text("purpose"),
        entry.logins("drivers") if entry.has("drivers") else None,
        entry.logins("passengers") if entry.has("passengers") else None,
        entry.texts("equipment") if entry.has("equipment") else None,
        entry.flag("private"),
    )
    aboard = [booking.login, *(booking.drivers or ()), *(booking.passengers or ())]
    if len(set(aboard)) < len(aboard):
        raise FleetFileError(f"{entry.where}: each person of a booking is named once")
    if len(set(booking.equipment or ())) < len(booking.equipment or ()):
        raise FleetFileError(f"{entry.where}, equipment: each piece is named once")
    if booking.ends_at_s <= booking.starts_at_s:
        raise FleetFileError(f"{entry.where}, ends_at: must come after starts_at")
    return booking


def _bookings(entry: _Entry, timezone: ZoneInfo) -> tuple[BookingEntry, ...]:
    """Read a booking with its repetitions."""
    first = _booking(entry)
    weeks = entry.weeks("weeks") if entry.has("weeks") else 1
    if weeks > 1 and first.ends_at_s - first.starts_at_s > MAX_WEEKLY_LENGTH_S:
        raise FleetFileError(f"{entry.where}, weeks: it is too long to be repeated each week")
    windows = weekly(Window(first.starts_at_s, first.ends_at_s), weeks, timezone)
    if windows[-1].to_s > _LATEST_S:
        raise FleetFileError(f"{entry.where}, weeks: the last one is too far in the future")
    return tuple(replace(first, starts_at_s=w.from_s, ends_at_s=w.to_s) for w in windows)


def _refuse_twice(name: str, keys: list[str]) -> None:
    """Refuse a code, plate or login that two entries of a list have: which one would be meant?"""
    for i, key in enumerate(keys):
        if (first := keys.index(key)) != i:
            raise FleetFileError(f"{name}[{i}]: {key!r} is {name}[{first}] already")


def _refuse_shared_badges(agents: tuple[AgentEntry, ...]) -> None:
    owners: dict[bytes, str] = {}
    for agent in agents:
        for i, badge in enumerate(agent.badges or ()):
            owner = owners.setdefault(badge.uid, agent.login)
            if owner != agent.login:
                raise FleetFileError(f"{agent.where}, badges[{i}]: {owner} has this badge")
