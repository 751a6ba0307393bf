"""The records of a box in the words of the fleet; the gateway translates the wire's into these.

`at_s` is the box's time, or the time of arrival where the box knew none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.fleet.model.boxes import (
    BatteryState,
    CommandState,
    Contradiction,
    Counter,
    Hindrance,
    RelayState,
)
from server.fleet.model.trips import Assurance, EndReason, RefusalReason


@dataclass(frozen=True, slots=True)
class Holder:
    """Who answers for a trip: any of these may be unknown (None)."""

    agent_id: int | None = None
    directorate_id: int | None = None
    booking_id: int | None = None
    private: bool = False  # what the booking is for
    badge_id: int | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """A place in degrees times ten million."""

    lat_e7: int
    lon_e7: int


@dataclass(frozen=True, slots=True)
class TripStarted:
    """A badge was accepted."""

    at_s: int
    odometer_m: int
    holder: Holder
    position: Position | None
    assurance: Assurance = "low"
    private: bool = False


@dataclass(frozen=True, slots=True)
class TripEnded:
    """The trip is over."""

    at_s: int
    odometer_m: int
    reason: EndReason
    position: Position | None


@dataclass(frozen=True, slots=True)
class TripPaused:
    """The driver locked the car and keeps it."""

    odometer_m: int


@dataclass(frozen=True, slots=True)
class TripTakenUp:
    """After the trip's end the car drove on before its ignition was seen off: nobody knows who."""

    at_s: int
    odometer_m: int


@dataclass(frozen=True, slots=True)
class TripResumed:
    """The driver is back."""

    odometer_m: int


@dataclass(frozen=True, slots=True)
class HandoverWaits:
    """The next driver (the holder) badged with the ignition on: who drives on is not known."""

    odometer_m: int
    holder: Holder


@dataclass(frozen=True, slots=True)
class HandoverDropped:
    """The driver of the trip badged again, before the next one and after the ignition was off."""

    odometer_m: int


@dataclass(frozen=True, slots=True)
class OccupantJoined:
    """A passenger's badge was read."""

    holder: Holder


@dataclass(frozen=True, slots=True)
class LegStarted:
    """Ignition on."""

    at_s: int
    odometer_m: int


@dataclass(frozen=True, slots=True)
class LegEnded:
    """Ignition off."""

    at_s: int
    odometer_m: int


@dataclass(frozen=True, slots=True)
class OdometerRead:
    """The running odometer, said now and then while driving."""

    odometer_m: int


@dataclass(frozen=True, slots=True)
class BadgeRefused:
    """The car said no; `at_s` is None when the box did not know the time.

    The holder's booking is that of the car they should have gone to.
    """

    at_s: int | None
    reason: RefusalReason
    holder: Holder
    badge_tag: bytes = field(default=b"", repr=False)  # how its box calls the badge


@dataclass(frozen=True, slots=True)
class CardLearned:
    """An unknown card was read because this command asked for it."""

    command_id: int
    uid: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RelaySeen:
    """What the relay's feedback contact shows."""

    relay: RelayState


@dataclass(frozen=True, slots=True)
class CarStartable:
    """Nobody has the car and anybody could start it; `hindrance`: why it is not inhibited."""

    at_s: int
    hindrance: Hindrance


@dataclass(frozen=True, slots=True)
class SignsContradict:
    """Feedback contact, crank and motion contradict each other."""

    at_s: int
    contradiction: Contradiction


@dataclass(frozen=True, slots=True)
class JumpRefused:
    """A server said a number far beyond reason, which the box did not take."""

    at_s: int
    counter: Counter


@dataclass(frozen=True, slots=True)
class BatteryRead:
    """What the car's battery says: its highest voltage of a quarter of an hour."""

    at_s: int
    state: BatteryState
    steady_mv: int


@dataclass(frozen=True, slots=True)
class CommandAnswered:
    """What became of a command."""

    command_id: int
    state: CommandState


@dataclass(frozen=True, slots=True)
class ClockStated:
    """What the box's clock of this number rests on: one source that no other confirms, or more."""

    number: int
    doubtful: bool
    off_s: int


@dataclass(frozen=True, slots=True)
class TimesMended:
    """What was recorded under the clock of this number was at another time."""

    number: int
    shift_s: int


FleetRecord = (
    TripStarted
    | TripEnded
    | TripPaused
    | TripResumed
    | HandoverWaits
    | HandoverDropped
    | TripTakenUp
    | OccupantJoined
    | LegStarted
    | LegEnded
    | OdometerRead
    | BadgeRefused
    | RelaySeen
    | CarStartable
    | SignsContradict
    | JumpRefused
    | BatteryRead
    | CommandAnswered
    | CardLearned
    | ClockStated
    | TimesMended
)


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """One record as it came (`kind`, `body`) and as it reads.

    `means` is it in the words of the fleet: None, and `fields` empty, for what this server has no
    rule or words for. `without_place` is what may be kept of it in a private trip, whatever the box
    sends; None where it tells no place.
    """

    kind: int
    kind_name: str
    at_s: int | None
    body: bytes = field(repr=False)
    fields: Mapping[str, int | str]
    means: FleetRecord | None
    without_place: "ReadRecord | None" = None
