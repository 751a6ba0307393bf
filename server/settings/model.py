"""What may stand in the file of settings: its sections, their words and the bounds of each.

A section is a class of server/config.py, or becomes one in reading.py; what is left out stays as it
is there. Never here: where a word stands (statements.py), what words mean together (reading.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import core_schema

from server.config import AccessibilityState, Address, LogFormat, Network
from server.fleet.accounts.emails import email_of
from server.fleet.bookings import BOUNDS
from server.fleet.inputs import one_line
from server.fleet.model.fitting import FOR_MODEM, PDP_TYPES, PdpType
from server.fleet.roles import Role

SITE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_HOST = re.compile(r"[A-Za-z0-9._:%-]{1,253}")
_LEFT_OUT: Any = None


@dataclass(frozen=True, slots=True)
class Expected:
    """Beside a type: what is right there, told when something else is; `values` fill it in."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)


def _text(given: object) -> str:
    cleaned = one_line(given)
    if not isinstance(cleaned, str) or not cleaned.isprintable():
        raise ValueError
    return cleaned


def _address(given: object) -> Address:
    address = Address.of(_text(given))
    if not _HOST.fullmatch(address.host):
        raise ValueError
    return address


def _server(given: object) -> Address:
    address = _address(given)
    if address.port == 0:  # nobody is reached there
        raise ValueError
    return address


def _for_modem(given: object) -> str:
    text = _text(given)
    if not FOR_MODEM.fullmatch(text):
        raise ValueError
    return text


def _apn(given: object) -> str:
    return "" if given == "" else _for_modem(given)


def _network(given: object) -> Network:
    return ip_network(_text(given))


def _zone(given: object) -> ZoneInfo:
    try:
        return ZoneInfo(_text(given))
    except (KeyError, OSError):  # unknown; or a folder of zones
        raise ValueError from None


def _site(given: object) -> str:
    site = _text(given)
    if not SITE.fullmatch(site):
        raise ValueError
    return site.rstrip("/")


def _folder(given: object) -> Path:
    path = Path(_text(given))
    if not path.is_absolute():
        raise ValueError
    return path


def _role(given: object) -> Role:
    return Role(_text(given))


@dataclass(frozen=True, slots=True)
class Whole:
    """Beside int: the least and the most."""

    least: int
    most: int

    @property
    def expected(self) -> Expected:
        """Return what is right."""
        values = {"least": self.least, "most": self.most}
        return Expected("A whole number from %(least)s to %(most)s was expected.", values)

    def __get_pydantic_core_schema__(self, *_: object) -> core_schema.CoreSchema:
        """Return the bounds as pydantic wants them."""
        return core_schema.int_schema(ge=self.least, le=self.most, strict=True)


_Text = Annotated[
    str,
    BeforeValidator(_text),
    Field(min_length=1, max_length=200),
    Expected('A text of one line was expected, between quotes: "like this".'),
]
_Secret = Annotated[
    str,
    Field(min_length=1, max_length=1000),
    Expected('A text of one line was expected, between quotes: "like this".'),
]
_Email = Annotated[
    str, BeforeValidator(email_of), Expected('A mail address was expected: "parc@example.fr".')
]
_Address = Annotated[
    Address,
    BeforeValidator(_address),
    Expected('"HOST:PORT" was expected, like "127.0.0.1:8080" or "[::1]:8080".'),
]
_Server = Annotated[
    Address,
    BeforeValidator(_server),
    Expected('"HOST:PORT" was expected, like "smtp.example:587".'),
]
_Reached = Annotated[
    Address,
    BeforeValidator(_server),
    Expected('"HOST:PORT" was expected, like "boxes.example:7400".'),
]
FOR_MODEM_EXPECTED = Expected(
    "At most 64 letters, digits and signs were expected, without accents or quotes."
)
_ForModem = Annotated[str, BeforeValidator(_for_modem), FOR_MODEM_EXPECTED]
_Folder = Annotated[
    Path,
    BeforeValidator(_folder),
    Expected('A whole path was expected, like "/var/lib/voiturier".'),
]
_Flag = Annotated[bool, Expected("true or false was expected, without quotes.")]


_Network = Annotated[
    Network,
    BeforeValidator(_network),
    Expected(
        'An address or a network was expected, like "127.0.0.1" or "10.1.0.0/16" (nothing set'
        " beyond the mask)."
    ),
]
_Role = Annotated[
    Role,
    BeforeValidator(_role),
    Expected("One of these was expected: %(choice)s.", {"choice": ", ".join(Role)}),
]
_A_LIST = Field(strict=False, max_length=50)
_LIST_EXPECTED = Expected('A list was expected: ["one", "another"], 50 at most.')
_MINUTES, _COMING, _COMING_OF_CAR = (
    Whole(BOUNDS[0].shortest_s // 60, BOUNDS[1].shortest_s // 60),
    Whole(BOUNDS[0].coming, BOUNDS[1].coming),
    Whole(BOUNDS[0].coming_of_car, BOUNDS[1].coming_of_car),
)


def _one_of(*choice: str) -> Expected:
    return Expected("One of these was expected: %(choice)s.", {"choice": ", ".join(choice)})


class Section(BaseModel):
    """A heading and its words. Values are taken as they are, never cast."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AboutSection(Section):
    """Who runs this pool."""

    name: _Text = _LEFT_OUT
    telephone: _Text = _LEFT_OUT
    mail: _Email = _LEFT_OUT
    data_protection: _Text = _LEFT_OUT
    accessibility: Annotated[AccessibilityState, _one_of(*get_args(AccessibilityState))] = _LEFT_OUT


class ServerSection(Section):
    """Where the data is, where browsers and boxes connect, which hours and words people read."""

    data: _Folder = _LEFT_OUT
    http: _Address = _LEFT_OUT
    boxes: _Address = _LEFT_OUT
    metrics: _Address = _LEFT_OUT
    trusted_proxies: Annotated[tuple[_Network, ...], _A_LIST, _LIST_EXPECTED] = _LEFT_OUT
    timezone: Annotated[
        ZoneInfo,
        BeforeValidator(_zone),
        Expected('The name of a time zone was expected: "Europe/Paris", "Indian/Reunion".'),
    ] = _LEFT_OUT
    language: Annotated[Literal["fr", "en"], _one_of("fr", "en")] = _LEFT_OUT
    log_format: Annotated[LogFormat, _one_of(*get_args(LogFormat))] = _LEFT_OUT


class BookingsSection(Section):
    """What may be booked, and what a person needs before the first journey."""

    shortest_min: Annotated[int, _MINUTES] = _LEFT_OUT
    most: Annotated[int, _COMING] = _LEFT_OUT
    most_of_one_car: Annotated[int, _COMING_OF_CAR] = _LEFT_OUT
    simple_walk_up: _Flag = _LEFT_OUT
    notice_before_use: _Flag = _LEFT_OUT


class SignInSection(Section):
    """How people sign in."""

    second_step_for: Annotated[tuple[_Role, ...], _A_LIST, _LIST_EXPECTED] = _LEFT_OUT


class MailSection(Section):
    """Which mail server takes our letters."""

    server: _Server
    sender: _Email
    site: Annotated[
        str,
        BeforeValidator(_site),
        Expected('The address of the pages was expected: "https://parc.example".'),
    ]
    security: Annotated[Literal["starttls", "tls", "none"], _one_of("starttls", "tls", "none")] = (
        _LEFT_OUT
    )
    user: _Text = _LEFT_OUT
    password: _Secret = _LEFT_OUT
    password_file: _Text = _LEFT_OUT


class NewBoxesSection(Section):
    """What a new box is told where nobody says otherwise."""

    server: _Reached = _LEFT_OUT
    apn: Annotated[str, BeforeValidator(_apn), FOR_MODEM_EXPECTED] = _LEFT_OUT
    pdp_type: Annotated[PdpType, _one_of(*PDP_TYPES)] = _LEFT_OUT
    apn_user: _ForModem = _LEFT_OUT
    apn_password: _ForModem = _LEFT_OUT
    apn_password_file: _Text = _LEFT_OUT


# The most is what the law leaves: findings P3 and CNIL's recommendation on logs (2021-122).
class RetentionSection(Section):
    """For how many days what speaks of a person is kept."""

    positions_d: Annotated[int, Whole(1, 60)] = _LEFT_OUT
    positions_as_proof_d: Annotated[int, Whole(1, 365)] = _LEFT_OUT
    refusals_d: Annotated[int, Whole(1, 365)] = _LEFT_OUT
    feedback_d: Annotated[int, Whole(1, 1826)] = _LEFT_OUT
    sessions_d: Annotated[int, Whole(1, 365)] = _LEFT_OUT
    mail_d: Annotated[int, Whole(1, 365)] = _LEFT_OUT
    records_d: Annotated[int, Whole(30, 1826)] = _LEFT_OUT
    audit_d: Annotated[int, Whole(180, 1096)] = _LEFT_OUT
    journeys_d: Annotated[int, Whole(90, 1826)] = _LEFT_OUT
    accounts_d: Annotated[int, Whole(30, 1826)] = _LEFT_OUT


class BackupsSection(Section):
    """The copies that the server makes by itself."""

    folder: _Folder = _LEFT_OUT
    keep: Annotated[int, Whole(1, 1000)] = _LEFT_OUT
    at_hour: Annotated[int, Whole(0, 23)] = _LEFT_OUT


class AlertsSection(Section):
    """Who is written to when something is wrong."""

    mail_to: Annotated[tuple[_Email, ...], _A_LIST, _LIST_EXPECTED] = _LEFT_OUT
    silent_car_h: Annotated[int, Whole(1, 8760)] = _LEFT_OUT
    disk_free_mb: Annotated[int, Whole(10, 1_000_000)] = _LEFT_OUT


class WebLimitsSection(Section):
    """What one client of the web port may hold, and for how long."""

    header_s: Annotated[int, Whole(1, 300)] = _LEFT_OUT
    body_s: Annotated[int, Whole(1, 3600)] = _LEFT_OUT
    idle_s: Annotated[int, Whole(1, 3600)] = _LEFT_OUT
    per_address: Annotated[int, Whole(4, 10_000)] = _LEFT_OUT


class SettingsFile(Section):
    """All that a file may say."""

    about: AboutSection = _LEFT_OUT
    server: ServerSection = _LEFT_OUT
    bookings: BookingsSection = _LEFT_OUT
    sign_in: SignInSection = _LEFT_OUT
    mail: MailSection = _LEFT_OUT
    new_boxes: NewBoxesSection = _LEFT_OUT
    retention: RetentionSection = _LEFT_OUT
    backups: BackupsSection = _LEFT_OUT
    alerts: AlertsSection = _LEFT_OUT
    web_limits: WebLimitsSection = _LEFT_OUT
