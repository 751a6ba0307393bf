"""Type A cards and phones as a reader meets them: what they say of themselves and what they answer.

Holds no secret: no key opens a block. Knows neither the field nor the time.
"""

import random
from dataclasses import dataclass, field

# Status of an exchange (UM0701-02, section 7.1).
DONE = 0x00
REFUSED = 0x13
AUTHENTICATION_FAILED = 0x14

# What a card says before its UID (ISO 14443-3): by the length of the UID.
_ATQA_SAK = {
    4: bytes.fromhex("000408"),  # MIFARE Classic
    7: bytes.fromhex("004400"),  # NTAG
    10: bytes.fromhex("008400"),
}
_CASCADE_TAG = b"\x88"  # stands before three bytes of a UID that goes on
_LAST_LEVEL_BYTES = 4

_AUTHENTICATE = (0x60, 0x61)  # with key A, with key B
_READ_PAGES = 0x30  # four pages of an NTAG, or a block of a MIFARE Classic
_PAGES_BYTES = 16


@dataclass(eq=False)
class Card:
    """One card, with a UID of 4, 7 or 10 bytes.

    Attributes:
        halted: deselected: it does not answer until it is selected or the field has been off.
        activated: selected as far as ISO 14443-4: it answers no search till the field has been off.
    """

    uid: bytes
    halted: bool = field(default=False, init=False)
    activated: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        if len(self.uid) not in _ATQA_SAK:
            raise ValueError("a UID has 4, 7 or 10 bytes")

    @property
    def target(self) -> bytes:
        """Return what a reader is told of it: ATQA, SAK, UID."""
        return _ATQA_SAK[len(self.uid)] + bytes([len(self.uid)]) + self.uid

    @property
    def speaks_iso_dep(self) -> bool:
        """Whether it is selected as far as ISO 14443-4, and then spoken to in blocks."""
        return False

    def lose_field(self) -> None:
        """Forget that it was selected or halted."""
        self.halted = self.activated = False

    def is_meant(self, wanted: bytes) -> bool:
        """Return whether a host that wants this UID, or one that begins so, wants this card.

        The host writes the cascade tags too, as they go through the air.
        """
        cascaded, rest = b"", self.uid
        while len(rest) > _LAST_LEVEL_BYTES:
            cascaded, rest = cascaded + _CASCADE_TAG + rest[:3], rest[3:]
        return (cascaded + rest).startswith(wanted)

    def answer(self, data: bytes) -> tuple[int, bytes]:
        """Return the status of an exchange, and what the card said."""
        if data[0] in _AUTHENTICATE:
            return AUTHENTICATION_FAILED, b""
        if data[0] == _READ_PAGES and len(data) == 2:
            return DONE, bytes(_PAGES_BYTES)
        return REFUSED, b""


class Phone(Card):
    """A phone, or a bank card: its UID is made anew whenever a field wakes it.

    ISO/IEC 14443-3 (and NXP's AN10927) keep the first byte 08 of a single size UID for these; the
    other three are random.
    """

    _FIRST_BYTE = b"\x08"
    _ATQA_SAK = bytes.fromhex("000420")
    _ATS = bytes.fromhex("0578807002")

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        super().__init__(self._made_up())

    @property
    def target(self) -> bytes:
        """Return what a reader is told of it: ATQA, SAK, UID, ATS."""
        return self._ATQA_SAK + bytes([len(self.uid)]) + self.uid + self._ATS

    @property
    def speaks_iso_dep(self) -> bool:
        """It is selected as far as ISO 14443-4."""
        return True

    def lose_field(self) -> None:
        """Forget the UID as well."""
        super().lose_field()
        self.uid = self._made_up()

    def _made_up(self) -> bytes:
        return self._FIRST_BYTE + self._chance.randbytes(3)
