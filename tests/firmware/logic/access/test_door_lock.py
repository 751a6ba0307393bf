"""Doors are locked when the last of them is shut, and again when it was opened soon after."""

from firmware.logic.access.door_lock import DoorLock

ASKED_MS = 5_000
LATEST_MS = ASKED_MS + 600_000
TWICE_MS = 300  # from one look to another that counts


def asked():
    lock = DoorLock()
    lock.ask(ASKED_MS)
    return lock


def test_nothing_is_locked_that_nobody_wished_locked():
    lock = DoorLock()
    assert [lock.step(now_ms, door_open) for now_ms in (0, 1) for door_open in (True, False)] == [
        False
    ] * 4


def test_shut_doors_are_locked_at_the_second_look_and_once():
    lock = asked()
    assert lock.step(ASKED_MS, False) is False
    assert lock.step(ASKED_MS + TWICE_MS, False) is True
    assert lock.step(ASKED_MS + TWICE_MS, False) is False
    assert lock.step(ASKED_MS + 1000, False) is False


def test_an_open_door_waits_and_is_locked_when_it_is_shut():
    lock = asked()
    for now_ms in (ASKED_MS, ASKED_MS + 1, LATEST_MS - TWICE_MS - 2):
        assert lock.step(now_ms, True) is False
    assert lock.step(LATEST_MS - TWICE_MS - 1, False) is False
    assert lock.step(LATEST_MS - 1, False) is True
    assert lock.step(LATEST_MS - 1, False) is False


def test_after_ten_minutes_the_doors_stay_as_they_are():
    for door_open in (True, False):
        lock = asked()
        assert lock.step(LATEST_MS, door_open) is False
        assert lock.step(LATEST_MS - 1, False) is False, "the wish is forgotten, not only late"


def test_the_wish_ends_after_ten_minutes_also_between_two_looks():
    for seen_ms in (TWICE_MS, TWICE_MS - 1):
        lock = asked()
        assert lock.step(LATEST_MS - seen_ms, False) is False
        assert lock.step(LATEST_MS, False) is False
        assert not lock.due


def test_who_unlocks_ends_the_wish():
    lock = asked()
    lock.step(ASKED_MS, False)
    assert lock.due
    lock.forget()
    assert not lock.due
    assert lock.step(ASKED_MS + 1000, False) is False


def test_what_was_seen_before_a_wish_does_not_count_for_it():
    lock = asked()
    lock.step(ASKED_MS, False)
    lock.ask(ASKED_MS + 1000)
    assert lock.step(ASKED_MS + 1000, False) is False
    lock.forget()
    lock.ask(ASKED_MS + 9000)
    assert lock.step(ASKED_MS + 9000, False) is False
    assert lock.step(ASKED_MS + 9000 + TWICE_MS, False) is True


def test_a_new_wish_waits_for_ten_minutes_of_its_own():
    lock = asked()
    lock.ask(ASKED_MS + 1000)
    assert lock.step(LATEST_MS, True) is False
    assert lock.step(LATEST_MS, False) is False
    assert lock.step(LATEST_MS + TWICE_MS, False) is True


def test_looks_within_a_bounce_lock_nothing_however_many_they_are():
    for looks in ((0,), (0, 1, 100, 200), (0, 299)):
        lock = asked()
        assert [lock.step(ASKED_MS + at_ms, False) for at_ms in looks] == [False] * len(looks)
        assert lock.step(ASKED_MS + looks[-1] + 50, True) is False
        assert lock.step(ASKED_MS + looks[-1] + 350, False) is False, "it begins again"
        assert lock.step(ASKED_MS + looks[-1] + 650, False) is True


def locked():
    """Locked at ASKED_MS + TWICE_MS."""
    lock = asked()
    lock.step(ASKED_MS, False)
    assert lock.step(ASKED_MS + TWICE_MS, False)
    return lock


LOCKED_MS = ASKED_MS + TWICE_MS
AGAIN_UNTIL_MS = LOCKED_MS + 180_000


def test_a_door_opened_within_three_minutes_of_the_lock_is_locked_again_once_it_is_shut():
    for opened_ms, again in ((LOCKED_MS + 1, True), (AGAIN_UNTIL_MS - 1, True),
                             (AGAIN_UNTIL_MS, False)):  # fmt: skip
        lock = locked()
        assert lock.due
        assert lock.step(LOCKED_MS + 1, False) is False, "shut doors are left alone"
        assert lock.step(opened_ms, True) is False
        assert lock.step(opened_ms + 60_000, False) is False
        assert lock.step(opened_ms + 60_000 + TWICE_MS - 1, False) is False
        assert lock.step(opened_ms + 60_000 + TWICE_MS, False) is again
        assert lock.step(opened_ms + 60_001 + TWICE_MS, False) is False


def test_it_is_locked_after_each_closing_and_the_three_minutes_begin_once():
    lock = locked()
    for at_ms in (LOCKED_MS + 60_000, AGAIN_UNTIL_MS - 1):
        assert lock.step(at_ms, True) is False
        assert lock.step(at_ms + 1000, False) is False
        assert lock.step(at_ms + 1000 + TWICE_MS, False) is True
    assert lock.due
    assert lock.step(AGAIN_UNTIL_MS + 2000, True) is False
    assert not lock.due
    assert [lock.step(AGAIN_UNTIL_MS + at_ms, False) for at_ms in (3000, 4000)] == [False] * 2


def test_three_minutes_later_nothing_is_wished_any_more():
    lock = locked()
    assert lock.step(AGAIN_UNTIL_MS, False) is False
    assert not lock.due
    assert lock.step(AGAIN_UNTIL_MS - 1, True) is False
    assert not lock.due


def test_a_door_left_open_after_the_lock_ends_the_wish_after_ten_minutes():
    lock = locked()
    lock.step(LOCKED_MS + 1, True)
    assert lock.step(LOCKED_MS + 600_000, True) is False
    assert lock.due
    assert lock.step(LOCKED_MS + 600_001, False) is False
    assert not lock.due


def test_who_unlocks_after_the_lock_is_not_locked_out():
    lock = locked()
    lock.forget()
    assert not lock.due
    lock.step(LOCKED_MS + 1000, True)
    assert [lock.step(LOCKED_MS + at_ms, False) for at_ms in (2000, 3000)] == [False] * 2


def test_a_wish_anew_has_three_minutes_of_its_own():
    lock = locked()
    lock.ask(AGAIN_UNTIL_MS - 1000)
    lock.step(AGAIN_UNTIL_MS - 1000, False)
    assert lock.step(AGAIN_UNTIL_MS - 1000 + TWICE_MS, False) is True
    assert lock.step(AGAIN_UNTIL_MS, True) is False
    lock.step(AGAIN_UNTIL_MS + 1000, False)
    assert lock.step(AGAIN_UNTIL_MS + 1000 + TWICE_MS, False) is True
