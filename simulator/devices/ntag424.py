"""A card that proves itself: NTAG 424 DNA as far as AuthenticateEV2First, with one AES key.

After NXP's data sheet and application note AN12196, and with OpenSSL's AES: it shares nothing with
the firmware that it is held against. Holds no file; opens no secure channel after the proof.
"""

import random
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from simulator.devices.pn532_cards import DONE, Card

_ATQA_SAK = bytes.fromhex("034420")
_ATS = bytes.fromhex("067777710280")
_UID_BYTES, _KEY_BYTES = 7, 16

_SELECT_BY_NAME = bytes.fromhex("00a4040c")
_APPLICATION = bytes.fromhex("07d2760000850101")
_AUTHENTICATE_EV2_FIRST = bytes.fromhex("90710000")
_ADDITIONAL_FRAME = bytes.fromhex("90af0000")
_IV = bytes(16)
_NO_CAPABILITIES = bytes(6)

_SELECTED = bytes.fromhex("9000")
_NOT_FOUND = bytes.fromhex("6a82")
_OK = bytes.fromhex("9100")
_MORE = bytes.fromhex("91af")
_AUTHENTICATION_ERROR = bytes.fromhex("91ae")
_NO_SUCH_KEY = bytes.fromhex("9140")
_ILLEGAL_COMMAND = bytes.fromhex("911c")
_LENGTH_ERROR = bytes.fromhex("917e")


@dataclass(eq=False)
class Ntag424(Card):
    """One card, with a UID of 7 bytes and the AES-128 key of its application (number 0)."""

    key: bytes = field(default=bytes(_KEY_BYTES), repr=False)
    chance: random.Random = field(default_factory=random.Random, repr=False)
    _selected: bool = False
    _challenge: bytes = field(default=b"", repr=False)  # what the reader must turn and send back

    def __post_init__(self) -> None:
        if len(self.uid) != _UID_BYTES or len(self.key) != _KEY_BYTES:
            raise ValueError("a card that proves itself has a UID of 7 bytes and a key of 16")

    @property
    def target(self) -> bytes:
        """Return what a reader is told of it: ATQA, SAK, UID, ATS."""
        return _ATQA_SAK + bytes([_UID_BYTES]) + self.uid + _ATS

    @property
    def speaks_iso_dep(self) -> bool:
        """It is selected as far as ISO 14443-4."""
        return True

    def lose_field(self) -> None:
        """Forget all that was going on."""
        super().lose_field()
        self._selected = False
        self._challenge = b""

    def answer(self, data: bytes) -> tuple[int, bytes]:
        """Return the status of an exchange, and the card's answer to a command."""
        head, rest = data[:4], data[4:]
        challenge, self._challenge = self._challenge, b""
        if head == _SELECT_BY_NAME:
            self._selected = rest[:8] == _APPLICATION
            return DONE, _SELECTED if self._selected else _NOT_FOUND
        if head == _AUTHENTICATE_EV2_FIRST:
            return DONE, self._authenticate(rest)
        if head == _ADDITIONAL_FRAME and challenge:
            return DONE, self._prove(rest, challenge)
        return DONE, _ILLEGAL_COMMAND

    def _authenticate(self, rest: bytes) -> bytes:
        if len(rest) < 4 or rest[0] != len(rest) - 2 or rest[2] != len(rest) - 4:
            return _LENGTH_ERROR
        if not self._selected or rest[1] != 0:
            return _NO_SUCH_KEY
        self._challenge = self.chance.randbytes(_KEY_BYTES)
        return self._cipher().encryptor().update(self._challenge) + _MORE

    def _prove(self, rest: bytes, challenge: bytes) -> bytes:
        if len(rest) != 2 + 2 * _KEY_BYTES or rest[0] != 2 * _KEY_BYTES:
            return _LENGTH_ERROR
        plain = self._cipher().decryptor().update(rest[1:-1])
        theirs, ours = plain[:_KEY_BYTES], plain[_KEY_BYTES:]
        if ours != challenge[1:] + challenge[:1]:
            return _AUTHENTICATION_ERROR
        transaction = self.chance.randbytes(4)
        answer = transaction + theirs[1:] + theirs[:1] + 2 * _NO_CAPABILITIES
        return self._cipher().encryptor().update(answer) + _OK

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES(self.key), CBC(_IV))
