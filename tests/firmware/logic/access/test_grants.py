"""The set of grants on the box: whole, changed, stored, found again."""

from firmware.logic.access.grants import GRANTS_FILE, GrantSet
from shared_protocol.messages import (
    GRANT_MAINTENANCE,
    GRANT_NO_LICENCE,
    GRANT_NO_NOTICE,
    GRANT_OTHER_CAR,
    GRANT_OTHER_NO_NOTICE,
    GRANT_PASSENGER,
    GRANT_REVOKED,
    GRANT_TECHNICIAN,
    GRANT_WALK_UP,
    GRANT_WALK_UP_NO_LICENCE,
    Grants,
)
from shared_protocol.sets import grant_changes
from tests.firmware.logic.held_sets import (
    MARIE,
    NOW_S,
    PAUL,
    WEEK_S,
    grant,
    grants_hash,
    holding,
    taken,
)
from tests.firmware.logic.storage import MemoryStorage


def three_parts(generation):
    """100 grants in three parts, however many the protocol puts in one."""
    grants = [grant(number, number.to_bytes(8, "big")) for number in range(2, 102)]
    slices = (grants[:40], grants[40:80], grants[80:])
    return [Grants(generation, NOW_S + WEEK_S, part, 3, slices[part]) for part in range(3)]


def sent(part):
    """A part as it comes from the wire each time: the set uses its list up."""
    return type(part)(*(part[:-1] + (list(part[-1]),)))


def test_a_set_takes_effect_only_when_it_is_complete():
    held = holding(grant(1))
    first, second, third = three_parts(8)
    assert [taken(held, part) for part in (first, second)] == [False, False]
    assert (held.generation, len(held)) == (7, 1)
    assert taken(held, third)
    assert (held.generation, len(held)) == (8, 100)


def test_a_part_out_of_order_discards_what_was_begun():
    first, second, third = three_parts(8)
    held = holding(grant(1))
    for order in ((first, third, second), (second, third), (first, first, third)):
        assert not any(taken(held, sent(part)) for part in order)
        assert held.generation == 7
    assert [taken(held, part) for part in (first, second, third)] == [False, False, True]


def test_a_set_beyond_all_bounds_is_not_taken():
    held = holding(grant(1))
    answers = []
    for part in range(30):
        grants = [grant(47 * part + number) for number in range(47)]
        answers.append(taken(held, Grants(8, NOW_S, part, 30, grants)))
    assert not any(answers)
    assert held.generation == 7


def changed(held, parts):
    return [taken(held, sent(part)) for part in parts]


def many(*numbers, ends_s=NOW_S + 100):
    return [grant(n, (n * 7919 % 1009).to_bytes(8, "big"), ends_s=ends_s) for n in numbers]


def test_a_change_takes_effect_whole_and_gives_the_servers_set():
    old, new = many(*range(80)), many(*range(30, 120)) + many(*range(5), ends_s=NOW_S + 9)
    storage = MemoryStorage()
    held = holding(*old, storage=storage)
    parts = grant_changes(8, NOW_S + 5, old, new)
    assert len(parts) > 2
    assert changed(held, parts[:-1]) == [None] * (len(parts) - 1)
    assert (held.generation, held.hash) == (7, grants_hash(old))
    assert taken(held, parts[-1])
    assert (held.generation, held.expires_s, held.hash) == (8, NOW_S + 5, grants_hash(new))
    again = GrantSet(storage)
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
    assert GrantSet(MemoryStorage()).hash == grants_hash([])


def test_a_set_survives_being_stored():
    storage = MemoryStorage()
    held = holding(grant(3, PAUL), grant(1), storage=storage)
    again = GrantSet(storage)
    assert (again.generation, again.expires_s, again.hash) == (7, NOW_S + WEEK_S, held.hash)
    assert again.of_badge(PAUL) == [grant(3, PAUL)]


def test_a_stored_set_is_found_whole_whatever_happens_to_one_of_its_files():
    storage = MemoryStorage()
    held = holding(grant(3, PAUL), grant(1), storage=storage)
    assert len(storage.files) == 2
    for name in list(storage.files):
        stored = storage.files[name]
        for damaged in (
            stored[:-1], stored[:20], b"", b"\x00", stored[:-1] + b"\x01", stored[1:], bytes(9),
        ):  # fmt: skip
            storage.files[name] = damaged
            again = GrantSet(storage)
            assert (again.generation, again.hash) == (7, held.hash)
            assert again.of_badge(PAUL) == [grant(3, PAUL)]
            assert not again.may_lack(MARIE)
        storage.files[name] = stored


def test_a_set_damaged_in_both_files_keeps_the_pages_that_prove_themselves():
    storage = MemoryStorage()
    grants = [grant(n, n.to_bytes(8, "big")) for n in range(100)]  # pages of 12
    held = holding(*grants, storage=storage)
    for name, stored in storage.files.items():
        at = stored.index(grants[40].badge_tag)
        storage.files[name] = stored[:at] + b"\xff" + stored[at + 1 :]
    again = GrantSet(storage)
    assert (again.generation, again.expires_s) == (7, NOW_S + WEEK_S)
    assert again.hash != held.hash
    for n in range(100):
        assert again.of_badge(grants[n].badge_tag) == ([] if 36 <= n < 48 else [grants[n]])
        assert again.may_lack(grants[n].badge_tag) is (35 <= n <= 48)
    assert again.booked_by_another(MARIE, NOW_S - 5000, NOW_S - 5000), "what is lost may be it"
    assert [taken(again, sent(part)) for part in three_parts(8)] == [False, False, True]
    assert not again.may_lack(grants[40].badge_tag)
    assert not again.booked_by_another(MARIE, NOW_S - 5000, NOW_S - 5000)


def test_of_a_set_lost_altogether_nothing_is_known_to_be_there_or_not():
    storage = MemoryStorage()
    assert not GrantSet(storage).may_lack(MARIE), "there never was one"
    holding(grant(3, PAUL), grant(1), storage=storage)
    for name in storage.files:
        storage.files[name] = b"garbage"
    again = GrantSet(storage)
    assert (again.generation, len(again), again.of_badge(MARIE)) == (0, 0, [])
    assert again.may_lack(MARIE)
    assert again.booked_by_another(MARIE, NOW_S, NOW_S)


def test_after_a_cut_between_the_two_files_no_page_of_one_set_mends_the_other():
    storage = MemoryStorage()
    old = [grant(n, n.to_bytes(8, "big")) for n in range(70)]
    holding(*old, storage=storage)
    before = storage.files[GRANTS_FILE]
    revoked = [grant(0, each.badge_tag, kind=GRANT_REVOKED) for each in old]
    holding(*revoked, generation=8, storage=storage)
    storage.files[GRANTS_FILE] = before
    assert GrantSet(storage).generation == 7, "both are whole: the change did not come about"
    storage.files[GRANTS_FILE] = before[:900] + b"!" + before[901:]
    again = GrantSet(storage)
    assert again.generation == 8
    assert [again.of_badge(each.badge_tag) for each in revoked] == [[each] for each in revoked]


def test_a_flash_that_refuses_a_set_leaves_the_set_in_force():
    storage = MemoryStorage()
    held = holding(grant(1), storage=storage)
    first, second, third = three_parts(8)
    storage.refused = GRANTS_FILE
    change = grant_changes(9, NOW_S, [grant(1)], [grant(2, b"\0" * 8), grant(1)])
    assert changed(held, change) == [False]
    assert (held.generation, held.of_badge(MARIE)) == (7, [grant(1)])
    assert (GrantSet(storage).generation, GrantSet(storage).hash) == (7, held.hash)
    storage.refused = None
    assert [taken(held, part) for part in (first, second, third)] == [False, False, True]


def test_five_hundred_badges_are_found_one_by_one():
    grants = [grant(n, (n * 7919 % 1009).to_bytes(8, "big")) for n in range(500)]
    held = holding(*grants)
    for each in grants:
        assert held.of_badge(each.badge_tag) == [each]
    assert held.of_badge(MARIE) == []


def test_only_a_booking_of_another_badge_that_overlaps_takes_the_car():
    window = (NOW_S, NOW_S + 100)
    others = (
        GRANT_TECHNICIAN, GRANT_WALK_UP, GRANT_PASSENGER, GRANT_REVOKED, GRANT_OTHER_CAR,
        GRANT_MAINTENANCE, GRANT_WALK_UP_NO_LICENCE,
        GRANT_OTHER_NO_NOTICE, 0, 200,
    )  # fmt: skip
    held = holding(grant(1, PAUL, *window), *[grant(n, PAUL, *window, n) for n in others])
    for from_s, to_s, is_booked in (
        (NOW_S - 20, NOW_S - 1, False), (NOW_S - 20, NOW_S, True), (NOW_S + 99, NOW_S + 99, True),
        (NOW_S + 100, NOW_S + 200, False), (NOW_S + 50, NOW_S + 60, True),
    ):  # fmt: skip
        assert held.booked_by_another(MARIE, from_s, to_s) is is_booked
        assert not held.booked_by_another(PAUL, from_s, to_s)
    assert holding(grant(1, PAUL, *window, GRANT_NO_LICENCE)).booked_by_another(MARIE, *window)
    assert holding(grant(1, PAUL, *window, GRANT_NO_NOTICE)).booked_by_another(MARIE, *window)
    assert holding(grant(1, PAUL, *window, private=1)).booked_by_another(MARIE, *window)
    rest = holding(*[grant(n, PAUL, *window, n) for n in others])
    assert not rest.booked_by_another(MARIE, *window)
