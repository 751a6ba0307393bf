"""The fleet file that `voiturier load` takes: JSON in, checked values out, or the places at fault.

FORMAT shows it. Never here: whether names exist, what may be booked (bookings.py), storing.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from server.fleet.accounts.emails import Email
from server.fleet.accounts.passwords import Password, against_password
from server.fleet.badges.numbers import is_of_a_card, uid_of
from server.fleet.bookings import Journey, Weeks
from server.fleet.inputs import (
    MOST_REFUSALS,
    Flag,
    Input,
    Instant,
    Says,
    line,
    one_line,
    placed_refusals_of,
    refuse,
)
from server.fleet.json_sent import text as json_text
from server.fleet.json_sent.places import Path, named
from server.fleet.model.bookings import Window
from server.fleet.names import plate_of
from server.fleet.records import Position
from server.fleet.refusals import Reason, Refusal, Refused, Say, in_english
from server.fleet.sites import DEFAULT_RADIUS_M, CarPark

# The plain words of a booking, as FORMAT shows them.
_JOURNEY = ", ".join(
    f'"{word}": true or false' if field.annotation is bool else f'"{word}"'
    for word, field in Journey.model_fields.items()
)
FORMAT = f"""\
  {{"directorates": [{{"code", "name"}}],
   "sites": [{{"code", "name", "lat", "lon", "radius_m"}}],
   "vehicles": [{{"plate", "label", "site": code, "walk_up": true or false,
                 "private_use": true or false,
                 "out_of_service": [{{"from", "to"}}]}}],
   "equipment": [{{"code", "name", "site": code}}],
   "agents": [{{"login", "full_name", "directorate": code,
               "role": "agent" or "manager" or "technician",
               "licence_recorded": true or false, "active": true or false,
               "may_book": true or false,
               "email", "password", "badges": [UID in hexadecimal, or {{"uid", "key"}}]}}],
   "bookings": [{{"vehicle": plate, "agent": login, "starts_at", "ends_at",
                 "equipment": [code], "weeks": how many weeks running, at the same local hours,
                 "drivers": [login], "passengers": [login], {_JOURNEY}}}]}}
Instants are Unix seconds. Every list may be left out; so may walk_up (false),
private_use (false), private (false: on an errand of the service), planned_km (how far somebody
means to go, there and back; none), weeks (1), role (agent),
email, password and licence_recorded: false for who may book but not drive until a later file says
true.
A password is the first one: 12 characters at least, or 16 digits, and nothing easily guessed; once
somebody chose another, that one stays. active false closes the account of who has left: no sign-in,
no booking, no badge; it stays closed until a file says true. may_book (true) is the right to book
every car that is for all; false takes all rights back, also those that a page gave.
A site may be told where it is, in degrees; a trip that ends more than radius_m (300) from there is
marked. A badge's key is the AES-128 key of a card that proves itself: 32 hexadecimal digits.
What stands in brackets holds for what is new; of what is there already, what is left out stays.
null is refused, but for a badge's key (it is known by its UID only) and planned_km (none).
A file may be loaded again: what it says as the file before did changes nothing, also where people
changed it since; what it says otherwise holds.
"""

_CARD_KEY_BYTES = 16
_WIDEST_M = 100_000  # what is wider than a department is no site
_LONGEST = 200  # letters of a name

T = TypeVar("T")


def _plate(text: str) -> str:
    """Write a plate as the database has it."""
    plate = plate_of(text)
    if not plate:
        raise refuse(Reason.NOT_A_TEXT)
    return plate


def _bytes_of(text: object) -> bytes:
    """Read hexadecimal; empty when it is none."""
    try:
        return bytes.fromhex(str(one_line(text))) if isinstance(text, str) else b""
    except ValueError:
        return b""


def _card_key(given: object) -> bytes | None:
    if given is None:
        return None
    key = _bytes_of(given)
    if len(key) != _CARD_KEY_BYTES:
        raise refuse(Reason.NOT_A_CARD_KEY)
    return key


def _range(least: int, most: int) -> Says:
    return Says(Reason.OUT_OF_RANGE, values={"least": least, "most": most})


_SAYS_LAT, _SAYS_LON = _range(-90, 90), _range(-180, 180)

_Text = Annotated[
    str,
    Field(min_length=1, max_length=_LONGEST),
    Says(Reason.NOT_A_TEXT, Reason.TEXT_TOO_LONG, {"letters": _LONGEST}),
    BeforeValidator(line),
]
_Plate = Annotated[_Text, AfterValidator(_plate)]
_Login = Annotated[_Text, AfterValidator(str.lower)]
# Others are given by people, on a page or by a command.
RoleWord = Literal["agent", "manager", "technician"]
_Many = Annotated[tuple[T, ...], Field(strict=False), Says(Reason.NOT_A_LIST)]
_Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False), _SAYS_LAT]
_Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False), _SAYS_LON]
_Radius = Annotated[float, Field(ge=1, le=_WIDEST_M, allow_inf_nan=False), _range(1, _WIDEST_M)]


class Entry(Input):
    """One of a list; of what is there already, a word that is None here was left out, and stays."""

    @field_validator("*", mode="before")
    @classmethod
    def _says_something(cls, given: Any) -> Any:
        if given is None:
            raise ValueError("null")  # may mean all or nothing; each word has its own refusal
        return given


class Named(Entry):
    """A directorate."""

    code: _Text
    name: _Text


class SiteEntry(Named):
    """A site, and where it is if that is spoken of."""

    lat: _Lat | None = None
    lon: _Lon | None = None
    radius_m: _Radius | None = None

    @property
    def car_park(self) -> CarPark | None:
        """Return where it is, if it is new; None when that is not spoken of."""
        if self.lat is None or self.lon is None:
            return None
        centre = Position(round(self.lat * 10**7), round(self.lon * 10**7))
        return CarPark(centre, round(self.radius_m or DEFAULT_RADIUS_M))


class SpanEntry(Entry):
    """A time out of service."""

    from_s: Instant = Field(alias="from")
    to_s: Instant = Field(alias="to")


class VehicleEntry(Entry):
    """A car."""

    plate: _Plate
    label: _Text
    site: _Text
    walk_up: Flag | None = None
    private_use: Flag | None = None
    out_of_service: _Many[SpanEntry] | None = None

    @property
    def windows(self) -> tuple[Window, ...] | None:
        """Return when it is out of service; None when that is not spoken of."""
        spans = self.out_of_service
        return None if spans is None else tuple(Window(s.from_s, s.to_s) for s in spans)


class EquipmentEntry(Named):
    """A piece that is booked together with a car."""

    site: _Text


class BadgeEntry(Input):
    """A card; `key` is None for one that is known by its UID only, or as it is already."""

    uid: Annotated[bytes, BeforeValidator(_bytes_of)] = Field(repr=False)
    key: Annotated[bytes | None, BeforeValidator(_card_key), Says(Reason.NOT_A_CARD_KEY)] = Field(
        default=None, repr=False
    )

    @property
    def speaks_of_key(self) -> bool:
        """Say whether it is told that there is a key, or none."""
        return "key" in self.model_fields_set

    @model_validator(mode="before")
    @classmethod
    def _told_by_its_uid(cls, given: Any) -> Any:
        entry = given if isinstance(given, dict) else {"uid": given}
        uid = uid_of(entry.get("uid"))
        if uid is None:
            raise refuse(Reason.NOT_A_UID)
        if not is_of_a_card(uid):
            raise refuse(Reason.PASSING_UID)
        return entry


class BadgeOfAgent(BadgeEntry):
    """A card and whose it is, as a table says it: other cards of that person stay."""

    login: _Login = Field(alias="agent")


class AgentEntry(Entry):
    """A person."""

    login: _Login
    full_name: _Text
    directorate: _Text
    role: Annotated[
        RoleWord | None, Says(Reason.NOT_ONE_OF, values={"choice": " or ".join(get_args(RoleWord))})
    ] = None
    licence_recorded: Flag | None = None
    active: Flag | None = None
    may_book: Flag | None = None
    email: Email | None = None
    password: Password | None = Field(default=None, repr=False)
    badges: _Many[BadgeEntry] | None = None


_ABOARD = ("drivers", "passengers", "equipment")


class BookingEntry(Journey):
    """A booking in the first of its weeks; who and what is aboard and None was left out."""

    plate: _Plate = Field(alias="vehicle")
    login: _Login = Field(alias="agent")
    starts_at_s: Instant = Field(alias="starts_at")
    ends_at_s: Instant = Field(alias="ends_at")
    weeks: Weeks = 1
    drivers: _Many[_Login] | None = None
    passengers: _Many[_Login] | None = None
    equipment: _Many[_Text] | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _says_something(cls, given: Any, word: ValidationInfo) -> Any:
        if given is None and word.field_name in _ABOARD:
            raise ValueError("null")
        return line(given)


class FleetFile(Input):
    """All that a file names."""

    directorates: _Many[Named] = ()
    sites: _Many[SiteEntry] = ()
    vehicles: _Many[VehicleEntry] = ()
    equipment: _Many[EquipmentEntry] = ()
    agents: _Many[AgentEntry] = ()
    bookings: _Many[BookingEntry] = ()
    _text: str = PrivateAttr()  # in which `refuse` finds the places

    def refuse(self, against: Iterable[tuple[Path, Refusal]]) -> None:
        """Raise Refused when there is something against the file; each `field` is then a place."""
        _refuse(self._text, against)


def parse(text: str) -> FleetFile:
    """Read a fleet file, JSON; raises Refused, each `field` a place in it."""
    data, words = json_text.read(text)
    _refuse(text, [(path, Refusal("", reason)) for path, reason in words])
    try:
        file = FleetFile.model_validate(data)
    except ValidationError as error:
        against = placed_refusals_of(FleetFile, error)
    else:
        file._text = text
        against = list(_contradictions(file))
    _refuse(text, against)
    return file


def in_words(refusal: Refusal, say: Say = in_english) -> str:
    """Say a refusal of a file, with its place."""
    return f"{refusal.field}: {refusal.in_words(say)}"


def _refuse(text: str, against: Iterable[tuple[Path, Refusal]]) -> None:
    told = list(against)[:MOST_REFUSALS]
    if told:
        places = named(text, [path for path, _ in told])
        raise Refused(*(replace(refusal, field=places[path]) for path, refusal in told))


def _contradictions(file: FleetFile) -> Iterator[tuple[Path, Refusal]]:
    """Return what entries say against themselves or each other."""
    for name, keys in (
        ("directorates", [entry.code for entry in file.directorates]),
        ("sites", [entry.code for entry in file.sites]),
        ("vehicles", [entry.plate for entry in file.vehicles]),
        ("equipment", [entry.code for entry in file.equipment]),
        ("agents", [entry.login for entry in file.agents]),
    ):
        for i, first in _again(keys):
            values = {"name": repr(keys[i]), "first": f"{name}[{first}]"}
            yield (name, i), Refusal("", Reason.SAME_AS, values)
    for i, site in enumerate(file.sites):
        spoken_of = (site.lat, site.lon) != (None, None)
        for word, value, says in (("lat", site.lat, _SAYS_LAT), ("lon", site.lon, _SAYS_LON)):
            if spoken_of and value is None:
                yield ("sites", i, word), Refusal("", says.wrong, says.values)
    for i, car in enumerate(file.vehicles):
        spans = car.out_of_service or ()
        for n, span in enumerate(spans):
            if span.to_s <= span.from_s:
                yield (
                    ("vehicles", i, "out_of_service", n, "to"),
                    Refusal("", Reason.END_BEFORE_START),
                )
        for n, _ in _again([span.from_s for span in spans]):
            yield ("vehicles", i, "out_of_service", n, "from"), Refusal("", Reason.SAME_START)
    for i, agent in enumerate(file.agents):
        if agent.password is not None:
            refusal = against_password(
                agent.password, "", (agent.login, agent.full_name, agent.directorate)
            )
            if refusal is not None:
                yield ("agents", i, "password"), refusal
    holders: dict[bytes, str] = {}
    for i, agent in enumerate(file.agents):
        for n, badge in enumerate(agent.badges or ()):
            holder = holders.setdefault(badge.uid, agent.login)
            if holder != agent.login:
                yield (
                    ("agents", i, "badges", n),
                    Refusal("", Reason.BADGE_OF_ANOTHER, {"name": holder}),
                )
    for i, booking in enumerate(file.bookings):
        aboard = (booking.login, *(booking.drivers or ()), *(booking.passengers or ()))
        if len(set(aboard)) < len(aboard):
            yield ("bookings", i), Refusal("", Reason.NAMED_TWICE)
        for n, _ in _again(booking.equipment or ()):
            yield ("bookings", i, "equipment", n), Refusal("", Reason.NAMED_TWICE)


def _again(keys: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """Return, of each key that stood before, its number and the number of the first."""
    first: dict[Hashable, int] = {}
    for i, key in enumerate(keys):
        if first.setdefault(key, i) != i:
            yield i, first[key]
