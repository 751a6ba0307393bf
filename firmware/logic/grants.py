"""The grants the box holds: one set, sorted by badge tag, 21 bytes each as on the wire.

A set, or a change of it, arrives in parts and takes effect only when complete. Storage is the
caller's; whether a grant opens the car now is badge_decision.py's.
"""

from firmware.logic.const import const
from shared_protocol import codec
from shared_protocol.crypto import sha256
from shared_protocol.messages import GRANT_LAYOUT, GRANT_REMOVED, Grant

_GRANT_BYTES = const(21)
_HEAD_LAYOUT = const("II8")  # generation, expiry, hash of the grants: what a stored set begins with
_HEAD_BYTES = const(16)
# 500 badges and as many bookings again; a peer that sends more is not our server.
_MOST_GRANTS = const(1024)


class GrantSet:
    """Attributes to read: `generation`, `expires_s` (0: no set yet), `hash` (8 bytes)."""

    def __init__(self, stored: bytes = b""):
        """Take up what `to_bytes` gave; a damaged or absent set is an empty one."""
        self._taking = 0  # the generation that comes in
        self._forget()
        self._hold(0, 0, b"")
        if len(stored) >= _HEAD_BYTES:
            (generation, expires_s, kept_hash), _ = codec.decode(_HEAD_LAYOUT, stored)
            if _hash(stored[_HEAD_BYTES:]) == kept_hash:
                self._hold(generation, expires_s, stored[_HEAD_BYTES:])

    def __len__(self):
        return len(self._grants) // _GRANT_BYTES

    def to_bytes(self) -> bytes:
        """The set as it is to be stored, in one piece and atomically."""
        head = codec.encode(_HEAD_LAYOUT, (self.generation, self.expires_s, self.hash))
        return head + self._grants

    def take_part(self, message) -> bool:
        """Take one Grants message; True when it completed a set, which is then in force.

        Part 0 begins anew; a part out of order or a set too long discards what was begun.
        """
        if message.part == 0:
            self._begin(message.generation, b"")
        if not self._take(message):
            return False
        self._hold(message.generation, message.expires_s, self._incoming)
        self._forget()
        return True

    def take_change(self, message) -> bool | None:
        """Take one GrantsChange message; None when more parts are to come.

        Returns:
            True when it was the last part and the changed set is in force. False when the change
            is void and nothing has changed: it is for another set, a part was out of order, or
            the result is not what the server says.
        """
        if message.base_hash != self.hash:
            self._forget()
            return False
        if message.part == 0:
            self._begin(message.generation, self._grants)
        if self._take(message):
            if _hash(self._incoming) != message.new_hash:
                self._forget()
                return False
            self._hold(message.generation, message.expires_s, self._incoming)
            self._forget()
            return True
        return None if self._parts_taken > 0 else False

    def of_badge(self, tag: bytes) -> list[Grant]:
        """Every grant of one badge (8-byte tag)."""
        found = []
        at = _first_not_below(self._grants, tag + bytes(4))
        while self._grants[at + 4 : at + 12] == tag:
            found.append(Grant(*codec.decode(GRANT_LAYOUT, self._grants, at)[0]))
            at += _GRANT_BYTES
        return found

    def _begin(self, generation: int, base) -> None:
        self._parts_taken = 0
        self._taking = generation
        self._incoming = bytearray(base)

    def _forget(self) -> None:
        """Drop what was begun; only a part 0 begins again."""
        self._parts_taken = -1
        self._incoming = bytearray()

    def _take(self, message) -> bool:
        """Put one part into what comes in; True when it was the last."""
        room = _MOST_GRANTS - len(self._incoming) // _GRANT_BYTES
        in_order = message.part == self._parts_taken and message.generation == self._taking
        if not in_order or len(message.grants) > room:
            self._forget()
            return False
        for grant in message.grants:
            self._put(grant)
        self._parts_taken += 1
        return self._parts_taken >= message.parts

    def _put(self, grant) -> None:
        """Add a grant in its place or replace it, or take it away when it says so."""
        incoming = self._incoming
        encoded = codec.encode(GRANT_LAYOUT, grant)
        order = _order(encoded, 0)
        at = end = _first_not_below(incoming, order)
        if _order(incoming, at) == order:
            end = at + _GRANT_BYTES
        # One slice assignment: the set grows in its place, without a second copy of it.
        incoming[at:end] = b"" if grant.flags & GRANT_REMOVED else encoded

    def _hold(self, generation: int, expires_s: int, grants) -> None:
        self.generation = generation
        self.expires_s = expires_s
        self._grants = grants
        self.hash = _hash(grants)


def _hash(grants) -> bytes:
    """The name of a sorted set: what messages.grants_hash computes from a list."""
    return sha256(grants)[:8]


def _order(grants, at: int) -> bytes:
    """What grants are sorted by: the badge tag, then the grant id."""
    return bytes(grants[at + 4 : at + 12]) + bytes(grants[at : at + 4])


def _first_not_below(grants, order: bytes) -> int:
    """Offset of the first grant that sorts at or after `order` (tag 8, grant id 4)."""
    low, high = 0, len(grants) // _GRANT_BYTES
    while low < high:
        middle = (low + high) // 2
        if _order(grants, middle * _GRANT_BYTES) < order:
            low = middle + 1
        else:
            high = middle
    return low * _GRANT_BYTES
