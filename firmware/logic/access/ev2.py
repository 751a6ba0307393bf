"""A card proves that it holds its key, and the box proves it to the card: AuthenticateEV2First.

The commands of NTAG 424 DNA and DESFire EV2 as NXP's AN12196 has them (section 6.6), in ISO 7816
wrapping, with AES key 0. Sans-io: says what is to be sent and takes what the card answered. The
session keys that follow from a proof are not derived, for nothing is read from the card.

Stages, each ended by the card's answer or by its silence:

    select -> challenge -> answer -> genuine is True
    any    -> genuine is None     no answer, or half of one: the card moved, it may be asked again
    any    -> genuine is False    a whole answer that a card with this key does not give
"""

from firmware.logic.const import const

# The application of an NTAG 424 DNA, by its name. A DESFire without it says so and stays at its top
# level, whose key 0 is then the one that is proved.
_SELECT = const(b"\x00\xa4\x04\x0c\x07\xd2\x76\x00\x00\x85\x01\x01\x00")
_BEGIN = const(b"\x90\x71\x00\x00\x02\x00\x00\x00")  # key 0, no capabilities of ours
_GO_ON = const(b"\x90\xaf\x00\x00\x20")
_MORE = const(b"\x91\xaf")
_DONE = const(b"\x91\x00")

_CBC = const(2)  # of cryptolib; each message of this command begins from an IV of zeros
_RANDOM_BYTES = const(16)
_STATUS_BYTES = const(2)
_TRANSACTION_BYTES = const(4)  # the identifier that stands before our own number in the last answer


class Proof:
    """One attempt.

    Attributes to read: `command`, what to send to the card now, b"" when the attempt is over;
    `genuine`, what came of it.
    """

    def __init__(self, aes, key: bytes, random: bytes):
        """Take cryptolib's `aes`, the card's key and 16 bytes that nobody can know in advance."""
        self._aes = aes
        self._key = key
        self._random = random
        self.command = _SELECT
        self.genuine = None

    def take(self, answer: bytes) -> None:
        """Take what the card answered to `command`, b"" for nothing."""
        if len(answer) < _STATUS_BYTES:
            self.command = b""
        elif self.command == _SELECT:
            self.command = _BEGIN
        elif self.command == _BEGIN:
            self._challenged(answer)
        else:
            self._answered(answer)

    def _challenged(self, answer: bytes) -> None:
        """The card's number, encrypted: show that we can read it, and send ours along."""
        if len(answer) != _RANDOM_BYTES + _STATUS_BYTES or answer[_RANDOM_BYTES:] != _MORE:
            self._over(False)
            return
        theirs = self._cbc().decrypt(answer[:_RANDOM_BYTES])
        ours_and_theirs = self._cbc().encrypt(self._random + theirs[1:] + theirs[:1])
        self.command = _GO_ON + ours_and_theirs + b"\x00"

    def _answered(self, answer: bytes) -> None:
        """Our number must come back, turned by one byte, under the key."""
        turned = b""
        if len(answer) == 2 * _RANDOM_BYTES + _STATUS_BYTES and answer[-_STATUS_BYTES:] == _DONE:
            plain = self._cbc().decrypt(answer[:-_STATUS_BYTES])
            turned = plain[_TRANSACTION_BYTES : _TRANSACTION_BYTES + _RANDOM_BYTES]
        self._over(turned == self._random[1:] + self._random[:1])

    def _over(self, genuine: bool) -> None:
        self.command = b""
        self.genuine = genuine

    def _cbc(self):
        return self._aes(self._key, _CBC, bytes(_RANDOM_BYTES))
