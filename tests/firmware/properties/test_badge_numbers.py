"""What the server takes for a badge's number the box takes for one, and nothing else.

The rule stands on both sides, for the rules of the fleet know nothing of the wire.
"""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from firmware.logic.access.card import is_badge
from server.fleet import fleet_file
from server.fleet.refusals import Refused
from tests.fleet import FLEET


def is_taken(uid: bytes) -> bool:
    """Whether a fleet file may give somebody this badge."""
    data = {"agents": [FLEET["agents"][0] | {"badges": [uid.hex()]}]}
    try:
        fleet_file.parse(json.dumps(data))
    except Refused as refused:
        assert refused.first.reason == "passing_uid", uid.hex()
        return False
    return True


def test_the_same_first_bytes_are_no_cards_own_on_both_sides():
    for size in (4, 7, 10):
        for first in range(256):
            uid = bytes((first,)) + bytes(range(1, size))
            assert is_taken(uid) is is_badge(uid)


@given(st.sampled_from((4, 7, 10)).flatmap(lambda size: st.binary(min_size=size, max_size=size)))
@example(b"\x01\x02\x03\x04")
@example(b"\x01\x02\x03\x04\x05\x06\x07")
@example(b"\x01\x02\x03\x05")
@example(b"\x04\x03\x02\x01")
def test_a_number_is_a_badge_for_both_or_for_none(uid: bytes):
    assert is_taken(uid) is is_badge(uid)
