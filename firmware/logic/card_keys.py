"""The keys of the cards that prove themselves: one set, sorted by badge tag, 24 bytes each.

A set arrives in parts and takes effect only when it is whole and is the one that the server named.
Storage is the caller's; no key is ever printed, compared or recorded.
"""

from firmware.logic.const import const
from shared_protocol import codec
from shared_protocol.crypto import sha256
from shared_protocol.messages import CARD_KEY_LAYOUT

_KEY_BYTES = const(24)
_TAG_BYTES = const(8)
_HASH_BYTES = const(8)
# As many as badges; a peer that sends more is not our server.
_MOST_KEYS = const(512)


class CardKeys:
    """Attribute to read: `hash`, the 8-byte name of the set in force, zeros for an empty one."""

    def __init__(self, stored: bytes = b""):
        """Take up what `to_bytes` gave; a damaged or absent set is an empty one."""
        self._forget()
        self._keys = b""
        self.hash = _hash(b"")
        kept = stored[_HASH_BYTES:]
        if _hash(kept) == stored[:_HASH_BYTES]:
            self._keys = kept
            self.hash = stored[:_HASH_BYTES]

    def __len__(self):
        return len(self._keys) // _KEY_BYTES

    def to_bytes(self) -> bytes:
        """The set as it is to be stored, in one piece and atomically."""
        return self.hash + self._keys

    def of(self, tag: bytes) -> bytes | None:
        """The key (16 bytes) of the card with this tag; None: it is known by its UID alone."""
        keys = self._keys
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            at = middle * _KEY_BYTES
            found = keys[at : at + _TAG_BYTES]
            if found == tag:
                return bytes(keys[at + _TAG_BYTES : at + _KEY_BYTES])
            if found < tag:
                low = middle + 1
            else:
                high = middle
        return None

    def take_part(self, message) -> bool:
        """Take one CardKeys message; True when it completed a set, which is then in force.

        Part 0 begins anew; a part out of order, a set too long, not sorted, or that does not have
        the hash it was announced with, discards what was begun.
        """
        if message.part == 0:
            self._parts_taken = 0
            self._taking = message.keys_hash
            self._incoming = bytearray()
        if not self._take(message):
            self._forget()
            return False
        if self._parts_taken < message.parts:
            return False
        complete = _hash(self._incoming) == self._taking
        if complete:
            self._keys = self._incoming
            self.hash = self._taking
        self._forget()
        return complete

    def _take(self, message) -> bool:
        """Add one part to what comes in; False when it cannot belong there."""
        incoming = self._incoming
        if message.part != self._parts_taken or message.keys_hash != self._taking:
            return False
        if len(message.keys) > _MOST_KEYS - len(incoming) // _KEY_BYTES:
            return False
        for key in message.keys:
            if incoming and key.badge_tag <= incoming[-_KEY_BYTES : _TAG_BYTES - _KEY_BYTES]:
                return False
            codec.encode_onto(incoming, CARD_KEY_LAYOUT, key)
        self._parts_taken += 1
        return True

    def _forget(self) -> None:
        """Drop what was begun; only a part 0 begins again."""
        self._parts_taken = -1
        self._taking = b""
        self._incoming = bytearray()


def _hash(keys) -> bytes:
    return sha256(keys)[:_HASH_BYTES] if keys else bytes(_HASH_BYTES)
