"""The NMEA reader over any bytes."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.road.nmea import NmeaReader
from tests.firmware.logic.sentences import FLOOR_S, rmc


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_any_bytes_are_read_without_an_exception_and_leave_the_reader_usable(chunks):
    reader = NmeaReader(FLOOR_S)
    for chunk in chunks:
        reader.feed(chunk)
    assert len(reader.feed(b"\r\n" + rmc())) == 1


@given(st.integers(0, 60), st.integers(0, 255))
def test_no_single_wrong_byte_gives_another_fix(index, byte):
    data = bytearray(rmc())
    reader = NmeaReader(FLOOR_S)
    (whole,) = reader.feed(bytes(data))
    data[index] = byte
    for fix in reader.feed(bytes(data)):
        assert fix == whole


@given(
    st.integers(0, 89), st.integers(0, 59), st.integers(0, 99_999_999), st.integers(2, 8),
    st.sampled_from("NS"),
)  # fmt: skip
def test_an_angle_is_exact_to_its_last_digit(degrees, minutes, fraction, digits, side):
    text = f"{degrees:02}{minutes:02}.{fraction:08}"[: 5 + digits]
    (fix,) = NmeaReader(FLOOR_S).feed(rmc(lat=f"{text},{side}"))
    exact = (degrees + float(text[2:]) / 60) * 1e7
    assert abs(abs(fix.lat_e7) - exact) <= 0.51
    assert fix.lat_e7 == 0 or (fix.lat_e7 < 0) == (side == "S")
