"""What a bench test says: its checks, outcomes and failures by name, as lines and as a file.

In the file a name is its place in these lists, so a new one goes to the end. Prints and writes
nothing, and has no word for a key, a PIN, a badge or a place.
"""

from binascii import crc32
from collections import namedtuple

from firmware.logic.const import const

CHECKS = (
    "resets",
    "flash",
    "memory",
    "clock",
    "battery",
    "ignition",
    "crank",
    "relay",
    "relay_contact",
    "door",
    "reader",
    "badge",
    "satellites",
    "modem",
    "sim",
    "registration",
    "signal",
    "server",
)
"""In the order in which they are made."""

OK = "ok"
FAILED = "failed"
NOT_FITTED = "not_fitted"  # by what the identity says is wired
WAITING = "waiting"  # no end: the same check has another line later
_OUTCOMES = (OK, FAILED, NOT_FITTED)

FAILURES = (
    "",
    "RESETS_MANY",
    "FLASH_WORN",
    "FLASH_FULL",
    "WRONG_BOARD",
    "CLOCK_UNSET",
    "BATTERY_FLAT",
    "BATTERY_NOT_WIRED",
    "IGNITION_NOT_SEEN",
    "IGNITION_STUCK",
    "CRANK_NOT_SEEN",
    "RELAY_REVERSED",
    "RELAY_DEAD",
    "CONTACT_DEAD",
    "DOOR_NOT_SEEN",
    "READER_SILENT",
    "BADGE_NOT_SEEN",
    "ANTENNA_DEAD",
    "NO_SATELLITES",
    "MODEM_SILENT",
    "SIM_MISSING",
    "SIM_PIN_WRONG",
    "SIM_LOCKED",
    "NOT_REGISTERED",
    "APN_REFUSED",
    "SIGNAL_WEAK",
    "SERVER_UNREACHABLE",
    "SERVER_REFUSES",
)

Result = namedtuple("Result", ("outcome", "failure", "value"))
"""`failure`: of FAILURES, "" where none; `value`: what was measured, with its unit, or ""."""

RESULT_FILE = "bench_result"
_VERSION = const(1)  # of that file
_HEAD_BYTES = const(6)
_CHECK_BYTES = const(3)
_CHECKSUM_BYTES = const(4)


def ok(value: str = "") -> Result:
    """It is as it should be."""
    return Result(OK, "", value)


def failed(failure: str, value: str = "") -> Result:
    """It is not, or cannot be tried for what failed before it."""
    return Result(FAILED, failure, value)


def waiting(value: str = "") -> Result:
    """It takes a while, or somebody has to do something."""
    return Result(WAITING, "", value)


NOTHING_FITTED = Result(NOT_FITTED, "", "")


def line(check: str, result: Result) -> str:
    """What the console says of a check."""
    said = 'bench: {"check": "' + check + '", "outcome": "' + result.outcome + '"'
    for name, text in (("failure", result.failure), ("value", result.value)):
        if text:
            said += ', "' + name + '": "' + text + '"'
    return said + "}"


def cards_line(iccid: str, imei: str) -> str:
    """What it says of SIM card and modem, by their numbers; "" for one that is not known."""
    return 'bench: {"iccid": "' + iccid + '", "imei": "' + imei + '"}'


def done_line(failure: str = "") -> str:
    """The last line; `failure`: why the test was not made to its end, TRIP_OPEN or MOVES."""
    if failure:
        return 'bench: {"done": false, "failure": "' + failure + '"}'
    return 'bench: {"done": true}'


def to_bytes(results: dict, time_s: int) -> bytes:
    """The file: version, Unix time (0: unknown), count; three places a check; checksum.

    Args:
        results: check -> Result, of those that have ended.
        time_s: when the test ended.
    """
    data = bytes((_VERSION,)) + time_s.to_bytes(4, "big") + bytes((len(results),))
    for number, check in enumerate(CHECKS):
        if check in results:
            outcome, failure, _ = results[check]
            data += bytes((number, _OUTCOMES.index(outcome), FAILURES.index(failure)))
    return data + crc32(data).to_bytes(_CHECKSUM_BYTES, "big")


def from_bytes(data: bytes) -> tuple:
    """Unix time, and (check, outcome, failure) of each; (0, ()) of a file that is damaged."""
    body = data[:-_CHECKSUM_BYTES]
    checksum = crc32(body).to_bytes(_CHECKSUM_BYTES, "big")
    if len(body) < _HEAD_BYTES or body[0] != _VERSION or data[-_CHECKSUM_BYTES:] != checksum:
        return (0, ())
    found = []
    for at in range(_HEAD_BYTES, len(body), _CHECK_BYTES):
        check, outcome, failure = body[at : at + _CHECK_BYTES]
        found.append((CHECKS[check], _OUTCOMES[outcome], FAILURES[failure]))
    return (int.from_bytes(body[1:5], "big"), tuple(found))
