"""The keys of the cards on the box: whole sets only, found one by one, never half of one."""

from firmware.logic.access.card_keys import CARD_KEYS_FILE, CardKeys
from shared_protocol.messages import CardKey
from shared_protocol.messages import CardKeys as Message
from tests.firmware.logic.held_sets import hash_of, parts_of, taken
from tests.firmware.logic.storage import MemoryStorage

NONE = hash_of([])


def key(number):
    """A card's key under a tag that sorts otherwise than its number."""
    return CardKey((number * 7919 % 10007).to_bytes(8, "big"), (number + 1).to_bytes(16, "big"))


def holding(*keys, storage=None):
    held = CardKeys(storage or MemoryStorage())
    answers = [taken(held, part) for part in parts_of(keys)]
    assert answers == [False] * (len(answers) - 1) + [True]
    return held


def test_without_a_set_no_card_has_a_key():
    held = CardKeys(MemoryStorage())
    assert (held.hash, len(held), held.of(key(1).badge_tag)) == (NONE, 0, None)


def test_five_hundred_keys_are_found_one_by_one():
    keys = [key(number) for number in range(500)]
    held = holding(*keys)
    assert held.hash == hash_of(sorted(keys))
    for each in keys:
        assert held.of(each.badge_tag) == each.key
    for number in range(500, 600):
        assert held.of(key(number).badge_tag) is None
    assert held.of(bytes(8)) == key(0).key
    assert held.of(b"\xff" * 8) is None


def test_a_set_takes_effect_only_when_it_is_whole():
    held = holding(key(1))
    parts = parts_of([key(number) for number in range(2, 80)])
    assert len(parts) == 4
    for part in parts[:-1]:
        assert not taken(held, part)
        assert (held.hash, len(held)) == (hash_of([key(1)]), 1)
    assert taken(held, parts[-1])
    assert (len(held), held.of(key(1).badge_tag)) == (78, None)


def test_a_part_out_of_order_of_another_set_or_twice_discards_what_was_begun():
    parts = parts_of([key(number) for number in range(2, 60)])
    first, second, third = parts
    others = parts_of([key(number) for number in range(100, 160)])
    held = holding(key(1))
    for order in (
        (second, third), (first, third), (first, first, third), (first, second, second, third),
        (first, others[1], third), (first, second, others[2]), (third,),
    ):  # fmt: skip
        assert not any(taken(held, part) for part in order)
        assert (held.hash, held.of(key(1).badge_tag)) == (hash_of([key(1)]), key(1).key)
    assert [taken(held, part) for part in parts] == [False, False, True]


def test_a_set_that_is_not_what_its_name_says_changes_nothing():
    held = holding(key(1))
    assert not any(taken(held, part) for part in parts_of([key(2)], keys_hash=b"another-"))
    assert not any(taken(held, part) for part in parts_of([key(2)], keys_hash=NONE))
    assert held.hash == hash_of([key(1)])


def test_a_set_that_is_not_sorted_or_names_a_card_twice_is_not_taken():
    held = holding(key(1))
    low, high = sorted((key(2), key(3)))
    for keys in ([high, low], [low, low], [low, CardKey(low.badge_tag, b"k" * 16)]):
        assert not taken(held, Message(hash_of(keys), 0, 1, keys))
    assert held.hash == hash_of([key(1)])
    assert taken(held, Message(hash_of([low, high]), 0, 1, [low, high]))


def test_an_empty_set_takes_every_key_away():
    storage = MemoryStorage()
    held = holding(key(1), storage=storage)
    assert taken(held, Message(NONE, 0, 1, []))
    assert (held.hash, len(held), held.of(key(1).badge_tag)) == (NONE, 0, None)
    assert CardKeys(storage).hash == NONE


def test_a_set_beyond_all_bounds_is_not_taken():
    held = holding(key(1))
    assert not any(taken(held, part) for part in parts_of([key(n) for n in range(530)]))
    assert len(held) == 1


def test_a_set_survives_being_stored():
    keys = [key(number) for number in range(40)]
    storage = MemoryStorage()
    holding(*keys, storage=storage)
    again = CardKeys(storage)
    assert (again.hash, len(again)) == (hash_of(sorted(keys)), 40)
    assert [again.of(each.badge_tag) for each in keys] == [each.key for each in keys]


def test_damage_to_one_file_loses_no_key_and_to_both_invents_none():
    storage = MemoryStorage()
    held = holding(key(1), key(2), storage=storage)
    stored = storage.files[CARD_KEYS_FILE]
    damaged = [stored[:size] for size in range(len(stored))] + [stored + b"\x00"]
    damaged += [stored[:i] + bytes((stored[i] ^ 1,)) + stored[i + 1 :] for i in range(len(stored))]
    spare = (set(storage.files) - {CARD_KEYS_FILE}).pop()
    for each in damaged:
        storage.files[CARD_KEYS_FILE], storage.files[spare] = each, stored
        again = CardKeys(storage)
        assert (again.hash, again.of(key(1).badge_tag)) == (held.hash, key(1).key)
        storage.files[spare] = each
        again = CardKeys(storage)
        assert (again.hash, len(again), again.of(key(1).badge_tag)) == (NONE, 0, None)
