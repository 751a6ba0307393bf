"""The number of a badge as people have it: printed on it, typed, or read by a desk reader.

Readers print a UID in hexadecimal or as one decimal number, the bytes in their order or reversed;
of most numbers nobody can tell which. So a number has readings, and a person says which one it is.
Never here: whose badge it is.
"""

import re
from dataclasses import dataclass

from server.fleet.inputs import one_line

UID_BYTES = (4, 7, 10)  # what ISO 14443 knows
# Single size UIDs that are no card's own (ISO/IEC 14443-3, AN10927): 08 begins one that was made up
# for this once, 88 only a longer one; and many phones say 01 02 03 04. The box knows no badge by
# them either (firmware/logic/access/card.py).
_SINGLE_SIZE = 4
_NOT_OF_A_CARD = (b"\x08", b"\x88", b"\x01\x02\x03\x04")
# A longer UID begins with its maker's number (ISO/IEC 7816-6): ST, NXP, Infineon, TI.
_MAKERS = (0x02, 0x04, 0x05, 0x07)

_HEX = re.compile(r"(?:[0-9a-f]{8}|[0-9a-f]{14}|[0-9a-f]{20})")
_DECIMAL = re.compile(r"[0-9]{8,10}|[0-9]{15,17}")
_LONGEST_OF_SINGLE_SIZE = 10  # decimal digits
_PARTS = re.compile(r"[ :.\-]+")
# A desk reader types as a keyboard of the United States; on a French one that comes out so.
_TYPED_ON_FRENCH = str.maketrans("&é\"'(-è_çàqQmM)", "1234567890aA  -")
_ONLY_FRENCH = frozenset("à&é\"'(è_çàqQ")


@dataclass(frozen=True, slots=True)
class Reading:
    """One UID that a number may mean. `is_reversed`: its bytes in the other order than written."""

    uid: bytes
    is_decimal: bool
    is_reversed: bool

    @property
    def is_likely(self) -> bool:
        """Say whether it begins as the long UID of a known maker."""
        return len(self.uid) > _SINGLE_SIZE and self.uid[0] in _MAKERS


def uid_of(text: object) -> bytes | None:
    """Read a badge's UID in hexadecimal; None when it is none."""
    try:
        uid = bytes.fromhex(str(one_line(text))) if isinstance(text, str) else b""
    except ValueError:
        return None
    return uid if len(uid) in UID_BYTES else None


def is_of_a_card(uid: bytes) -> bool:
    """Say whether a card can have this UID for its own; phones and bank cards make theirs up."""
    return len(uid) != _SINGLE_SIZE or not uid.startswith(_NOT_OF_A_CARD)


def as_typed(text: str) -> str:
    """Return what a desk reader typed, also where a French keyboard was in its way."""
    line = str(one_line(text))
    return line.translate(_TYPED_ON_FRENCH) if _ONLY_FRENCH & set(line) else line


def readings(text: str) -> tuple[Reading, ...]:
    """Return the UIDs that a number may mean, the likelier first; none where it is no number.

    Those that no card has for its own are among them.
    """
    parts = _PARTS.split(as_typed(text).lower().removeprefix("0x").strip(" :.-"))
    digits = "".join(parts)
    found = []
    if _HEX.fullmatch(digits):
        found += _both(bytes.fromhex(digits), is_decimal=False)
    if len(parts) == 1 and _DECIMAL.fullmatch(digits):
        size = _SINGLE_SIZE if len(digits) <= _LONGEST_OF_SINGLE_SIZE else 7
        if int(digits) < 1 << 8 * size:
            found += _both(int(digits).to_bytes(size, "big"), is_decimal=True)
    each: dict[bytes, Reading] = {}
    for reading in found:
        each.setdefault(reading.uid, reading)
    return tuple(sorted(each.values(), key=lambda one: not one.is_likely))


def _both(uid: bytes, *, is_decimal: bool) -> list[Reading]:
    return [Reading(uid, is_decimal, False), Reading(uid[::-1], is_decimal, True)]
