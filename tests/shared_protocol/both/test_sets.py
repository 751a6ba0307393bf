"""Tests of shared_protocol.sets, on both interpreters."""

from shared_protocol import codec, limits, messages, sets
from shared_protocol.crypto import sha256

GRANT = messages.Grant(b"badgetag", 7, 1_790_000_000, 1_790_003_600, 1, 0)
OTHER = messages.Grant(b"badgetag", 6, 0, 1, 2, 0)
THIRD = messages.Grant(b"zzzzzzzz", 1, 0, 1, 2, 0)


def hash_of(grants):
    return sets.set_hash(sets.grants_to_bytes(grants))


def key(number):
    """A card's key under a tag that sorts otherwise than its number."""
    return messages.CardKey((number * 7919 % 10007).to_bytes(8, "big"), number.to_bytes(16, "big"))


def test_a_whole_set_of_grants_travels_in_parts_that_each_fit():
    most = limits.MAX_ITEMS_PER_PART
    for count, parts in ((0, 1), (1, 1), (most, 1), (most + 1, 2), (3 * most, 3)):
        grants = [messages.Grant(bytes(8), i, 0, 1, 1, 0) for i in range(count)]
        carried = sets.grant_parts(4, 99, grants)
        assert [(part.part, part.parts) for part in carried] == [(i, parts) for i in range(parts)]
        together = []
        for part in carried:
            assert len(messages.encode(part)) <= limits.MAX_MESSAGE_BYTES
            together += part.grants
        assert together == grants


def test_the_largest_sets_fit_into_the_parts_that_a_byte_can_count():
    for most in (limits.MAX_GRANTS, limits.MAX_CARD_KEYS):
        assert most <= 255 * limits.MAX_ITEMS_PER_PART


def test_the_sizes_of_items_and_of_their_keys_are_those_of_their_layouts():
    grant = codec.encode(messages.GRANT_LAYOUT, GRANT)
    assert len(grant) == sets.GRANT_BYTES
    assert grant[: sets.GRANT_KEY_BYTES] == GRANT.badge_tag + GRANT.grant_id.to_bytes(4, "big")
    card_key = codec.encode(messages.CARD_KEY_LAYOUT, key(1))
    assert len(card_key) == sets.CARD_KEY_BYTES
    assert card_key[: sets.CARD_KEY_KEY_BYTES] == key(1).badge_tag


def test_the_hash_of_a_set_does_not_depend_on_the_order_it_is_given_in():
    expected = hash_of([GRANT, OTHER, THIRD])
    assert len(expected) == limits.SET_HASH_BYTES
    assert hash_of([THIRD, GRANT, OTHER]) == expected
    assert hash_of([GRANT, OTHER]) != expected
    assert hash_of([]) == sha256(b"")[:8]


def applied(old, parts):
    """What SPEC.md says that a box makes of the parts, put plainly."""
    held = {(grant.badge_tag, grant.grant_id): grant for grant in old}
    for part in parts:
        for grant in part.grants:
            held.pop((grant.badge_tag, grant.grant_id), None)
            if grant.kind != messages.GRANT_REMOVED:
                held[(grant.badge_tag, grant.grant_id)] = grant
    return list(held.values())


def test_a_difference_makes_the_new_set_of_the_old_one():
    def some(*numbers, until=9):
        return [messages.Grant(bytes([n % 3]) * 8, n, 0, until, 1, 0) for n in numbers]

    for old, new, items in (
        (some(1, 2, 3), some(1, 2, 3), 0),
        (some(1, 2, 3), some(2, 3, 4), 2),
        (some(1, 2, 3), some(1, 2) + some(3, until=10), 1),
        (some(*range(60)), [], 60),
        ([], some(*range(60)), 60),
    ):
        parts = sets.grant_changes(8, 99, old, new)
        assert sum([len(part.grants) for part in parts]) == items
        for number, part in enumerate(parts):
            assert part[:4] == (8, 99, hash_of(old), hash_of(new))
            assert (part.part, part.parts) == (number, len(parts))
            assert len(part.grants) <= limits.MAX_ITEMS_PER_PART
        assert hash_of(applied(old, parts)) == hash_of(new)


def test_what_leaves_a_set_is_told_before_what_comes():
    kinds = [grant.kind for grant in sets.grant_changes(8, 99, [THIRD], [GRANT])[0].grants]
    assert kinds == [messages.GRANT_REMOVED, GRANT.kind]


def test_an_unchanged_set_is_renewed_by_one_message_without_items():
    parts = sets.grant_changes(8, 99, [GRANT], [GRANT])
    assert [part.grants for part in parts] == [[]]
    assert parts[0].base_hash == parts[0].new_hash


def test_a_set_comes_back_from_its_bytes():
    assert sets.grants_from_bytes(sets.grants_to_bytes([GRANT, OTHER])) == [OTHER, GRANT]
    assert sets.grants_from_bytes(b"") == []


def test_a_set_of_card_keys_travels_whole_and_sorted_under_its_hash():
    keys = [key(number) for number in range(60)]
    carried = sets.card_key_parts(keys)
    assert [(part.part, part.parts) for part in carried] == [(i, 5) for i in range(5)]
    together = []
    for part in carried:
        together += part.keys
    assert together == sorted(keys)
    joined = b"".join([each.badge_tag + each.key for each in together])
    assert {part.keys_hash for part in carried} == {sha256(joined)[:8]}
    assert sets.card_key_parts([]) == [messages.CardKeys(sha256(b"")[:8], 0, 1, [])]
