"""Tests of shared_protocol.codec, on both interpreters."""

from shared_protocol import codec
from shared_protocol.errors import LocalProtocolError, RemoteProtocolError
from tests.shared_protocol.both.helpers import fault_of

# layout, smallest value, largest value, their bytes
BOUNDS = (
    ("B", 0, 255, b"\x00", b"\xff"),
    ("H", 0, 65535, b"\x00\x00", b"\xff\xff"),
    ("I", 0, 4294967295, bytes(4), b"\xff\xff\xff\xff"),
    ("i", -2147483648, 2147483647, b"\x80\x00\x00\x00", b"\x7f\xff\xff\xff"),
)


def test_integers_keep_their_value_at_both_bounds():
    for layout, low, high, low_bytes, high_bytes in BOUNDS:
        assert codec.encode(layout, [low]) == low_bytes
        assert codec.encode(layout, [high]) == high_bytes
        assert codec.decode(layout, low_bytes) == ([low], len(low_bytes))
        assert codec.decode(layout, high_bytes) == ([high], len(high_bytes))


def test_integers_just_beyond_a_bound_are_our_fault():
    for layout, low, high, _, _ in BOUNDS:
        assert fault_of(LocalProtocolError, codec.encode, layout, [low - 1]) == "field_range"
        assert fault_of(LocalProtocolError, codec.encode, layout, [high + 1]) == "field_range"


def test_minus_one_is_signed_on_both_interpreters():
    assert codec.encode("i", [-1]) == b"\xff\xff\xff\xff"
    assert codec.decode("i", b"\xff\xff\xff\xff") == ([-1], 4)


def test_values_of_a_wrong_type_are_our_fault():
    for layout, value in (("B", 1.0), ("I", "1"), ("8", "12345678"), ("b", None), ("t", b"x")):
        assert fault_of(LocalProtocolError, codec.encode, layout, [value]) == "field_type"


def test_byte_fields_of_a_wrong_length_are_our_fault():
    for layout, value in (("8", bytes(7)), ("8", bytes(9)), ("b", bytes(256)), ("t", "x" * 17)):
        assert fault_of(LocalProtocolError, codec.encode, layout, [value]) == "field_range"


def test_a_missing_or_additional_value_is_our_fault():
    assert fault_of(LocalProtocolError, codec.encode, "BB", [1]) == "field_count"
    assert fault_of(LocalProtocolError, codec.encode, "BB", [1, 2, 3]) == "field_count"


def test_byte_fields_may_be_empty_and_as_long_as_their_count_says():
    for value in (b"", bytes(255)):
        data = codec.encode("b", [value])
        assert codec.decode("b", data) == ([value], 1 + len(value))
    assert codec.decode("t", codec.encode("t", [""])) == ([""], 1)


def test_texts_are_utf8_of_at_most_16_bytes():
    assert codec.encode("t", ["1.0-é"]) == b"\x061.0-\xc3\xa9"
    assert codec.decode("t", b"\x061.0-\xc3\xa9") == (["1.0-é"], 7)
    assert codec.decode("t", b"\x10" + b"x" * 16) == (["x" * 16], 17)
    assert fault_of(RemoteProtocolError, codec.decode, "t", b"\x11" + b"x" * 17) == "text_long"
    assert fault_of(RemoteProtocolError, codec.decode, "t", b"\x01\xff") == "text_encoding"


def test_data_cut_at_any_byte_are_the_peers_fault():
    layout, values = "BHIi8bt", [1, 2, 3, -4, b"8 bytes.", b"abc", "text"]
    data = codec.encode(layout, values)
    assert codec.decode(layout, data) == (values, len(data))
    for size in range(len(data)):
        assert fault_of(RemoteProtocolError, codec.decode, layout, data[:size]) == "body_short"


def test_bytes_after_the_last_field_are_left_to_the_caller():
    assert codec.decode("H", b"\xaa\x01\x02\xbb\xcc", 1) == ([0x0102], 3)
