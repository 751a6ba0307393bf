"""Sets of grants and of card keys as a box holds them; imported by both interpreters."""

from firmware.logic.access.grants import GrantSet
from shared_protocol import codec
from shared_protocol.crypto import sha256
from shared_protocol.messages import CARD_KEY_LAYOUT, GRANT_BOOKING, CardKeys, Grant, GrantsChange
from shared_protocol.sets import grant_parts, grants_to_bytes, set_hash
from tests.firmware.logic.storage import MemoryStorage

NOW_S = 1_700_000_000
WEEK_S = 7 * 86400
MARIE = b"marie---"
PAUL = b"paul----"


def grant(
    number, tag=MARIE, begins_s=NOW_S - 100, ends_s=NOW_S + 100, kind=GRANT_BOOKING, private=0
):
    return Grant(tag, number, begins_s, ends_s, kind, private)


def grants_hash(grants):
    return set_hash(grants_to_bytes(grants))


def taken(held, message):
    """What a box makes of one message of a set: whether it is in force, None while more come."""
    take = held.take_change if isinstance(message, GrantsChange) else held.take_part
    complete = take(message)
    if complete:
        try:
            for _ in held.finish():
                pass
        except OSError:
            return False
    return complete


def holding(*grants, generation=7, expires_s=NOW_S + WEEK_S, storage=None):
    held = GrantSet(storage or MemoryStorage())
    for part in grant_parts(generation, expires_s, list(grants)):
        complete = taken(held, part)
    assert complete
    return held


def hash_of(keys):
    data = b"".join([codec.encode(CARD_KEY_LAYOUT, each) for each in keys])
    return sha256(data)[:8]


def parts_of(keys, size=24, keys_hash=None):
    """The messages that carry a set, as SPEC.md has them."""
    keys = sorted(keys)
    slices = [keys[i : i + size] for i in range(0, len(keys), size)] or [[]]
    named = hash_of(keys) if keys_hash is None else keys_hash
    return [CardKeys(named, part, len(slices), each) for part, each in enumerate(slices)]
