"""Sets of grants as messages: whole, or as the difference to a set that the box holds.

The server's half: the box never imports this, its own half is firmware/logic/access/grants.py.
"""

from shared_protocol import codec
from shared_protocol.crypto import sha256
from shared_protocol.limits import MAX_GRANTS_PER_PART
from shared_protocol.messages import GRANT_LAYOUT, GRANT_REMOVED, Grant, Grants, GrantsChange


def to_bytes(grants: list[Grant]) -> bytes:
    """A set as it is hashed: the items sorted and encoded one after the other."""
    data = bytearray()
    for grant in sorted(grants, key=_order):
        codec.encode_onto(data, GRANT_LAYOUT, grant)
    return bytes(data)


def from_bytes(data: bytes) -> list[Grant]:
    """The set that `to_bytes` encoded; RemoteProtocolError when it is cut."""
    grants, at = [], 0
    while at < len(data):
        fields, at = codec.decode(GRANT_LAYOUT, data, at)
        grants.append(Grant(*fields))
    return grants


def grants_hash(grants: list[Grant]) -> bytes:
    """8 bytes that name a set of grants whatever the order it is held in."""
    return sha256(to_bytes(grants))[:8]


def grant_parts(generation: int, expires_s: int, grants: list[Grant]) -> list[Grants]:
    """A whole set of grants as the messages that carry it, in order (one even when empty)."""
    parts = _slices(grants)
    return [
        Grants(generation, expires_s, part, len(parts), parts[part]) for part in range(len(parts))
    ]


def grant_changes(
    generation: int, expires_s: int, old: list[Grant], new: list[Grant]
) -> list[GrantsChange]:
    """What makes `new` of `old`, as the messages that carry it, in order.

    One message without items when both are the same: it renews the expiry.
    """
    held = {_order(grant): grant for grant in old}
    wanted = {_order(grant): grant for grant in new}
    items = [
        Grant(grant.grant_id, grant.badge_tag, 0, 0, GRANT_REMOVED)
        for key, grant in sorted(held.items())
        if key not in wanted
    ]
    items += [grant for key, grant in sorted(wanted.items()) if held.get(key) != grant]
    parts = _slices(items)
    base_hash, new_hash = grants_hash(old), grants_hash(new)
    return [
        GrantsChange(generation, expires_s, base_hash, new_hash, part, len(parts), parts[part])
        for part in range(len(parts))
    ]


def _order(grant: Grant) -> tuple[bytes, int]:
    """What a set is sorted by, and what names a grant in it."""
    return grant.badge_tag, grant.grant_id


def _slices(grants: list[Grant]) -> list[list[Grant]]:
    size = MAX_GRANTS_PER_PART
    return [grants[i : i + size] for i in range(0, len(grants), size)] or [[]]
