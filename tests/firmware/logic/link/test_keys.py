"""Which key the next handshake uses, over a rotation, failures and a restart."""

from firmware.logic.link.keys import Keys
from shared_protocol.limits import MAX_COUNTER_STEP

BOX = b"box one."
FIRST, SECOND, THIRD = [bytes([n]) * 32 for n in (1, 2, 3)]


def test_a_box_begins_with_the_key_of_its_identity():
    keys = Keys(BOX, 1, FIRST)
    assert (keys.generation, keys.key) == (1, FIRST)
    keys.failed()
    assert (keys.generation, keys.key) == (1, FIRST), "there is no other"


def test_a_new_key_comes_first_and_the_former_stays_in_reach():
    keys = Keys(BOX, 1, FIRST)
    assert keys.take(2, SECOND)
    tried = []
    for _ in range(4):
        tried.append((keys.generation, keys.key))
        keys.failed()
    assert tried == [(2, SECOND), (1, FIRST)] * 2


def test_a_key_that_is_not_above_the_one_in_use_is_not_taken():
    keys = Keys(BOX, 2, SECOND)
    assert not keys.take(2, THIRD)
    assert not keys.take(1, THIRD)
    assert (keys.generation, keys.key) == (2, SECOND)


def test_a_restored_server_that_rotates_anew_replaces_the_key_it_forgot():
    keys = Keys(BOX, 1, FIRST)
    keys.take(2, SECOND)
    keys.failed()  # the restored server knows only the first
    assert keys.take(2, THIRD)
    tried = []
    for _ in range(2):
        tried.append((keys.generation, keys.key))
        keys.failed()
    assert tried == [(2, THIRD), (1, FIRST)]


def test_both_keys_survive_a_restart():
    keys = Keys(BOX, 1, FIRST)
    keys.take(2, SECOND)
    again = Keys(BOX, 1, FIRST, keys.to_bytes())
    assert (again.generation, again.key) == (2, SECOND)
    again.failed()
    assert (again.generation, again.key) == (1, FIRST)


def test_what_is_stored_of_another_box_or_before_a_newer_identity_or_torn_is_not_used():
    keys = Keys(BOX, 1, FIRST)
    keys.take(2, SECOND)
    stored = keys.to_bytes()
    for box, generation, data in (
        (b"box two.", 1, stored), (BOX, 2, stored), (BOX, 1, stored[:-1]), (BOX, 1, b""),
    ):  # fmt: skip
        again = Keys(box, generation, THIRD, data)
        assert (again.generation, again.key) == (generation, THIRD)
        again.failed()
        assert again.key == THIRD


def test_a_jump_to_the_end_of_the_generations_is_not_taken():
    keys = Keys(BOX, 1, FIRST)
    for far in (1 + MAX_COUNTER_STEP + 1, 0xFFFF):
        assert not keys.take(far, SECOND)
    assert keys.take(1 + MAX_COUNTER_STEP, SECOND)
