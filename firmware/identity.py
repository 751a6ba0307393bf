"""Who this box is: reads /identity.json, which the server wrote. Never prints what it reads."""

import json
from collections import namedtuple

from firmware.board import BOARDS
from firmware.version import TIME_FLOOR_S

Identity = namedtuple(
    "Identity",
    (
        "box_id",  # 8 bytes
        "key",  # 32 bytes, of `generation`
        "generation",
        "badge_key",  # 32 bytes, keys the badge tags
        "server_host",
        "server_port",
        "apn",
        "board",
        "odometer_m",  # where an empty journal begins to count
        "time_floor_s",  # no time before it is believed
        "ignition_proven",  # commissioning saw the ignition line both on and off
        "start_relay",  # false: a door-only car
        "ignition_line",  # the car's ignition line is wired
        "door_contact",  # a contact of doors and boot is wired
        "key_holder",  # the keys (and a fuel card) have a holder that tells whether they are in
        "reader",  # one of READERS
        "pdp_type",  # one of PDP_TYPES: the kind of address of `apn`
        "apn_user",  # "": the network wants no login
        "apn_password",
        "sim_pin",  # "": none
    ),
)


READERS = ("pn532", "wiegand")
PDP_TYPES = ("IP", "IPV6", "IPV4V6")


class IdentityError(Exception):
    """The identity file is unusable; `safe_to_print` names the field, never its value."""

    def __init__(self, reason: str):
        """`reason`: what is wrong with which field."""
        self.safe_to_print = reason
        super().__init__(reason)


def load_identity(path: str = "/identity.json") -> Identity:
    """Read and check the identity file; raises IdentityError."""
    try:
        with open(path) as file:
            data = json.load(file)
    except OSError:
        raise IdentityError("identity file missing: the box has not been provisioned") from None
    except ValueError:
        raise IdentityError("identity file is not JSON") from None
    return parse_identity(data)


def parse_identity(data) -> Identity:
    """Check what the file held; raises IdentityError naming the first bad field."""
    if not isinstance(data, dict):
        raise IdentityError("identity file is not a JSON object")
    board = _text(data, "board", 64)
    if board not in BOARDS:
        raise IdentityError("identity field board: no such board")
    sim_pin = _text(data, "sim_pin", 8, "")
    if sim_pin and not (sim_pin.isdigit() and len(sim_pin) >= 4):
        raise IdentityError("identity field sim_pin: not 4 to 8 digits")
    return Identity(
        _key(data, "box_id", 8),
        _key(data, "key", 32),
        _number(data, "generation", 0, 0xFFFF),
        _key(data, "badge_key", 32),
        _text(data, "server_host", 128),
        _number(data, "server_port", 1, 0xFFFF),
        _text(data, "apn", 64),
        board,
        _number(data, "odometer_m", 0, 0xFFFFFFFF, 0),
        _number(data, "time_floor_s", 0, 0xFFFFFFFF, TIME_FLOOR_S),
        _flag(data, "ignition_proven", False),
        _flag(data, "start_relay", True),
        _flag(data, "ignition_line", True),
        _flag(data, "door_contact", False),
        _flag(data, "key_holder", False),
        _one_of(data, "reader", READERS),
        _one_of(data, "pdp_type", PDP_TYPES),
        _text(data, "apn_user", 64, ""),
        _text(data, "apn_password", 64, ""),
        sim_pin,
    )


def _field(data, name, kind):
    if name not in data:
        raise IdentityError("identity field " + name + ": missing")
    value = data[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise IdentityError("identity field " + name + ": wrong type")
    return value


def _key(data, name, size):
    text = _field(data, name, str)
    try:
        value = bytes.fromhex(text)
    except ValueError:
        raise IdentityError("identity field " + name + ": not hexadecimal") from None
    if len(value) != size:
        raise IdentityError("identity field " + name + ": wrong length")
    return value


def _number(data, name, low, high, default=None):
    if default is not None and name not in data:
        return default
    value = _field(data, name, int)
    if not low <= value <= high:
        raise IdentityError("identity field " + name + ": out of range")
    return value


def _flag(data, name, default):
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise IdentityError("identity field " + name + ": not true or false")
    return value


def _one_of(data, name, known):
    value = data.get(name, known[0])
    if value not in known:
        raise IdentityError("identity field " + name + ": not one of " + ", ".join(known))
    return value


def _text(data, name, longest, default=None):
    """Text that goes inside quotes of an AT command, so it may hold none and no line end."""
    if default is not None and name not in data:
        return default
    value = _field(data, name, str)
    if len(value) > longest or any(c < " " or c > "~" or c in '"\\' for c in value):
        raise IdentityError("identity field " + name + ": not a short plain text")
    return value
