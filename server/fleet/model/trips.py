"""What boxes told of cars on the road: trips with their legs and records, and refused badges.

Never here: how records become trips (fleet/trips.py), what a box says of itself (boxes.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from server.fleet.model.people import BlockedWhy
from server.fleet.roles import WHOLE, Scope

TripState = Literal["open", "paused", "ended"]
EndReason = Literal[
    "badge_held",
    "other_driver",
    "inferred",
    "command",
    "technician",
    "ignition_left_on",
    "from_afar",
]
Assurance = Literal["low", "high"]  # low: known by a UID only, which can be copied
RefusalReason = Literal[
    "unknown_badge",
    "too_early",
    "too_late",
    "clock_unknown",
    "car_in_use",
    "grants_expired",
    "revoked",
    "wrong_car",
    "maintenance",
    "keys_missing",
    "driver_first",
    "not_genuine",
    "no_licence",
    "moving",
    "ignition_on",
    "theft_order",
    "no_notice",
    "other",
]


@dataclass(frozen=True, slots=True)
class Trip:
    """From badge in to trip end. `distance_m` grows while it is open and never shrinks.

    `occupants` are the names of those whose badge was read as a passenger's.
    Of a `private` trip no position is kept.
    `started_at_s` is the box's time, or the time of arrival when the box knew none.
    `went_on_at_s`: when, after the end, its car drove on before its ignition was seen off.
    `wrong_site` says that it ended, as far as is known, away from its car's site.
    Its start or end is `_doubtful` while nothing has confirmed or mended the clock of then.
    `booked_until_s` is when its booking ends, and those of the same person right behind it; None
    without a booking.
    `listed_at_s` is its place among the others: its start, or when that arrived if its time cannot
    be (`time_doubtful`). What is doubtful `counts` once a person, `settled_by`, has said so
    (`is_counted`, None: nothing yet).
    """

    trip_id: int
    vehicle_id: int
    plate: str
    vehicle_label: str
    agent_id: int | None
    agent_name: str | None
    directorate_id: int | None
    directorate_code: str | None
    booking_id: int | None
    booked_until_s: int | None
    started_at_s: int
    ended_at_s: int | None
    start_odometer_m: int
    last_odometer_m: int
    distance_m: int
    state: TripState
    end_reason: EndReason | None
    went_on_at_s: int | None
    assurance: Assurance
    wrong_site: bool
    start_doubtful: bool
    end_doubtful: bool
    occupants: tuple[str, ...]
    private: bool
    start_lat_e7: int | None
    start_lon_e7: int | None
    end_lat_e7: int | None
    end_lon_e7: int | None
    received_at_s: int
    listed_at_s: int
    time_doubtful: bool
    distance_doubtful: bool
    is_counted: bool | None
    settled_by: str | None
    settled_at_s: int | None

    @property
    def is_implausible(self) -> bool:
        """Whether something of it cannot be."""
        return self.time_doubtful or self.distance_doubtful

    @property
    def counts(self) -> bool:
        """Whether its kilometres are in any total."""
        return not self.is_implausible or self.is_counted is True


@dataclass(frozen=True, slots=True)
class TripFilter:
    """Which trips to list; None means any. `from_s` <= start of the trip < `to_s`.

    Of these, those `within` a part of the fleet, or of agent `or_of_agent_id`.
    """

    agent_id: int | None = None
    vehicle_id: int | None = None
    directorate_id: int | None = None
    from_s: int | None = None
    to_s: int | None = None
    within: Scope = WHOLE
    or_of_agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class TripTotals:
    """How many trips a filter takes in, and their kilometres; of these, the private ones.

    `left_out` of the trips are in no total: something of them cannot be.
    """

    trips: int
    distance_m: int
    private_m: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Leg:
    """From ignition on to ignition off, inside a trip; last less start is its length, never < 0."""

    leg_id: int
    started_at_s: int
    ended_at_s: int | None
    start_odometer_m: int
    last_odometer_m: int


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One record of a box as stored; `fields` are its decoded values, without any badge."""

    epoch: int
    seq: int
    kind: int
    kind_name: str
    at_s: int | None
    received_at_s: int
    fields: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class TripDetail:
    """One trip with its legs and records, or the newest of these, each in the order of the box.

    `record_count` is how many there are, `records_lost` counts those behind its last record that no
    longer are anywhere: it ends with what is known of it.
    """

    trip: Trip
    legs: tuple[Leg, ...]
    records: tuple[StoredRecord, ...]
    record_count: int
    records_lost: int


@dataclass(frozen=True, slots=True)
class PendingWish:
    """What somebody asked of a trip under way, that its car does as soon as it is safe."""

    trip_id: int
    plate: str
    vehicle_label: str
    agent_name: str | None
    asked_at_s: int
    wish: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A badge the car said no to; `agent_name` is None for a badge nobody owns.

    `booked_plate` is the car this person had booked, where that was another and is known;
    `booking_id` is that booking. `badge_id` is the badge where it is known by now, `holder_name`
    whose it is now, and since when their account is closed; `blocked_why` it opens nothing now.
    """

    refusal_id: int
    at_s: int | None
    received_at_s: int
    vehicle_id: int
    plate: str
    reason: RefusalReason
    agent_name: str | None
    directorate_code: str | None
    booking_id: int | None
    booked_plate: str | None
    badge_id: int | None
    holder_name: str | None
    holder_closed_at_s: int | None
    blocked_why: BlockedWhy | None
