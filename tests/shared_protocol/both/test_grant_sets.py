"""Tests of shared_protocol.grant_sets, on both interpreters."""

from shared_protocol import grant_sets, limits, messages

GRANT = messages.Grant(7, b"badgetag", 1_790_000_000, 1_790_003_600, 1)


def test_a_whole_set_of_grants_travels_in_parts_that_each_fit():
    most = limits.MAX_GRANTS_PER_PART
    for count, parts in ((0, 1), (1, 1), (most, 1), (most + 1, 2), (3 * most, 3)):
        grants = [messages.Grant(i, bytes(8), 0, 1, 0) for i in range(count)]
        carried = grant_sets.grant_parts(4, 99, grants)
        assert [(part.part, part.parts) for part in carried] == [(i, parts) for i in range(parts)]
        together = []
        for part in carried:
            assert len(messages.encode(part)) <= limits.MAX_MESSAGE_BYTES
            together += part.grants
        assert together == grants


def test_the_hash_of_grants_does_not_depend_on_their_order():
    other = messages.Grant(6, b"badgetag", 0, 1, 2)
    third = messages.Grant(1, b"zzzzzzzz", 0, 1, 2)
    expected = grant_sets.grants_hash([GRANT, other, third])
    assert len(expected) == 8
    assert grant_sets.grants_hash([third, GRANT, other]) == expected
    assert grant_sets.grants_hash([GRANT, other]) != expected
    assert grant_sets.grants_hash([]) != expected


def applied(old, parts):
    """What SPEC.md says that a box makes of the parts, put plainly."""
    held = {(grant.badge_tag, grant.grant_id): grant for grant in old}
    for part in parts:
        for grant in part.grants:
            held.pop((grant.badge_tag, grant.grant_id), None)
            if not grant.flags & messages.GRANT_REMOVED:
                held[(grant.badge_tag, grant.grant_id)] = grant
    return list(held.values())


def test_a_difference_makes_the_new_set_of_the_old_one():
    def some(*numbers, until=9):
        return [messages.Grant(n, bytes([n % 3]) * 8, 0, until, 0) for n in numbers]

    for old, new, items in (
        (some(1, 2, 3), some(1, 2, 3), 0),
        (some(1, 2, 3), some(2, 3, 4), 2),
        (some(1, 2, 3), some(1, 2) + some(3, until=10), 1),
        (some(*range(60)), [], 60),
        ([], some(*range(60)), 60),
    ):
        parts = grant_sets.grant_changes(8, 99, old, new)
        assert sum([len(part.grants) for part in parts]) == items
        for number, part in enumerate(parts):
            assert part[:4] == (8, 99, grant_sets.grants_hash(old), grant_sets.grants_hash(new))
            assert (part.part, part.parts) == (number, len(parts))
            assert len(part.grants) <= limits.MAX_GRANTS_PER_PART
        assert grant_sets.grants_hash(applied(old, parts)) == grant_sets.grants_hash(new)


def test_an_unchanged_set_is_renewed_by_one_message_without_items():
    parts = grant_sets.grant_changes(8, 99, [GRANT], [GRANT])
    assert [part.grants for part in parts] == [[]]
    assert parts[0].base_hash == parts[0].new_hash


def test_a_set_comes_back_from_its_bytes():
    other = messages.Grant(6, b"badgetag", 0, 1, 2)
    assert grant_sets.from_bytes(grant_sets.to_bytes([GRANT, other])) == [other, GRANT]
    assert grant_sets.from_bytes(b"") == []
