"""What the operator chose. Never here: reading the command line, building the parts (app.py).

Loads nothing of the web, so that a command that needs none starts at once.
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from server.fleet.bookings import Limits
from server.fleet.model.fitting import PdpType, SimCard
from server.fleet.recurrence import PARIS
from server.fleet.refusals import ToldError
from server.fleet.roles import Role

Network = IPv4Network | IPv6Network
LogFormat = Literal["plain", "json"]
AccessibilityState = Literal["none", "partial", "full"]


class ServeError(ToldError):
    """The server cannot start as it was told to; the text says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 asks the system for a free one."""

    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> "Address":
        """Read HOST:PORT, an IPv6 host in brackets; raises ValueError."""
        host, colon, port = text.rpartition(":")
        if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 0xFFFF):
            raise ValueError
        return cls(host.removeprefix("[").removesuffix("]"), int(port))

    def __str__(self) -> str:
        """Return HOST:PORT, with brackets around an IPv6 host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Which mail server takes our letters, who they are from, and where their links lead.

    `site` is the address at which people reach the pages, without a slash at its end.
    """

    server: Address
    sender: str
    site: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NewBoxes:
    """What a new box is told where nobody says otherwise: the way to the server, its SIM's network.

    `server` is where cars reach the boxes' port from outside; None: not set.
    """

    server: Address | None = None
    apn: str = "internet"  # "": the network's own
    pdp_type: PdpType = "IP"
    apn_user: str = ""
    apn_password: str = field(default="", repr=False)

    def sim_card(self, pin: str = "") -> SimCard:
        """Return what a box is told of its card; `pin` "": it wants none."""
        return SimCard(self.apn, self.pdp_type, self.apn_user, self.apn_password, pin)


@dataclass(frozen=True, slots=True)
class About:
    """Who runs this pool: what pages, letters and the notice name; None: not said."""

    name: str = "Voiturier"
    telephone: str | None = None
    mail: str | None = None
    data_protection: str | None = None  # whom a person writes to about what is known of them
    # As the last audit by the RGAA found; without one it is "none".
    accessibility: AccessibilityState = "none"


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days what speaks of a person is kept, from when it happened or was over."""

    positions_d: int = 60
    positions_as_proof_d: int = 365  # where a declared purpose says so: a theft, an intervention
    refusals_d: int = 60
    feedback_d: int = 365
    sessions_d: int = 30  # after their end
    mail_d: int = 30  # after it was sent or given up
    records_d: int = 365  # as the boxes sent them; what trips are made of stays
    audit_d: int = 365
    journeys_d: int = 1826  # who drove or booked; the kilometres stay, of their directorate
    accounts_d: int = 1826  # whose they were, after an account was closed


@dataclass(frozen=True, slots=True)
class Backups:
    """The copies that the server makes by itself each night; without an hour it makes none."""

    folder: Path | None = None  # None: DIR/backups
    keep: int = 14
    at_hour: int | None = None  # local


@dataclass(frozen=True, slots=True)
class Alerts:
    """Who is written to when something is wrong, and from when on it is."""

    mail_to: tuple[str, ...] = ()
    silent_car_h: int = 48
    disk_free_mb: int = 500


@dataclass(frozen=True, slots=True)
class WebLimits:
    """What one client of the web port may hold, and for how long."""

    header_s: int = 10
    body_s: int = 30
    idle_s: int = 60
    per_address: int = 64  # connections at a time; a trusted proxy is not held to it


@dataclass(frozen=True, slots=True)
class Config:
    """One server's settings. `timezone` is for the pages, and for what repeats at local hours."""

    data_dir: Path
    new_fleet: bool = field(default=False, kw_only=True)  # make one where no trace of any is
    http: Address = Address("127.0.0.1", 8080)
    boxes: Address = Address("127.0.0.1", 7400)
    timezone: ZoneInfo = PARIS
    language: str = "fr"
    simple_walk_up: bool = False  # a card with a key takes a car for all by its number alone
    booking_limits: Limits = field(default_factory=Limits)  # the database has them from then on
    trusted_proxies: tuple[Network, ...] = ()  # whose X-Forwarded-For is believed
    mail: MailSettings | None = None  # without it nobody is written to
    new_boxes: NewBoxes = field(default_factory=NewBoxes)
    second_factor_for: tuple[Role, ...] = ()  # who does not sign in without one
    about: About = field(default_factory=About)
    retention: Retention = field(default_factory=Retention)
    notice_before_use: bool = False  # a first badge is refused until its person has the notice
    backups: Backups = field(default_factory=Backups)
    alerts: Alerts = field(default_factory=Alerts)
    web_limits: WebLimits = field(default_factory=WebLimits)
    metrics: Address | None = None  # where Prometheus reads; None: nowhere
    log_format: LogFormat = "plain"  # of each line on stderr; "json" for a collector
    demo_accounts: tuple[tuple[str, str, str], ...] = ()  # (login, password, who), shown to sign in

    @property
    def session_key_path(self) -> Path:
        """Return where the pages keep the key of their session cookies (mode 0600)."""
        return self.data_dir / "secrets" / "session.key"
