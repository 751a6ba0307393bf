"""Sets of card keys as messages: always whole (SPEC.md, Cards).

The server's half: the box never imports this, its own half is firmware/logic/access/card_keys.py.
"""

from shared_protocol import codec
from shared_protocol.crypto import sha256
from shared_protocol.limits import MAX_CARD_KEYS_PER_PART
from shared_protocol.messages import CARD_KEY_LAYOUT, CardKey, CardKeys


def keys_hash(keys: list[CardKey]) -> bytes:
    """8 bytes that name a set of card keys whatever its order; zeros for an empty one."""
    if not keys:
        return bytes(8)
    data = bytearray()
    for key in sorted(keys):
        codec.encode_onto(data, CARD_KEY_LAYOUT, key)
    return sha256(bytes(data))[:8]


def card_key_parts(keys: list[CardKey]) -> list[CardKeys]:
    """A whole set of card keys as the messages that carry it, in order (one even when empty)."""
    size = MAX_CARD_KEYS_PER_PART
    ordered = sorted(keys)
    slices = [ordered[i : i + size] for i in range(0, len(ordered), size)] or [[]]
    name = keys_hash(ordered)
    return [CardKeys(name, part, len(slices), slices[part]) for part in range(len(slices))]
