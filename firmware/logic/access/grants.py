"""The grants the box holds: one set, from the server, kept in flash with its generation and expiry.

A set, or a change of it, arrives in parts and takes effect only when complete. Whether a grant
opens the car now is badge_decision.py's. Where the car is is held against the site that the set
names, and neither kept nor told.
"""

from collections import namedtuple

from firmware.logic.access.held_set import HeldSet
from firmware.logic.const import const
from firmware.logic.road.distance import metres
from shared_protocol import codec
from shared_protocol.limits import MAX_GRANTS
from shared_protocol.messages import (
    EVERY_BADGE,
    GRANT_BOOKING,
    GRANT_LAYOUT,
    GRANT_NO_LICENCE,
    GRANT_NO_NOTICE,
    GRANT_REMOVED,
    GRANT_SITE,
    Grant,
)
from shared_protocol.sets import GRANT_BYTES, GRANT_KEY_BYTES, grants_from_bytes

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from firmware.logic.road.whereabouts import Place

GRANTS_FILE = "grants"

_Centre = namedtuple("_Centre", ("lat_e7", "lon_e7"))

_NOTE_LAYOUT = const("II")  # generation, expiry
_NOTE_BYTES = const(8)
_TAG_BYTES = const(8)
_NOT_BEFORE_AT = const(12)  # in a grant, after its badge tag and its id
_NOT_AFTER_AT = const(16)
_KIND_AT = const(20)
_BOOKINGS = (GRANT_BOOKING, GRANT_NO_LICENCE, GRANT_NO_NOTICE)


class GrantSet:
    """Attributes to read: `generation`, `expires_s` (0: no set yet).

    To be set: `closed_s`; what ended until then stays closed, though the clock has gone back since.
    And `place`, where the car surely is (whereabouts.py), None when nobody can say.
    """

    def __init__(self, storage):
        """Take up what flash holds; an absent set is an empty one."""
        self._set = HeldSet(
            storage, GRANTS_FILE, GRANT_BYTES, GRANT_KEY_BYTES, MAX_GRANTS, _NOTE_BYTES
        )
        self._hold()
        self.closed_s = 0
        self.place: "Place | None" = None

    def __len__(self):
        return len(self._set)

    @property
    def hash(self) -> bytes:
        """The name of the set in force, 8 bytes; zeros when flash has lost some of it."""
        return self._set.hash

    def take_part(self, message) -> bool:
        """Take one Grants message; True when it completed a set, which `finish` puts in force.

        Part 0 begins anew; a part out of order or a set too long discards what was begun.
        """
        return bool(self._take(message, False))

    def take_change(self, message) -> bool | None:
        """Take one GrantsChange message; None when more parts are to come.

        Returns:
            True when it was the last part, and `finish` puts the changed set in force. False when
            the change is void: it is for another set, a part was out of order, or the result is
            not what the server says.
        """
        if message.base_hash != self.hash:
            return False
        return self._take(message, True)

    def finish(self):
        """Put the set that is complete in force: it goes to flash in turns, and then it is.

        Raises:
            OSError: the flash refused, and nothing has changed.
        """
        yield from self._set.finish(self._note)
        self._hold()

    def of_badge(self, tag: bytes) -> list[Grant]:
        """Every grant of one badge (8-byte tag)."""
        return grants_from_bytes(b"".join(self._set.find(tag)))

    def may_lack(self, tag: bytes) -> bool:
        """Whether flash has lost what may have been said of this badge: it may be revoked."""
        return self._set.may_lack(tag)

    def booked_by_another(self, tag: bytes, from_s: int, to_s: int) -> bool:
        """Whether another badge may have the car booked at some time from `from_s` to `to_s`."""
        for page in self._set.pages():
            for at in range(0, len(page), GRANT_BYTES):
                if page[at + _KIND_AT] not in _BOOKINGS:
                    continue  # any other is no booking
                begins_s = int.from_bytes(page[at + _NOT_BEFORE_AT : at + _NOT_AFTER_AT], "big")
                ends_s = int.from_bytes(page[at + _NOT_AFTER_AT : at + _KIND_AT], "big")
                if begins_s <= to_s and from_s < ends_s and page[at : at + _TAG_BYTES] != tag:
                    return True
        return bool(self._set.gaps)

    def surely_at_site(self) -> bool:
        """Whether the car is at its site, beyond doubt; of an unknown place or site it is not."""
        if self.place is None:
            return False
        for grant in self.of_badge(EVERY_BADGE):
            if grant.kind == GRANT_SITE:
                centre = _Centre(_signed(grant.not_before_s), _signed(grant.not_after_s))
                return metres(self.place, centre) + self.place.off_m <= grant.grant_id
        return False

    def _take(self, message, is_change: bool) -> bool | None:
        """Take a part; None when more are to come, else whether the new set is complete."""
        changes = [
            (codec.encode(GRANT_LAYOUT, grant), grant.kind != GRANT_REMOVED)
            for grant in message.grants
        ]
        name = (is_change, message.generation)
        try:
            found = self._set.take_part(name, message.part, message.parts, changes, is_change)
            if found is None:
                return None
            if is_change and found != message.new_hash:
                return False
        except OSError:
            return False
        self._note = codec.encode(_NOTE_LAYOUT, (message.generation, message.expires_s))
        return True

    def _hold(self) -> None:
        (self.generation, self.expires_s), _ = codec.decode(_NOTE_LAYOUT, self._set.note)


def _signed(value: int) -> int:
    """The number that 32 bits stand for as a two's complement."""
    return value - (1 << 32) if value >> 31 else value
