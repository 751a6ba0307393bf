"""The words of the fleet as frozen values, shared by the store, the gateway and the pages.

Units stand in the names: `_s` is a Unix instant in UTC seconds, `_m` metres, `_e7` degrees
times ten million. Never here: rules, SQL, the wire format, local time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from server.fleet.roles import WHOLE, RoleGrant, Scope

BookingState = Literal["active", "cancelled"]
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
Contradiction = Literal["cranked", "driven", "never_opens", "ignition_off", "other"]
Counter = Literal["epoch", "key_generation", "command", "other"]
CHARGING_MV = 13_200  # no battery gets there by itself
OffAirCause = Literal[
    "modem_silent",
    "no_sim",
    "pin_wanted",
    "pin_wrong",
    "sim_failed",
    "no_coverage",
    "network_refused",
    "no_context",
    "no_server",
    "server_silent",
    "path_forgotten",
    "modem_restarted",
    "battery_low",
    "limping",
    "unnamed",
]
BatteryState = Literal["well", "low", "saving", "modem_off"]
Hindrance = Literal["ignition_on", "moves", "no_sign", "no_line", "relay", "other"]
RelayState = Literal["unknown", "enabled", "inhibited"]
ClockSource = Literal["none", "gnss", "server"]
CommandKind = Literal[
    "inhibit",
    "cancel",
    "end-trip",
    "end-trip-without-keys",
    "end-from-afar",
    "end-from-afar-without-keys",
    "withdraw-end",
    "theft",
    "withdraw-theft",
    "learn",
]
CommandState = Literal["queued", "pending", "applied", "cancelled", "expired", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Directorate:
    """A cost centre; the same whatever it is called.

    `closed_from_s`: from when on nobody can be of it, None: it is open. Its people of then are of
    `merged_into_id`, if there were any.
    """

    directorate_id: int
    code: str
    name: str
    closed_from_s: int | None = None
    merged_into_id: int | None = None


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
class Agent:
    """A person with an account; `password_hash` is None for one who cannot sign in.

    `closed_at_s`: since when the account is closed, None while it is open. `roles`: those given and
    not withdrawn; of somebody who acts, those that hold now.
    """

    agent_id: int
    login: str
    full_name: str
    directorate_id: int
    directorate_code: str
    directorate_name: str
    password_hash: str | None = field(repr=False)
    closed_at_s: int | None = None
    roles: tuple[RoleGrant, ...] = ()
    email: str | None = None


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role as a list shows it: whose, by whom and why; `given_by` None: by an operator."""

    grant: RoleGrant
    agent_id: int
    agent_name: str
    directorate_id: int
    directorate_code: str
    is_closed: bool
    given_by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Session:
    """That somebody signed in; `session_id` is a hash of the secret that the browser holds."""

    session_id: str
    started_at_s: int
    browser: str


@dataclass(frozen=True, slots=True)
class UsedCode:
    """That a person chose their password by a code; `given_by` None: an operator gave it."""

    given_by: str | None
    used_at_s: int


@dataclass(frozen=True, slots=True)
class Badge:
    """A card of an agent; UID and key are secrets in the database and never printed.

    `key` is what the card proves itself with (AES-128), None for one known by its UID only.
    """

    badge_id: int
    agent_id: int
    uid: bytes = field(repr=False)
    key: bytes | None = field(default=None, repr=False)
    revoked_at_s: int | None = None


@dataclass(frozen=True, slots=True)
class EnrolledBadge:
    """A card of an agent as a page may show it: `ending` is the end of its UID, in hexadecimal.

    `issuer`: whose card it was first, a service's or the fleet's own; empty where nobody said.
    `why` it is blocked, if it is.
    """

    badge_id: int
    agent_id: int
    ending: str
    has_key: bool
    revoked_at_s: int | None
    why: "BlockedWhy | None"
    issuer: str


BlockedWhy = Literal["lost", "withdrawn", "replaced"]
BadgeDeed = Literal["given", "lost", "found", "withdrawn", "replaced"]


@dataclass(frozen=True, slots=True)
class BadgeAct:
    """What somebody (None: the operator) did with a badge, and who held it after that."""

    at_s: int
    what: BadgeDeed
    holder: str
    by: str | None


@dataclass(frozen=True, slots=True)
class Holding:
    """From when to when (None: still) somebody holds a badge; from 0: as far as is known, ever."""

    holder: str
    from_s: int
    to_s: int | None


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
class ToldContradiction:
    """What a car's signs said against each other, `times` times until somebody saw it.

    `contradiction_id` is its number on the list. It was told from `first_at_s` to `last_at_s`;
    `seen_by` and `seen_at_s` are None while nobody has seen it.
    """

    contradiction_id: int
    vehicle_id: int
    plate: str
    vehicle_label: str
    kind: Contradiction
    times: int
    first_at_s: int
    last_at_s: int
    seen_by: str | None
    seen_at_s: int | None


@dataclass(frozen=True, slots=True)
class Box:
    """The unit in a car: who it is and what it said last (None: never heard).

    `grants_generation` is the last set sent, `grants_confirmed` the last one the box said it
    holds; they are equal when the box is up to date. The set sent last left at `grants_sent_at_s`.
    Its clock was `clock_off_s` off at most when it last said so (None: never), and is
    `clock_doubtful` (1) while one source alone vouches for it; the server has known that since
    `clock_doubtful_since_s`.
    `generation` is that of the newest key it has proved to hold; `newest_generation` is above it
    while a new key is on its way. `flash_erases` counts since the flash was new.
    `startable_since_s`: since when anybody could start the car though it is nobody's, None when
    that is not so, and `hindrance` why it is. `contradiction` is the last one it told that nobody
    has seen, and when; `jump` which of its counters a server last sent beyond reason.
    `off_air` is what last kept it off the air for minutes, `off_air_s` for how long, and
    `off_air_until_s` when it was back; `heartbeat_s` the pace that it has learned. Of its starts
    `failed_starts` in a row failed before the one that told so at `failed_starts_at_s`.
    `battery` is what it last said of the car's, whose highest voltage of a quarter of an hour was
    `battery_mv` at `battery_at_s`.
    """

    box_id: int
    wire_id: bytes
    vehicle_id: int
    plate: str
    vehicle_label: str
    epoch: int
    firmware_version: str | None
    last_seen_s: int | None
    relay: RelayState
    clock_source: ClockSource
    clock_doubtful: int
    clock_off_s: int | None
    clock_doubtful_since_s: int | None
    grants_generation: int
    grants_confirmed: int
    grants_sent_at_s: int | None
    generation: int
    newest_generation: int
    flash_erases: int | None
    off_air: OffAirCause | None
    off_air_s: int | None
    off_air_until_s: int | None
    heartbeat_s: int | None
    failed_starts: int | None
    failed_starts_at_s: int | None
    battery: BatteryState | None
    battery_mv: int | None
    battery_at_s: int | None
    startable_since_s: int | None
    hindrance: Hindrance | None
    contradiction: Contradiction | None
    contradiction_at_s: int | None
    jump: Counter | None
    jump_at_s: int | None

    @property
    def battery_charges(self) -> bool:
        """Whether something charged the car's battery when the box said so last."""
        return self.battery_mv is not None and self.battery_mv >= CHARGING_MV


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


@dataclass(frozen=True, slots=True)
class Command:
    """A request to a box; the box decides when it is safe and answers with a record."""

    command_id: int
    box_id: int
    kind: CommandKind
    created_at_s: int
    expires_at_s: int
    state: CommandState
    agent_id: int | None = None  # who asked; None: an operator, or the server itself


@dataclass(frozen=True, slots=True)
class EndFromAfar:
    """The end of a trip under way that somebody else than its driver asked for, and that waits.

    `is_withdrawn`: that it is not wanted any more is on its way to the car.
    """

    command_id: int
    trip_id: int
    vehicle_id: int
    plate: str
    vehicle_label: str
    agent_name: str | None
    asked_by: str | None
    asked_at_s: int
    expires_at_s: int
    state: CommandState
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class TheftOrder:
    """That a car is stolen: said by one person, and in force once another has confirmed it.

    `state` is that of the command to its box, `withdrawal` of the one that takes it back (None:
    there is none).
    """

    theft_order_id: int
    vehicle_id: int
    plate: str
    vehicle_label: str
    reference: str
    asked_by_id: int
    asked_by: str
    asked_at_s: int
    confirmed_by: str | None
    confirmed_at_s: int | None
    state: CommandState | None
    withdrawn_by: str | None
    withdrawn_at_s: int | None
    withdrawal: CommandState | None


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
class TableImport:
    """A table that was taken in, by somebody or, None, by an operator.

    `can_be_undone`: unless it was used since.
    """

    import_id: int
    kind: str
    file_name: str
    new_count: int
    changed_count: int
    at_s: int
    by_name: str | None
    undone_at_s: int | None
    undone_by: str | None
    can_be_undone: bool
