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

    def __init__(self, storage, secret: bytes, pin: str):
        """`secret` salts the hash; `pin` is "" when the box was given none."""
        self._storage = storage
        self._mark = hashlib.sha256(secret + pin.encode()).digest()[:_MARK_BYTES]
        self.pin = pin

    def begin(self, tries_left: int | None) -> bool:
        """Whether to give it now; the try is then remembered. `tries_left`: None when not known.

        The last try but one is left to people. A PIN that was tried is tried again only once the
        card has all its tries back, for then somebody opened it since.
        """
        if tries_left is not None and tries_left < 2:
            return False
        kept = self._storage.read_or_empty(SIM_PIN_FILE)
        if kept == self._mark + _ACCEPTED:
            return True
        if kept == self._mark + _TRIED:
            return tries_left == _ALL_TRIES
        return self._keep(_TRIED) or tries_left == _ALL_TRIES

    def accepted(self) -> None:
        """The card took it: it may be given at each start."""
        if self._storage.read_or_empty(SIM_PIN_FILE) != self._mark + _ACCEPTED:
            self._keep(_ACCEPTED)

    def refused(self) -> None:
        """The card did not, also where it did before: another card, or another PIN."""
        if self._storage.read_or_empty(SIM_PIN_FILE) != self._mark + _TRIED:
            self._keep(_TRIED)

    def _keep(self, outcome: bytes) -> bool:
        try:
            self._storage.write(SIM_PIN_FILE, self._mark + outcome)
        except OSError:
            return False
        return True
