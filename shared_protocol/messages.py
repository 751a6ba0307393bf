"""What travels in sealed frames: the one table that drives encoding, decoding and SPEC.md's test.

A message is a type byte and a body: the fields of its layout, then, for those that carry a list,
a count byte and the items. Bytes after that are a later version's and are skipped. Bit 0x40 of the
type tells the direction. Nothing here seals, frames or remembers.
"""

from binascii import crc32
from collections import namedtuple

from shared_protocol import codec
from shared_protocol.errors import LocalProtocolError, RemoteProtocolError
from shared_protocol.limits import MAX_MESSAGE_BYTES
from shared_protocol.records import Record

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from typing import Any

TO_BOX = 0x40
"""Set in the types the server sends, clear in those the box sends."""

Status = namedtuple(
    "Status",
    (
        "firmware_version",
        "clock_source",
        "time_s",
        "epoch",
        "lowest_seq",
        "next_seq",
        "grants_generation",
        "grants_hash",
        "command_id",
        "relay",
        "trip_open",
        "card_keys_hash",
    ),
)
Records = namedtuple("Records", ("epoch", "first_seq", "chain", "records"))
Heartbeat = namedtuple("Heartbeat", ("interval_s",))
Ack = namedtuple("Ack", ("epoch", "seq", "chain"))
Time = namedtuple("Time", ("time_s", "millisecond", "stretch"))
Grants = namedtuple("Grants", ("generation", "expires_s", "part", "parts", "grants"))
Command = namedtuple("Command", ("command_id", "expires_s", "kind", "badge_tag"))
Epoch = namedtuple("Epoch", ("epoch",))
GrantsChange = namedtuple(
    "GrantsChange",
    ("generation", "expires_s", "base_hash", "new_hash", "part", "parts", "grants"),
)
NewKey = namedtuple("NewKey", ("generation", "key"))
CardKeys = namedtuple("CardKeys", ("keys_hash", "part", "parts", "keys"))
HeartbeatSeen = namedtuple("HeartbeatSeen", ())

Grant = namedtuple(
    "Grant", ("badge_tag", "grant_id", "not_before_s", "not_after_s", "kind", "private")
)
GRANT_LAYOUT = "8IIIBB"
RECORD_LAYOUT = "BIb"
CardKey = namedtuple("CardKey", ("badge_tag", "key"))
CARD_KEY_LAYOUT = "8a"

TABLE = {
    0x01: (Status, "tBIHIII8IBB8", None, ""),
    0x02: (Records, "HII", Record, RECORD_LAYOUT),
    0x03: (Heartbeat, "H", None, ""),
    0x41: (Ack, "HII", None, ""),
    0x42: (Time, "IHI", None, ""),
    0x43: (Grants, "IIBB", Grant, GRANT_LAYOUT),
    0x44: (Command, "IIB8", None, ""),
    0x45: (Epoch, "H", None, ""),
    0x46: (GrantsChange, "II88BB", Grant, GRANT_LAYOUT),
    0x47: (NewKey, "Hk", None, ""),
    0x48: (CardKeys, "8BB", CardKey, CARD_KEY_LAYOUT),
    0x49: (HeartbeatSeen, "", None, ""),
}
"""type -> (class, layout of its fields, class of the items of the list that follows, layout of one
item). Layout letters are those of codec.py."""

_TYPE_OF = {entry[0]: number for number, entry in TABLE.items()}

CLOCK_NONE = 0
CLOCK_GNSS = 1
CLOCK_SERVER = 2

COMMAND_INHIBIT = 1
COMMAND_CANCEL_INHIBIT = 2
COMMAND_END_TRIP = 3
COMMAND_END_TRIP_WITHOUT_KEYS = 4
COMMAND_END_FROM_AFAR = 5
COMMAND_END_FROM_AFAR_WITHOUT_KEYS = 6
COMMAND_WITHDRAW_END = 7
COMMAND_THEFT = 8
COMMAND_WITHDRAW_THEFT = 9
COMMAND_LEARN_BADGE = 10

GRANT_BOOKING = 1
GRANT_PASSENGER = 2
GRANT_TECHNICIAN = 3
GRANT_WALK_UP = 4
GRANT_REVOKED = 5
GRANT_NO_LICENCE = 6
GRANT_WALK_UP_NO_LICENCE = 7
GRANT_OTHER_CAR = 8
GRANT_MAINTENANCE = 9
GRANT_REMOVED = 10
GRANT_SITE = 11
GRANT_NO_NOTICE = 12
GRANT_OTHER_NO_NOTICE = 13

EVERY_BADGE = bytes(8)
"""The badge tag of a grant that speaks of the car itself."""


def type_of(message: tuple[object, ...]) -> int:
    """The type byte of a message; LocalProtocolError when it is not one of the table."""
    number = _TYPE_OF.get(type(message))
    if number is None:
        raise LocalProtocolError("message_type")
    return number


def encode(message: "tuple[Any, ...]") -> bytes:
    """Type byte and body.

    Raises:
        LocalProtocolError: not a message of the table, a field out of range, or too long a list.
    """
    number = type_of(message)
    _, layout, item_class, item_layout = TABLE[number]
    data = bytearray((number,))
    if item_class is None:
        codec.encode_onto(data, layout, message)
    else:
        items = message[-1]
        if len(items) > 255:
            raise LocalProtocolError("message_long")
        codec.encode_onto(data, layout, message[:-1])
        data.append(len(items))
        for item in items:
            codec.encode_onto(data, item_layout, item)
    if len(data) > MAX_MESSAGE_BYTES:
        raise LocalProtocolError("message_long")
    return bytes(data)


def decode(data: bytes) -> tuple[tuple[object, ...] | None, int]:
    """Read type byte and body.

    Returns:
        The message (None when its type is unknown) and the number of bytes after its last field.

    Raises:
        RemoteProtocolError: the body is shorter than its table entry, or holds an invalid text, or
            the whole is longer than a frame can carry.
    """
    if not data:
        raise RemoteProtocolError("body_short")
    if len(data) > MAX_MESSAGE_BYTES:
        raise RemoteProtocolError("message_long")
    if data[0] not in TABLE:
        return None, len(data) - 1
    message_class, layout, item_class, item_layout = TABLE[data[0]]
    values, offset = codec.decode(layout, data, 1)
    if item_class is not None:
        (count,), offset = codec.decode("B", data, offset)
        items = []
        for _ in range(count):
            fields, offset = codec.decode(item_layout, data, offset)
            items.append(item_class(*fields))
        values.append(items)
    return message_class(*values), len(data) - offset


def record_bytes(record: Record) -> int:
    """What a record takes in a Records message, to be held against limits.MAX_RECORDS_BYTES."""
    return 6 + len(record.body)


def chained(chain: int, record: Record) -> int:
    """The chain of a box's records up to this one; `chain`: up to the one before, 0 at first."""
    return crc32(codec.encode(RECORD_LAYOUT, record), chain)
