"""Sets of grants and of card keys: their order, their name, and the messages that carry them.

A set is bytes: its items as on the wire, one after the other, in the order of these bytes. An item
begins with its key, which names it in the set: no two items have the same. Both ends hold a set so.
Never here: where a set is kept, or what an item means.
"""

from shared_protocol import codec
from shared_protocol.crypto import sha256
from shared_protocol.limits import MAX_ITEMS_PER_PART, SET_HASH_BYTES
from shared_protocol.messages import (
    CARD_KEY_LAYOUT,
    GRANT_LAYOUT,
    GRANT_REMOVED,
    CardKey,
    CardKeys,
    Grant,
    Grants,
    GrantsChange,
)

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    Item = TypeVar("Item", bound=tuple[object, ...])

GRANT_BYTES = 22
GRANT_KEY_BYTES = 12
"""Badge tag and grant id."""

CARD_KEY_BYTES = 24
CARD_KEY_KEY_BYTES = 8
"""The badge tag."""


def grants_to_bytes(grants: "Sequence[Grant]") -> bytes:
    """The set of these grants, given in any order."""
    return _to_bytes(GRANT_LAYOUT, grants)


def grants_from_bytes(data: bytes) -> list[Grant]:
    """The grants of a set; RemoteProtocolError when it is cut."""
    grants, at = [], 0
    while at < len(data):
        fields, at = codec.decode(GRANT_LAYOUT, data, at)
        grants.append(Grant(*fields))
    return grants


def card_keys_to_bytes(keys: "Sequence[CardKey]") -> bytes:
    """The set of these card keys, given in any order."""
    return _to_bytes(CARD_KEY_LAYOUT, keys)


def set_hash(*pieces: "bytes | memoryview") -> bytes:
    """The 8 bytes that name a set, given in one piece or several."""
    return sha256(*pieces)[:SET_HASH_BYTES]


def grant_parts(generation: int, expires_s: int, grants: "Sequence[Grant]") -> list[Grants]:
    """A whole set of grants as the messages that carry it, in order (one even when empty)."""
    parts = _slices(sorted(grants))
    return [
        Grants(generation, expires_s, part, len(parts), parts[part]) for part in range(len(parts))
    ]


def grant_changes(
    generation: int, expires_s: int, old: "Sequence[Grant]", new: "Sequence[Grant]"
) -> list[GrantsChange]:
    """What makes `new` of `old`, as the messages that carry it, in order.

    What leaves comes first, so that no set on the way is larger than both. One message without
    items when both are the same: it renews the expiry.
    """
    held = {(grant.badge_tag, grant.grant_id): grant for grant in old}
    wanted = {(grant.badge_tag, grant.grant_id): grant for grant in new}
    items = [Grant(*key, 0, 0, GRANT_REMOVED, 0) for key in sorted(held) if key not in wanted]
    items += [wanted[key] for key in sorted(wanted) if held.get(key) != wanted[key]]
    parts = _slices(items)
    base_hash, new_hash = set_hash(grants_to_bytes(old)), set_hash(grants_to_bytes(new))
    return [
        GrantsChange(generation, expires_s, base_hash, new_hash, part, len(parts), parts[part])
        for part in range(len(parts))
    ]


def card_key_parts(keys: "Sequence[CardKey]") -> list[CardKeys]:
    """A whole set of card keys as the messages that carry it, in order (one even when empty)."""
    parts = _slices(sorted(keys))
    name = set_hash(card_keys_to_bytes(keys))
    return [CardKeys(name, part, len(parts), parts[part]) for part in range(len(parts))]


def _to_bytes(layout: str, items: "Sequence[tuple[object, ...]]") -> bytes:
    return b"".join(sorted([codec.encode(layout, item) for item in items]))


def _slices(items: "list[Item]") -> "list[list[Item]]":
    size = MAX_ITEMS_PER_PART
    return [items[i : i + size] for i in range(0, len(items), size)] or [[]]
