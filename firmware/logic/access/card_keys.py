"""The keys of the cards that prove themselves: one set, from the server, kept in flash.

A set arrives in parts and takes effect only when it is whole and is the one that the server named.
No key is ever printed, compared or recorded.
"""

from firmware.logic.access.held_set import HeldSet
from shared_protocol import codec
from shared_protocol.limits import MAX_CARD_KEYS
from shared_protocol.messages import CARD_KEY_LAYOUT
from shared_protocol.sets import CARD_KEY_BYTES, CARD_KEY_KEY_BYTES

CARD_KEYS_FILE = "card_keys"


class CardKeys:
    """Those of the set in force."""

    def __init__(self, storage):
        """Take up what flash holds; an absent set is an empty one."""
        self._set = HeldSet(
            storage, CARD_KEYS_FILE, CARD_KEY_BYTES, CARD_KEY_KEY_BYTES, MAX_CARD_KEYS, 0
        )

    def __len__(self):
        return len(self._set)

    @property
    def hash(self) -> bytes:
        """The name of the set in force, 8 bytes; zeros when flash has lost some of it."""
        return self._set.hash

    def of(self, tag: bytes) -> bytes | None:
        """The key (16 bytes) of the card with this tag; None: it is not here."""
        found = self._set.find(tag)
        return found[0][CARD_KEY_KEY_BYTES:] if found else None

    def may_lack(self, tag: bytes) -> bool:
        """Whether flash may have lost this card's key, if it has one."""
        return self._set.may_lack(tag)

    def take_part(self, message) -> bool:
        """Take one CardKeys message; True when it completed a set, which `finish` puts in force.

        Part 0 begins anew; a part out of order, a set too long or that does not have the hash it
        was announced with discards what was begun.
        """
        changes = [(codec.encode(CARD_KEY_LAYOUT, key), True) for key in message.keys]
        wanted = message.keys_hash
        try:
            found = self._set.take_part(wanted, message.part, message.parts, changes, False)
        except OSError:
            return False
        return found == wanted

    def finish(self):
        """Put the set that is complete in force: it goes to flash in turns, and then it is.

        Raises:
            OSError: the flash refused, and nothing has changed.
        """
        yield from self._set.finish(b"")
