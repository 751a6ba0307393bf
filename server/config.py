"""What the operator chose. Never here: reading the command line, building the parts (app.py).

Loads nothing of the web, so that a command that needs none starts at once.
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from server.fleet.bookings import Limits
from server.fleet.recurrence import PARIS
from server.fleet.roles import Role

Network = IPv4Network | IPv6Network


class ServeError(Exception):
    """The server cannot start as it was told to; the text says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 asks the system for a free one."""

    host: str
    port: int

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
class Config:
    """One server's settings. `timezone` is for the pages, and for what repeats at local hours."""

    data_dir: Path
    http: Address = Address("127.0.0.1", 8080)
    boxes: Address = Address("127.0.0.1", 7400)
    timezone: ZoneInfo = PARIS
    language: str = "fr"
    simple_walk_up: bool = False  # a card with a key takes a car for all by its number alone
    booking_limits: Limits = field(default_factory=Limits)  # the database has them from then on
    trusted_proxies: tuple[Network, ...] = ()  # whose X-Forwarded-For is believed
    mail: MailSettings | None = None  # without it nobody is written to
    second_factor_for: tuple[Role, ...] = ()  # who does not sign in without one
    demo_accounts: tuple[tuple[str, str, str], ...] = ()  # (login, password, who), shown to sign in

    @property
    def session_key_path(self) -> Path:
        """Return where the pages keep the key of their session cookies (mode 0600)."""
        return self.data_dir / "secrets" / "session.key"
