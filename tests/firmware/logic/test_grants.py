"""The grants on the box, and what a badge gets by them."""

from firmware.logic.badge_decision import Granted, Refused, decide
from firmware.logic.grants import GrantSet
from shared_protocol.grant_sets import grant_changes, grant_parts, grants_hash
from shared_protocol.messages import (
    GRANT_TECHNICIAN,
    GRANT_WITHOUT_CLOCK,
    Grant,
    Grants,
)
from shared_protocol.records import (
    REFUSED_CAR_IN_USE,
    REFUSED_CLOCK_UNKNOWN,
    REFUSED_GRANTS_EXPIRED,
    REFUSED_TOO_EARLY,
    REFUSED_TOO_LATE,
    REFUSED_UNKNOWN_BADGE,
)

NOW_S = 1_700_000_000
WEEK_S = 7 * 86400
MARIE = b"marie---"
PAUL = b"paul----"


def grant(number, tag=MARIE, begins_s=NOW_S - 100, ends_s=NOW_S + 100, flags=0):
    return Grant(number, tag, begins_s, ends_s, flags)


def holding(*grants, generation=7, expires_s=NOW_S + WEEK_S):
    held = GrantSet()
    for part in grant_parts(generation, expires_s, list(grants)):
        complete = held.take_part(part)
    assert complete
    return held


def three_parts(generation):
    """100 grants in three parts, however many the protocol puts in one."""
    grants = [grant(number, number.to_bytes(8, "big")) for number in range(2, 102)]
    slices = (grants[:40], grants[40:80], grants[80:])
    return [Grants(generation, NOW_S + WEEK_S, part, 3, slices[part]) for part in range(3)]


def test_a_set_takes_effect_only_when_it_is_complete():
    held = holding(grant(1))
    first, second, third = three_parts(8)
    assert [held.take_part(part) for part in (first, second)] == [False, False]
    assert (held.generation, len(held)) == (7, 1)
    assert held.take_part(third)
    assert (held.generation, len(held)) == (8, 100)


def test_a_part_out_of_order_discards_what_was_begun():
    first, second, third = three_parts(8)
    held = holding(grant(1))
    for order in ((first, third, second), (second, third), (first, first, third)):
        assert not any(held.take_part(part) for part in order)
        assert held.generation == 7
    assert [held.take_part(part) for part in (first, second, third)] == [False, False, True]


def test_a_set_beyond_all_bounds_is_not_taken():
    held = holding(grant(1))
    taken = []
    for part in range(30):
        grants = [grant(47 * part + number) for number in range(47)]
        taken.append(held.take_part(Grants(8, NOW_S, part, 30, grants)))
    assert not any(taken)
    assert held.generation == 7


def changed(held, parts):
    return [held.take_change(part) for part in parts]


def many(*numbers, ends_s=NOW_S + 100):
    return [grant(n, (n * 7919 % 1009).to_bytes(8, "big"), ends_s=ends_s) for n in numbers]


def test_a_change_takes_effect_whole_and_gives_the_servers_set():
    old, new = many(*range(80)), many(*range(30, 120)) + many(*range(5), ends_s=NOW_S + 9)
    held = holding(*old)
    parts = grant_changes(8, NOW_S + 5, old, new)
    assert len(parts) > 2
    assert changed(held, parts[:-1]) == [None] * (len(parts) - 1)
    assert (held.generation, held.hash) == (7, grants_hash(old))
    assert held.take_change(parts[-1])
    assert (held.generation, held.expires_s, held.hash) == (8, NOW_S + 5, grants_hash(new))
    again = GrantSet(held.to_bytes())
    assert [again.of_badge(each.badge_tag) for each in new] == [[each] for each in new]


def test_a_change_without_items_renews_the_expiry():
    old = many(1, 2, 3)
    held = holding(*old)
    assert changed(held, grant_changes(9, NOW_S + 77, old, old)) == [True]
    assert (held.generation, held.expires_s, held.hash) == (9, NOW_S + 77, grants_hash(old))


def test_a_change_of_another_set_or_out_of_order_or_with_another_result_changes_nothing():
    old, new = many(*range(60)), many(*range(40, 100))
    parts = grant_changes(8, NOW_S, old, new)
    assert len(parts) > 3
    other_generation = type(parts[1])(*((9,) + parts[1][1:]))
    for order in (
        parts[1:], parts[:1] + parts[2:], [parts[0], other_generation] + parts[2:],
        parts[:-1] + [type(parts[-1])(*(parts[-1][:3] + (bytes(8),) + parts[-1][4:]))],
    ):  # fmt: skip
        held = holding(*old)
        assert changed(held, order)[-1] is False
        assert (held.generation, held.hash) == (7, grants_hash(old))
        assert changed(held, parts)[-1] is True, "and the next one may come"
    held = holding(*new)
    assert changed(held, parts) == [False] * len(parts)
    assert held.generation == 7


def test_the_hash_is_the_servers_whatever_the_order():
    grants = [grant(3, PAUL), grant(1), grant(2, begins_s=NOW_S + 50)]
    assert holding(*grants).hash == holding(*reversed(grants)).hash == grants_hash(grants)
    assert GrantSet().hash == grants_hash([])


def test_a_set_survives_being_stored():
    held = holding(grant(3, PAUL), grant(1))
    again = GrantSet(held.to_bytes())
    assert (again.generation, again.expires_s, again.hash) == (7, NOW_S + WEEK_S, held.hash)
    assert again.of_badge(PAUL) == [grant(3, PAUL)]


def test_a_damaged_stored_set_is_an_empty_one():
    stored = holding(grant(3, PAUL), grant(1)).to_bytes()
    for damaged in (stored[:-1], stored[:20], b"", b"\x00", stored[:-1] + b"\xff"):
        again = GrantSet(damaged)
        assert (again.generation, len(again)) == (0, 0)


def test_five_hundred_badges_are_found_one_by_one():
    grants = [grant(n, (n * 7919 % 1009).to_bytes(8, "big")) for n in range(500)]
    held = holding(*grants)
    for each in grants:
        assert held.of_badge(each.badge_tag) == [each]
    assert held.of_badge(MARIE) == []


def test_a_badge_with_a_grant_now_gets_in():
    assert decide(holding(grant(5)), MARIE, NOW_S, False) == Granted(5, False)


def test_the_window_holds_its_first_second_and_not_its_last():
    held = holding(grant(5, begins_s=NOW_S, ends_s=NOW_S + 10))
    for time_s, verdict in (
        (NOW_S - 1, Refused(REFUSED_TOO_EARLY)),
        (NOW_S, Granted(5, False)),
        (NOW_S + 9, Granted(5, False)),
        (NOW_S + 10, Refused(REFUSED_TOO_LATE)),
    ):
        assert decide(held, MARIE, time_s, False) == verdict


def test_each_refusal_has_its_reason():
    past = grant(1, begins_s=NOW_S - 100, ends_s=NOW_S - 50)
    future = grant(2, begins_s=NOW_S + 50, ends_s=NOW_S + 100)
    for held, time_s, in_use, reason in (
        (holding(grant(5)), NOW_S, False, None),
        (holding(), NOW_S, False, REFUSED_UNKNOWN_BADGE),
        (holding(grant(5, PAUL)), NOW_S, True, REFUSED_UNKNOWN_BADGE),
        (holding(future), NOW_S, False, REFUSED_TOO_EARLY),
        (holding(past), NOW_S, False, REFUSED_TOO_LATE),
        (holding(past, future), NOW_S, False, REFUSED_TOO_EARLY),
        (holding(past), NOW_S, True, REFUSED_CAR_IN_USE),
        (holding(future), NOW_S, True, REFUSED_CAR_IN_USE),
        (holding(grant(5)), 0, False, REFUSED_CLOCK_UNKNOWN),
        (holding(grant(5), expires_s=NOW_S), NOW_S, False, REFUSED_GRANTS_EXPIRED),
    ):
        verdict = decide(held, MARIE, time_s, in_use)
        assert verdict == (Granted(5, False) if reason is None else Refused(reason))


def test_without_a_clock_only_a_grant_that_says_so_opens():
    held = holding(grant(5), grant(6, flags=GRANT_WITHOUT_CLOCK))
    assert decide(held, MARIE, 0, False) == Granted(6, False)


def test_a_technicians_grant_is_told_apart():
    assert decide(holding(grant(5, flags=GRANT_TECHNICIAN)), MARIE, NOW_S, False).technician
