"""The grants the box holds: one set in flash, sorted by badge tag, 21 bytes each as on the wire.

A set, or a change of it, arrives in parts and takes effect only when complete. Whether a grant
opens the car now is badge_decision.py's.
"""

from firmware.logic.access.flash_table import FlashTable
from firmware.logic.const import const
from shared_protocol import codec
from shared_protocol.crypto import sha256
from shared_protocol.messages import (
    GRANT_LAYOUT,
    GRANT_NO_LICENCE,
    GRANT_PRIVATE,
    GRANT_REMOVED,
    GRANT_WITHOUT_CLOCK,
    Grant,
)

GRANTS_FILE = "grants"

_GRANT_BYTES = const(21)
_TAIL_LAYOUT = const("II8")  # generation, expiry, hash of the grants
_TAIL_BYTES = const(16)
# 500 badges, 64 bookings and what else there is to say; a peer that sends more is not our server.
_MOST = const(1024)
_NOT_BEFORE_AT = const(12)  # in a grant, after its id and its badge tag
_NOT_AFTER_AT = const(16)
_FLAGS_AT = const(20)


class GrantSet:
    """Attributes to read: `generation`, `expires_s` (0: no set yet), `hash` (8 bytes)."""

    def __init__(self, storage):
        """Take up what flash holds; a damaged or absent set is an empty one."""
        self._table = FlashTable(storage, GRANTS_FILE, _GRANT_BYTES, _TAIL_BYTES, _MOST, _order)
        self.generation = self.expires_s = 0
        self.hash = sha256(b"")[:8]
        if self._table.tail:
            self._hold()

    def __len__(self):
        return self._table.count

    def take_part(self, message) -> bool:
        """Take one Grants message; True when it completed a set, which is then in force.

        Its list is used up, by `take_change` too: the heap has no room for the grants twice.
        Part 0 begins anew; a part out of order, a set too long or a flash that refuses discards
        what was begun.
        """
        return bool(self._take(message, False))

    def take_change(self, message) -> bool | None:
        """Take one GrantsChange message; None when more parts are to come.

        Returns:
            True when it was the last part and the changed set is in force. False when the change
            is void and nothing has changed: it is for another set, a part was out of order, the
            flash refused, or the result is not what the server says.
        """
        if message.base_hash != self.hash:
            return False
        return self._take(message, True)

    def of_badge(self, tag: bytes) -> list[Grant]:
        """Every grant of one badge (8-byte tag)."""
        return [Grant(*codec.decode(GRANT_LAYOUT, item)[0]) for item in self._table.find(tag)]

    def booked_by_another(self, tag: bytes, from_s: int, to_s: int) -> bool:
        """Whether another badge has the car booked at some time from `from_s` to `to_s`."""
        found = False
        for chunk in self._table.chunks():  # all of them, so that the file is closed
            for at in range(0, len(chunk), _GRANT_BYTES):
                flags = chunk[at + _FLAGS_AT]
                if flags not in (0, GRANT_WITHOUT_CLOCK, GRANT_NO_LICENCE, GRANT_PRIVATE):
                    continue  # any other is no booking
                begins_s = int.from_bytes(chunk[at + _NOT_BEFORE_AT : at + _NOT_AFTER_AT], "big")
                ends_s = int.from_bytes(chunk[at + _NOT_AFTER_AT : at + _FLAGS_AT], "big")
                if begins_s <= to_s and from_s < ends_s and chunk[at + 4 : at + 12] != tag:
                    found = True
        return found

    def _take(self, message, is_change: bool) -> bool | None:
        """Take a part; None when more are to come, else whether the new set is in force."""
        items = message.grants
        for i in range(len(items)):
            items[i] = codec.encode(GRANT_LAYOUT, items[i])
        name = (is_change, message.generation)
        try:
            found = self._table.take_part(
                name, message.part, message.parts, items, is_change, _is_removal
            )
            if found is None:
                return None
            if is_change and found != message.new_hash:
                return False
            tail = (message.generation, message.expires_s, found)
            self._table.finish(codec.encode(_TAIL_LAYOUT, tail))
        except OSError:
            return False
        self._hold()
        return True

    def _hold(self) -> None:
        tail, _ = codec.decode(_TAIL_LAYOUT, self._table.tail)
        self.generation, self.expires_s, self.hash = tail


def _order(item: bytes) -> bytes:
    """What grants are sorted by: the badge tag, then the grant id."""
    return item[4:12] + item[:4]


def _is_removal(item: bytes) -> bool:
    return bool(item[_FLAGS_AT] & GRANT_REMOVED)
