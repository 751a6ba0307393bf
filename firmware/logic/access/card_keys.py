"""The keys of the cards that prove themselves: one set in flash, 24 bytes each as on the wire.

A set arrives in parts and takes effect only when it is whole and is the one that the server named.
No key is ever printed, compared or recorded.
"""

from firmware.logic.access.flash_table import FlashTable
from firmware.logic.const import const
from shared_protocol import codec
from shared_protocol.crypto import sha256
from shared_protocol.messages import CARD_KEY_LAYOUT

CARD_KEYS_FILE = "card_keys"

_KEY_BYTES = const(24)
_TAG_BYTES = const(8)
_HASH_BYTES = const(8)
# As many as badges; a peer that sends more is not our server.
_MOST = const(512)
_NONE = bytes(_HASH_BYTES)


class CardKeys:
    """Attribute to read: `hash`, the 8-byte name of the set in force, zeros for an empty one."""

    def __init__(self, storage):
        """Take up what flash holds; a damaged or absent set is an empty one."""
        self._table = FlashTable(storage, CARD_KEYS_FILE, _KEY_BYTES, _HASH_BYTES, _MOST, _order)
        self._hold()

    def __len__(self):
        return self._table.count

    def of(self, tag: bytes) -> bytes | None:
        """The key (16 bytes) of the card with this tag; None: it is known by its UID alone."""
        found = self._table.find(tag)
        return found[0][_TAG_BYTES:] if found else None

    def take_part(self, message) -> bool:
        """Take one CardKeys message; True when it completed a set, which is then in force.

        Part 0 begins anew; a part out of order, a set too long or that does not have the hash it
        was announced with, and a flash that refuses, discard what was begun.
        """
        items = [codec.encode(CARD_KEY_LAYOUT, key) for key in message.keys]
        wanted = message.keys_hash
        try:
            found = self._table.take_part(
                wanted, message.part, message.parts, items, False, _is_removal
            )
            if found is None or found != (sha256(b"")[:_HASH_BYTES] if wanted == _NONE else wanted):
                return False
            self._table.finish(found)
        except OSError:
            return False
        self._hold()
        return True

    def _hold(self) -> None:
        self.hash = self._table.tail if self._table.count else _NONE


def _order(item: bytes) -> bytes:
    return item[:_TAG_BYTES]


def _is_removal(item: bytes) -> bool:
    return False
