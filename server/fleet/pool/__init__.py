"""What the pool is made of as people change it: sites, groups of cars, times out of service.

Values and their bounds. Never here: who may change them, SQL, what may be booked.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from server.fleet.inputs import LATEST_S, Id, line, refuse
from server.fleet.inputs import Says as _Says
from server.fleet.names import plate_of
from server.fleet.refusals import Reason

UNTIL_FURTHER_NOTICE_S = LATEST_S
"""The end of a time out of service of which nobody knows the end."""

MOST_LETTERS = 120
ZONES = (
    "Europe/Paris",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "Indian/Reunion",
    "Indian/Mayotte",
    "America/Miquelon",
    "America/St_Barthelemy",
    "America/Marigot",
    "Pacific/Noumea",
    "Pacific/Wallis",
    "Pacific/Tahiti",
    "Pacific/Marquesas",
    "Pacific/Gambier",
)
"""The time zones of France where the State has car parks; a site may have any other."""


@dataclass(frozen=True, slots=True)
class Place:
    """A site as people change it.

    `lat_e7`, `lon_e7` and `radius_m` are None while nobody has said where it is, `timezone` while
    it is the operator's (an IANA name), `bays` while nobody has counted them.
    """

    site_id: int
    code: str
    name: str
    lat_e7: int | None = None
    lon_e7: int | None = None
    radius_m: int | None = None
    timezone: str | None = None
    bays: int | None = None
    retired_at_s: int | None = None


@dataclass(frozen=True, slots=True)
class OutOfService:
    """A time in which nobody is to have a car; `said_by` None: a file, or an operator."""

    vehicle_id: int
    from_s: int
    to_s: int
    reason: str
    said_by: str | None

    @property
    def is_open_ended(self) -> bool:
        """Whether nobody knows its end."""
        return self.to_s >= UNTIL_FURTHER_NOTICE_S


@dataclass(frozen=True, slots=True)
class CarGroup:
    """Cars that belong together; of a `restricted` group not everybody may book the cars."""

    group_id: int
    name: str
    restricted: bool
    vehicle_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody else did to a booking: gave it another car than `from_plate`, or called it off.

    `by` None: an operator.
    """

    booking_id: int
    from_plate: str
    reason: str
    by: str | None
    decided_at_s: int


def stamp(thing: object) -> str:
    """Return a short name of a thing as it stands, which a form carries: it tells when it changed.

    Args:
        thing: a frozen value; equal ones have one stamp.
    """
    return hashlib.sha256(repr(thing).encode()).hexdigest()[:16]


def is_as_seen(thing: object, seen: str | None) -> bool:
    """Say whether a thing still is what somebody saw; None: they did not look."""
    return seen is None or seen == stamp(thing)


def _plate(text: str) -> str:
    plate = plate_of(text)
    if not plate:
        raise refuse(Reason.NOTHING_GIVEN, letters=MOST_LETTERS)
    return plate


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise refuse(Reason.NOT_A_ZONE) from None
    return name


def _range(least: int, most: int) -> _Says:
    return _Says(Reason.OUT_OF_RANGE, values={"least": least, "most": most})


Title = Annotated[
    str,
    Field(min_length=1, max_length=MOST_LETTERS),
    _Says(Reason.NOTHING_GIVEN, Reason.TEXT_TOO_LONG, {"letters": MOST_LETTERS}),
    BeforeValidator(line),
]
Plate = Annotated[Title, AfterValidator(_plate)]
Zone = Annotated[str, AfterValidator(_zone), _Says(Reason.NOT_A_ZONE)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False), _range(-90, 90)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False), _range(-180, 180)]
Radius = Annotated[int, Field(ge=10, le=100_000), _range(10, 100_000)]
Bays = Annotated[int, Field(ge=0, le=10_000), _range(0, 10_000)]
SiteId = Annotated[Id, _Says(Reason.UNKNOWN_NAME)]
Ids = Annotated[tuple[Id, ...], Field(strict=False, max_length=1_000), _Says(Reason.NOT_A_LIST)]
