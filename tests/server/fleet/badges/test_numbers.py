"""The number of a badge as people have it: every way to write it, and what it may mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.access.card import is_badge
from server.fleet.badges.numbers import (
    UID_BYTES,
    Reading,
    as_typed,
    is_of_a_card,
    readings,
    uid_of,
)

UIDS = st.sampled_from(UID_BYTES).flatmap(lambda size: st.binary(min_size=size, max_size=size))
NXP = bytes.fromhex("04a1b2c3d4e5f6")
# Keys of a keyboard of the United States, and what they give on a French one.
FRENCH = str.maketrans("0123456789aAqQ:;", "à&é\"'(-è_çqQaAMm")


def meant(text: str) -> list[bytes]:
    return [reading.uid for reading in readings(text)]


@given(UIDS, st.sampled_from(["", " ", ":", "-", "."]), st.booleans())
def test_a_number_in_hexadecimal_is_read_in_both_orders_however_it_is_parted(
    uid: bytes, parted: str, capitals: bool
) -> None:
    text = parted.join(f"{byte:02x}" for byte in uid)
    found = meant(f" {text.upper() if capitals else text} ")
    assert {uid, uid[::-1]} <= set(found)


@given(st.binary(min_size=4, max_size=4))
def test_a_decimal_number_of_ten_digits_is_four_bytes_in_either_order(uid: bytes) -> None:
    found = readings(f"{int.from_bytes(uid, 'big'):010d}")
    assert {reading.uid for reading in found} == {uid, uid[::-1]}
    assert all(reading.is_decimal for reading in found)


@given(st.binary(min_size=7, max_size=7))
def test_a_decimal_number_of_seventeen_digits_is_seven_bytes(uid: bytes) -> None:
    assert set(meant(f"{int.from_bytes(uid, 'big'):017d}")) == {uid, uid[::-1]}


def test_the_order_in_which_a_long_number_begins_with_its_maker_comes_first() -> None:
    assert meant(NXP.hex()) == meant(NXP[::-1].hex()) == [NXP, NXP[::-1]]
    assert readings(NXP[::-1].hex())[0] == Reading(NXP, is_decimal=False, is_reversed=True)
    assert meant("a1b2c3d4") == [bytes.fromhex("a1b2c3d4"), bytes.fromhex("d4c3b2a1")]


def test_eight_digits_may_be_hexadecimal_or_decimal_and_parted_ones_are_hexadecimal() -> None:
    assert [(r.is_decimal, r.is_reversed) for r in readings("12345678")] == [
        (False, False), (False, True), (True, False), (True, True),
    ]  # fmt: skip
    assert not any(reading.is_decimal for reading in readings("12 34 56 78"))


def test_a_number_that_reads_the_same_both_ways_is_said_once() -> None:
    assert meant("a1b2b2a1") == [bytes.fromhex("a1b2b2a1")]


@pytest.mark.parametrize(
    "text", ["", "04", "123,45678", "12345", "04a1b2c3d4e5", "9999999999", "xyz", "0x", "--"]
)
def test_what_is_no_number_of_a_card_has_no_reading(text: str) -> None:
    assert readings(text) == ()


@given(UIDS, st.sampled_from(["", ":"]), st.booleans())
def test_a_desk_reader_is_read_also_where_a_french_keyboard_was_in_its_way(
    uid: bytes, parted: str, capitals: bool
) -> None:
    text = parted.join(f"{byte:02x}" for byte in uid)
    text = text.upper() if capitals else text
    garbled = text.translate(FRENCH)
    assert set(meant(garbled)) == set(meant(text))
    assert as_typed(text) == text


@given(st.binary(min_size=1, max_size=10))
def test_server_and_box_take_the_same_numbers_for_a_cards_own(uid: bytes) -> None:
    assert is_of_a_card(uid) == is_badge(uid)


@given(UIDS)
def test_a_uid_in_hexadecimal_is_read_as_it_stands(uid: bytes) -> None:
    assert uid_of(uid.hex()) == uid
    assert uid_of(uid) is None
