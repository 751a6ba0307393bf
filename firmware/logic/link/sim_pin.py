"""Whether the card may be given its PIN: a wrong one costs one try ever, whatever restarts.

Remembers in the state store which PIN it is about to give, as a hash, before it is given. Speaks to
no modem and gives nothing itself.
"""

import hashlib

from firmware.logic.const import const

SIM_PIN_FILE = "sim_pin"

_MARK_BYTES = const(8)
_TRIED = b"\x00"
_ACCEPTED = b"\x01"
# Tries of a card's PIN (3GPP TS 31.101, 9.5); a right one gives all of them back.
_ALL_TRIES = const(3)


class SimPin:
    """One PIN and what became of it; another PIN begins anew."""

    def __init__(self, storage, pin: str):
        """Nothing is given yet.

        The hash has no salt: it hides nothing that the identity file does not say, and an identity
        that is made anew with the same PIN is no reason to try that again.
        """
        self._storage = storage
        self._mark = hashlib.sha256(pin.encode()).digest()[:_MARK_BYTES]
        self.pin = pin

    def begin(self, tries_left: int | None) -> bool:
        """Whether to give it now; flash says then that it was. `tries_left`: None when not known.

        The last try but one is left to people. A PIN that was given and not accepted is given
        again only to a card that has all its tries: it has counted none since somebody opened it.
        """
        if tries_left is not None and tries_left < 2:
            return False
        kept = self._storage.read_or_empty(SIM_PIN_FILE)
        unreadable = not kept and SIM_PIN_FILE in self._storage.names()  # it may say that
        if unreadable or kept == self._mark + _TRIED:
            return tries_left == _ALL_TRIES
        return self._keep(_TRIED)

    def accepted(self) -> None:
        """The card took it: it may be given at the next start."""
        self._keep(_ACCEPTED)

    def _keep(self, outcome: bytes) -> bool:
        try:
            self._storage.write(SIM_PIN_FILE, self._mark + outcome)
        except OSError:
            return False
        return True
