"""A PIN is given once, whatever restarts; again where the card took it, or counted nothing."""

from firmware.logic.link.sim_pin import SIM_PIN_FILE, SimPin
from tests.firmware.logic.storage import MemoryStorage


def test_a_pin_is_given_once_and_never_a_second_time():
    storage = MemoryStorage()
    assert SimPin(storage, "1111").begin(3)
    for left in (2, 2, None, 1, 0):
        assert not SimPin(storage, "1111").begin(left)


def test_it_is_remembered_before_it_is_given():
    storage = MemoryStorage()
    SimPin(storage, "1111").begin(3)
    assert len(storage.files[SIM_PIN_FILE]) == 9


def test_one_that_the_card_took_is_given_at_each_start():
    storage = MemoryStorage()
    for left in (3, None, 3, 2):
        pin = SimPin(storage, "4321")
        assert pin.begin(left)
        pin.accepted()


def test_one_that_was_taken_before_and_is_refused_now_is_not_given_again():
    storage = MemoryStorage()
    pin = SimPin(storage, "4321")
    assert pin.begin(3)
    pin.accepted()
    assert pin.begin(3)  # another card, that refuses it
    assert not SimPin(storage, "4321").begin(2)


def test_the_last_try_but_one_is_left_to_people():
    for left in (0, 1):
        assert not SimPin(MemoryStorage(), "4321").begin(left)


def test_another_pin_is_another_try():
    storage = MemoryStorage()
    assert SimPin(storage, "1111").begin(3)
    assert SimPin(storage, "4321").begin(2)


def test_a_card_with_all_its_tries_has_counted_none_and_gets_it_again():
    storage = MemoryStorage()
    assert SimPin(storage, "4321").begin(3)  # and the power is cut
    assert SimPin(storage, "4321").begin(3)


def test_what_flash_cannot_remember_is_not_done():
    storage = MemoryStorage()
    storage.full = True
    for left in (3, 2, None):
        assert not SimPin(storage, "4321").begin(left)


def test_flash_holds_no_pin():
    storage = MemoryStorage()
    SimPin(storage, "4321").begin(3)
    assert b"4321" not in storage.files[SIM_PIN_FILE]


def test_a_file_that_cannot_be_read_may_say_that_it_was_tried():
    storage = MemoryStorage()
    assert SimPin(storage, "1111").begin(3)
    storage.unreadable = SIM_PIN_FILE
    for left in (2, None):
        assert not SimPin(storage, "1111").begin(left)
