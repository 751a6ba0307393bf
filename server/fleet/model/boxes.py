"""The units in the cars: what each said last of itself and its car, and what is asked of it.

Never here: how long a request is worth carrying out (fleet/commands.py), trips (trips.py).
"""

from dataclasses import dataclass
from typing import Literal

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
class Written:
    """What was found when a box had been written: the board's MAC, and what is in it.

    `iccid` is the SIM card's number, `imei` the modem's; None: not known yet.
    """

    mac: str
    micropython: str
    iccid: str | None = None
    imei: str | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The box in service of a car and the board that it is on, as far as somebody said.

    `flashed_at_s`: since when it is known to be written there, `flashed_by` who said so.
    """

    box_id: int
    wire_id: bytes
    vehicle_id: int
    last_seen_s: int | None
    mac: str | None
    flashed_at_s: int | None
    flashed_by: str | None
    micropython: str | None
    iccid: str | None
    imei: str | None


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
