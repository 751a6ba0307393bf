"""Wiegand frames: what carries a number, and that nothing else does."""

from firmware.logic.access.wiegand import card_number


def bits(text):
    return bytes([int(character) for character in text if character != " "])


def framed(number):
    """The bits of a number of 3 or 4 bytes, with the parities as the two halves need them."""
    data = "".join(["{:08b}".format(byte) for byte in number])
    half = len(data) // 2
    first = data[:half].count("1") % 2
    last = 1 - data[half:].count("1") % 2
    return bits("{}{}{}".format(first, data, last))


# Worked by hand: facility 118, card 1603. Five ones in the first twelve bits, so the first parity
# is 1; five in the last twelve, so the last is 0.
EXAMPLE = "1 01110110 0000 0110 0100 0011 0"


def test_26_bits_carry_three_bytes_and_34_carry_four():
    assert card_number(bits(EXAMPLE)) == bytes((0, 118, 1603 >> 8, 1603 & 255))
    assert card_number(framed(b"\x76\x06\x43")) == b"\x00\x76\x06\x43"
    assert card_number(framed(b"\x04\xa1\xb2\xc3")) == b"\x04\xa1\xb2\xc3"


def test_the_parities_are_those_of_the_halves():
    for number in (
        b"\x00" * 3,
        b"\xff" * 3,
        b"\x00" * 4,
        b"\xff" * 4,
        b"\x80\x00\x01",
        b"\x12\x34\x56\x78",
    ):
        frame = framed(number)
        half = len(frame) // 2
        assert (sum(frame[:half]) % 2, sum(frame[half:]) % 2) == (0, 1)
        assert card_number(frame)[-len(number) :] == number


def test_one_wrong_bit_anywhere_makes_it_none():
    for number in (b"\x04\xa1\xb2", b"\x04\xa1\xb2\xc3"):
        frame = framed(number)
        for at in range(len(frame)):
            assert card_number(frame[:at] + bytes((1 - frame[at],)) + frame[at + 1 :]) == b""


def test_one_bit_more_or_less_anywhere_makes_it_none():
    for number in (b"\x04\xa1\xb2", b"\x04\xa1\xb2\xc3"):
        frame = framed(number)
        for at in range(len(frame)):
            assert card_number(frame[:at] + frame[at + 1 :]) == b""
            for bit in (b"\x00", b"\x01"):
                assert card_number(frame[:at] + bit + frame[at:]) == b""


def test_every_other_length_is_none():
    for size in range(80):
        frame = bytes(size // 2) + b"\x01" * (size - size // 2)
        assert (card_number(frame) != b"") == (size in (26, 34))
