"""The fleet file that `voiturier load` takes: JSON in, checked values out, or the place at fault.

FORMAT shows it. Never here: whether names exist, storing.
"""

import json
from dataclasses import dataclass, field
from typing import Any, get_args

from server.fleet.model import Role

FORMAT = """\
  {"directorates": [{"code", "name"}], "sites": [{"code", "name"}],
   "vehicles": [{"plate", "label", "site": code}],
   "agents": [{"login", "full_name", "directorate": code, "role": "agent" or "manager",
               "password", "badges": [UID in hexadecimal]}],
   "bookings": [{"vehicle": plate, "agent": login, "starts_at", "ends_at", "purpose"}]}
Instants are Unix seconds. Every list may be left out; so may role (agent), password and badges.
"""

_LATEST_S = 0xFFFFFFFF  # instants travel to the box in 32 bits
_UID_BYTES = (4, 7, 10)  # what ISO 14443 knows


class FleetFileError(ValueError):
    """The text is no fleet file; the message names the place."""


@dataclass(frozen=True, slots=True)
class Named:
    """A directorate or a site."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class VehicleEntry:
    """A car; `where` is its place in the file."""

    where: str
    plate: str
    label: str
    site: str


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """A person; `where` is their place in the file."""

    where: str
    login: str
    full_name: str
    directorate: str
    role: str
    password: str | None = field(repr=False)
    badges: tuple[bytes, ...] | None = field(repr=False)  # None: not spoken of


@dataclass(frozen=True, slots=True)
class BookingEntry:
    """A booking; `where` is its place in the file."""

    where: str
    plate: str
    login: str
    starts_at_s: int
    ends_at_s: int
    purpose: str


@dataclass(frozen=True, slots=True)
class FleetFile:
    """All that a file names."""

    directorates: tuple[Named, ...]
    sites: tuple[Named, ...]
    vehicles: tuple[VehicleEntry, ...]
    agents: tuple[AgentEntry, ...]
    bookings: tuple[BookingEntry, ...]


def plate_of(text: str) -> str:
    """Write a plate as the database has it: capitals, no space around."""
    return text.strip().upper()


def parse(text: str) -> FleetFile:
    """Read a fleet file; raises FleetFileError."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FleetFileError(f"not JSON: {place}: {error.msg}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        raise FleetFileError("not JSON that anyone would write") from None
    file = _Entry("the file", data)
    file.refuse_others("directorates", "sites", "vehicles", "agents", "bookings")
    parsed = FleetFile(
        tuple(Named(e.text("code"), e.text("name")) for e in file.entries("directorates")),
        tuple(Named(e.text("code"), e.text("name")) for e in file.entries("sites")),
        tuple(
            VehicleEntry(e.where, plate_of(e.text("plate")), e.text("label"), e.text("site"))
            for e in file.entries("vehicles")
        ),
        tuple(_agent(e) for e in file.entries("agents")),
        tuple(_booking(e) for e in file.entries("bookings")),
    )
    _refuse_twice("directorates", [directorate.code for directorate in parsed.directorates])
    _refuse_twice("sites", [site.code for site in parsed.sites])
    _refuse_twice("vehicles", [vehicle.plate for vehicle in parsed.vehicles])
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
        return [_Entry(f"{name}[{i}]", item) for i, item in enumerate(self.list(name))]

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

    def instant(self, name: str) -> int:
        value = self._data.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LATEST_S:
            raise FleetFileError(f"{self.where}, {name}: Unix seconds (UTC) were expected")
        return value

    def has(self, name: str) -> bool:
        return self._data.get(name) is not None


def _agent(entry: _Entry) -> AgentEntry:
    role = entry.text("role") if entry.has("role") else "agent"
    if role not in get_args(Role):
        raise FleetFileError(f"{entry.where}, role: {' or '.join(get_args(Role))} was expected")
    badges = []
    for i, badge in enumerate(entry.list("badges")):
        try:
            uid = bytes.fromhex(badge)
        except (TypeError, ValueError):
            uid = b""
        if len(uid) not in _UID_BYTES:
            raise FleetFileError(
                f"{entry.where}, badges[{i}]: 4, 7 or 10 bytes in hexadecimal were expected"
            )
        badges.append(uid)
    return AgentEntry(
        entry.where,
        entry.text("login").lower(),
        entry.text("full_name"),
        entry.text("directorate"),
        role,
        entry.text("password") if entry.has("password") else None,
        tuple(badges) if entry.has("badges") else None,
    )


def _booking(entry: _Entry) -> BookingEntry:
    booking = BookingEntry(
        entry.where,
        plate_of(entry.text("vehicle")),
        entry.text("agent").lower(),
        entry.instant("starts_at"),
        entry.instant("ends_at"),
        entry.text("purpose"),
    )
    if booking.ends_at_s <= booking.starts_at_s:
        raise FleetFileError(f"{entry.where}, ends_at: must come after starts_at")
    return booking


def _refuse_twice(name: str, keys: list[str]) -> None:
    """Refuse a code, plate or login that two entries of a list have: which one would be meant?"""
    for i, key in enumerate(keys):
        if (first := keys.index(key)) != i:
            raise FleetFileError(f"{name}[{i}]: {key!r} is {name}[{first}] already")


def _refuse_shared_badges(agents: tuple[AgentEntry, ...]) -> None:
    owners: dict[bytes, str] = {}
    for agent in agents:
        for i, uid in enumerate(agent.badges or ()):
            if owners.setdefault(uid, agent.login) != agent.login:
                raise FleetFileError(f"{agent.where}, badges[{i}]: {owners[uid]} has this badge")
