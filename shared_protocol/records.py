"""What a box reports: the table of record kinds.

A record is (kind, time, body), and is called that everywhere on its way. Its body, decoded, is one
of the classes of KINDS, and stands for the record where the rest is of no matter. A kind's body may
grow at its end; old readers skip the rest. Never here: sequence numbers, storage or messages.
"""

from collections import namedtuple

from shared_protocol import codec
from shared_protocol.errors import LocalProtocolError

Record = namedtuple("Record", ("kind", "time_s", "body"))
"""kind u8, time_s u32 (Unix seconds UTC, 0 = the box did not know), body at most 255 bytes."""

Boot = namedtuple("Boot", ("cause", "firmware_version", "life"))
TripStart = namedtuple(
    "TripStart", ("badge_tag", "grant_id", "odometer_m", "lat_e7", "lon_e7", "assurance", "private")
)
TripEnd = namedtuple("TripEnd", ("odometer_m", "lat_e7", "lon_e7", "reason"))
LegStart = namedtuple("LegStart", ("odometer_m",))
LegEnd = namedtuple("LegEnd", ("odometer_m",))
Odometer = namedtuple("Odometer", ("odometer_m",))
Refusal = namedtuple("Refusal", ("badge_tag", "reason"))
Relay = namedtuple("Relay", ("state", "cause"))
CommandResult = namedtuple("CommandResult", ("command_id", "result", "relay"))
TripPause = namedtuple("TripPause", ("odometer_m",))
TripResume = namedtuple("TripResume", ("odometer_m",))
Gap = namedtuple("Gap", ("first_seq", "last_seq", "reason"))
Occupant = namedtuple("Occupant", ("badge_tag",))
Wear = namedtuple("Wear", ("erases",))
Contradiction = namedtuple("Contradiction", ("signs",))
Startable = namedtuple("Startable", ("hindrance",))
ClockState = namedtuple("ClockState", ("number", "source", "doubtful", "uncertainty_s"))
ClockMended = namedtuple("ClockMended", ("number", "shift_s"))
ClockRefused = namedtuple("ClockRefused", ("source", "ahead_s"))
JumpRefused = namedtuple("JumpRefused", ("counter", "number"))
TripAsked = namedtuple("TripAsked", ("odometer_m", "what"))
TripTakenUp = namedtuple("TripTakenUp", ("odometer_m",))
Ordered = namedtuple("Ordered", ("what", "expires_s"))
TripHandover = namedtuple(
    "TripHandover", ("odometer_m", "badge_tag", "grant_id", "assurance", "private", "stage")
)
BadgeLearned = namedtuple("BadgeLearned", ("command_id", "uid"))
OffAir = namedtuple("OffAir", ("cause", "duration_s"))
Battery = namedtuple("Battery", ("stage", "steady_mv", "lowest_mv"))
HeartbeatLearned = namedtuple("HeartbeatLearned", ("interval_s", "failed_s"))
StartsFailed = namedtuple("StartsFailed", ("count", "slot"))

KINDS = {
    1: (Boot, "BtI"),
    2: (TripStart, "8IIiiBB"),
    3: (TripEnd, "IiiB"),
    4: (LegStart, "I"),
    5: (LegEnd, "I"),
    6: (Odometer, "I"),
    7: (Refusal, "8B"),
    8: (Relay, "BB"),
    9: (CommandResult, "IBB"),
    10: (TripPause, "I"),
    11: (TripResume, "I"),
    12: (Gap, "IIB"),
    13: (Occupant, "8"),
    14: (Wear, "I"),
    15: (Contradiction, "B"),
    16: (Startable, "B"),
    17: (TripAsked, "IB"),
    20: (ClockState, "IBBI"),
    21: (ClockMended, "Ii"),
    22: (ClockRefused, "Bi"),
    23: (TripTakenUp, "I"),
    24: (JumpRefused, "BI"),
    25: (Ordered, "BI"),
    26: (TripHandover, "I8IBBB"),
    27: (BadgeLearned, "Ib"),
    28: (OffAir, "BI"),
    29: (Battery, "BHH"),
    30: (HeartbeatLearned, "HH"),
    31: (StartsFailed, "BB"),
}
"""kind -> (class, layout of codec.py)."""

_KIND_OF = {entry[0]: kind for kind, entry in KINDS.items()}

NO_POSITION = 0x7FFFFFFF
"""lat_e7 and lon_e7 when there was no fix."""

END_BADGE_HELD = 1
END_OTHER_DRIVER = 2
END_INFERRED = 3
END_COMMAND = 4
END_TECHNICIAN = 5
END_IGNITION_LEFT_ON = 6
END_FROM_AFAR = 7

ASKED_NOTHING = 0
ASKED_PAUSE = 1
ASKED_END = 2
ASKED_END_COMMAND = 3
ASKED_END_COMMAND_WITHOUT_KEYS = 4
ASKED_END_TECHNICIAN = 5
ASKED_END_FROM_AFAR = 6
ASKED_END_FROM_AFAR_WITHOUT_KEYS = 7
ASKED_THEFT = 8

HANDOVER_DROPPED = 0
HANDOVER_ASKED = 1
HANDOVER_SEEN_OFF = 2

ASSURANCE_LOW = 0
ASSURANCE_HIGH = 1

REFUSED_UNKNOWN_BADGE = 1
REFUSED_TOO_EARLY = 2
REFUSED_TOO_LATE = 3
REFUSED_CLOCK_UNKNOWN = 4
REFUSED_CAR_IN_USE = 5
REFUSED_GRANTS_EXPIRED = 6
REFUSED_REVOKED = 7
REFUSED_WRONG_CAR = 8
REFUSED_MAINTENANCE = 9
REFUSED_KEYS_MISSING = 10
REFUSED_DRIVER_FIRST = 11
REFUSED_NOT_GENUINE = 12
REFUSED_NO_LICENCE = 13
REFUSED_MOVING = 14
REFUSED_IGNITION_ON = 15
REFUSED_THEFT_ORDER = 16
REFUSED_NO_NOTICE = 17

RELAY_UNKNOWN = 0
RELAY_ENABLED = 1
RELAY_INHIBITED = 2

COMMAND_PENDING = 1
COMMAND_APPLIED = 2
COMMAND_CANCELLED = 3
COMMAND_EXPIRED = 4
COMMAND_REFUSED = 5
COMMAND_UNKNOWN = 6

GAP_UNREADABLE = 1

JUMP_EPOCH = 1
JUMP_KEY_GENERATION = 2

CONTRADICTION_CRANKED = 1
CONTRADICTION_DRIVEN = 2
CONTRADICTION_NEVER_OPENS = 3
CONTRADICTION_IGNITION_OFF = 4

STARTABLE_IGNITION_ON = 1
STARTABLE_MOVES = 2
STARTABLE_NO_SIGN = 3
STARTABLE_RELAY = 4
STARTABLE_NO_LINE = 5

OFF_AIR_MODEM_SILENT = 1
OFF_AIR_NO_SIM = 2
OFF_AIR_PIN_WANTED = 3
OFF_AIR_PIN_WRONG = 4
OFF_AIR_SIM_FAILED = 5
OFF_AIR_NO_COVERAGE = 6
OFF_AIR_NETWORK_REFUSED = 7
OFF_AIR_NO_CONTEXT = 8
OFF_AIR_NO_SERVER = 9
OFF_AIR_SERVER_SILENT = 10
OFF_AIR_PATH_FORGOTTEN = 11
OFF_AIR_MODEM_RESTARTED = 12
OFF_AIR_BATTERY_LOW = 13
OFF_AIR_LIMPING = 14


def encode_body(body: tuple[object, ...]) -> bytes:
    """Encode a body (Boot, TripStart, ...).

    Raises:
        LocalProtocolError: not a body of the table, or a field is out of range.
    """
    return codec.encode(KINDS[kind_of(body)][1], body)


def kind_of(body: tuple[object, ...]) -> int:
    """The number of a body's kind; LocalProtocolError when the table has none."""
    kind = _KIND_OF.get(type(body))
    if kind is None:
        raise LocalProtocolError("record_kind")
    return kind


def to_record(time_s: int, body: tuple[object, ...]) -> Record:
    """The record with this body, made at an instant (0 = unknown)."""
    return Record(kind_of(body), time_s, encode_body(body))


def decode_body(kind: int, data: bytes) -> tuple[object, ...] | None:
    """Decode the body of a record; None for a kind this version does not know.

    Raises:
        RemoteProtocolError: the data are shorter than the kind needs.
    """
    if kind not in KINDS:
        return None
    body_class, layout = KINDS[kind]
    values, _ = codec.decode(layout, data)
    body: tuple[object, ...] = body_class(*values)
    return body
