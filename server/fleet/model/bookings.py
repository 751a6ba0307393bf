"""Cars, what is booked with them, by whom and when, and what a badge may do with one for that.

Never here: what became of a booking on the road (trips.py), what stands in the car (boxes.py).
"""

from dataclasses import dataclass, field
from typing import Literal

BookingState = Literal["active", "cancelled"]
GrantKind = Literal[
    "booking",
    "passenger",
    "technician",
    "maintenance",
    "revoked",
    "no_licence",
    "walk_up",
    "walk_up_no_licence",
    "no_notice",
    "other_no_notice",
    "other_car",
]


@dataclass(frozen=True, slots=True)
class Site:
    """A car park."""

    site_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Equipment:
    """A piece that is booked together with a car of its site: a child seat, snow chains.

    `retired_at_s`: since when it is no more to be had.
    """

    equipment_id: int
    code: str
    name: str
    site_id: int
    site_name: str
    retired_at_s: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """From `from_s` until just before `to_s`."""

    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A car; `box_id` is what `notify` takes, None while no box is fitted.

    `private_use`: the fleet allows bookings of it that are no errand of the service; `walk_up`:
    who comes by may take it without booking. `retired_at_s`: since when it has left the pool.
    """

    vehicle_id: int
    plate: str
    label: str
    site_id: int
    site_code: str
    site_name: str
    box_id: int | None
    private_use: bool = False
    walk_up: bool = False
    retired_at_s: int | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking as stored; cancelled ones are kept. `equipment` are codes, in their order.

    `planned_km`: how far its agent means to go, where that was said.
    """

    booking_id: int
    vehicle_id: int
    plate: str
    vehicle_label: str
    agent_id: int
    agent_name: str
    directorate_id: int
    directorate_code: str
    starts_at_s: int
    ends_at_s: int
    purpose: str
    state: BookingState
    equipment: tuple[str, ...] = ()
    private: bool = False
    planned_km: int | None = None

    @property
    def window(self) -> Window:
        """Return its hours."""
        return Window(self.starts_at_s, self.ends_at_s)


@dataclass(frozen=True, slots=True)
class Companion:
    """Another person of a booking: a further driver, or a passenger."""

    booking_id: int
    agent_id: int
    drives: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """What one badge, or with `uid` None every badge, may or may not do with one car.

    `grant_id` is the booking's id where there is one. A badge has one grant of an id at most.
    Of a `private` one's trip the box tells no position.
    """

    grant_id: int
    uid: bytes | None = field(repr=False)
    not_before_s: int
    not_after_s: int
    kind: GrantKind
    private: bool = False
