"""The NMEA reader: integers from sentences, counts from everything else."""

from firmware.logic.road.nmea import Fix, NmeaReader
from tests.firmware.logic.sentences import FLOOR_S, rmc, sentence


def read(data: bytes) -> Fix:
    (fix,) = NmeaReader(FLOOR_S).feed(data)
    return fix


def test_a_sentence_becomes_a_fix_in_integers():
    assert read(rmc()) == Fix(1_558_906_268, 0, 412586747, -960235215, 145)


def test_a_sentence_of_the_shared_drives_is_read_as_it_stands():
    line = b"$GPRMC,161448.30,A,3743.25986,N,12228.33832,W,15.207,2.14,020818,,,A*45\r\n"
    assert read(line) == Fix(1_533_226_488, 300, 377209977, -1224723053, 7823)


def test_a_stream_cut_anywhere_gives_the_same_fixes():
    data = rmc() + rmc("213109.00") + rmc("213110.00")
    whole = NmeaReader(FLOOR_S).feed(data)
    assert len(whole) == 3
    for size in (1, 2, 7, 50):
        reader = NmeaReader(FLOOR_S)
        fixes = []
        for at in range(0, len(data), size):
            fixes.extend(reader.feed(data[at : at + size]))
        assert fixes == whole


def test_every_talker_is_heard():
    for talker in ("GP", "GN", "GA", "GL", "GB", "BD", "GQ"):
        assert read(rmc(talker=talker)).speed_mm_s == 145


def test_other_sentences_are_neither_fixes_nor_faults():
    reader = NmeaReader(FLOOR_S)
    assert reader.feed(sentence("GPVTG,173.23,T,,M,0.281,N,0.520,K,A")) == []
    assert (reader.fixes, reader.void, reader.bad) == (0, 0, 0)


def test_void_sentences_are_counted():
    reader = NmeaReader(FLOOR_S)
    assert reader.feed(b"$GPRMC,,V,,,,,,,,,,N*53\r\n" + rmc(status="V")) == []
    assert (reader.fixes, reader.void, reader.bad) == (0, 2, 0)


def test_a_place_that_is_none_though_called_valid_is_void():
    nowhere = {"lat": "0000.00000,N", "lon": "00000.00000,E"}
    for said in (
        {"after_date": ",,,N"},  # not valid
        {"after_date": ",,,S"},  # a simulator's
        {"after_date": ",,,M"},  # typed in by hand
        {"after_date": ",1.2,E,N,V"},  # NMEA 4.1, with a variation
        nowhere,
        {"lat": "0000.0000,S", "lon": "00000.0000,W"},
        dict(nowhere, after_date=""),  # before there were modes
        {"lat": "0,N", "lon": "0,E", "knots": "12.0"},
    ):
        reader = NmeaReader(FLOOR_S)
        assert reader.feed(rmc(**said)) == [], said
        assert (reader.fixes, reader.void, reader.bad) == (0, 1, 0)
        assert len(reader.feed(rmc())) == 1


def test_a_fix_of_any_other_mode_or_of_a_time_before_modes_is_one():
    for after_date in (
        "", ",,", ",,,", ",,,A", ",,,D", ",,,E", ",,,F", ",,,P", ",,,R", ",,,A,S", ",1.2,E,A,V",
    ):  # fmt: skip
        assert read(rmc(after_date=after_date)).lat_e7 == 412586747


def test_the_equator_and_the_meridian_of_greenwich_are_places():
    for lat, lon in (("0000.00000,N", "00011.97600,E"), ("4115.52048,N", "0,E")):
        assert None not in read(rmc(lat=lat, lon=lon))


def test_a_wrong_checksum_is_counted():
    reader = NmeaReader(FLOOR_S)
    assert reader.feed(rmc().replace(b"0.281", b"9.281")) == []
    assert reader.feed(rmc().replace(b"*", b"")) == []
    assert reader.feed(b"$GPRMC,1,A*ZZ\r\n") == []
    assert reader.bad == 3


def test_half_sentences_cost_themselves_only():
    reader = NmeaReader(FLOOR_S)
    fixes = reader.feed(rmc()[20:] + rmc()[:30] + rmc() + rmc()[:10] + b"\r\n" + rmc("213109.00"))
    assert len(fixes) == 2
    assert reader.bad == 2


def test_an_endless_line_is_dropped_once_and_never_stored():
    reader = NmeaReader(FLOOR_S)
    assert reader.feed(b"$" + b"A" * 5000 + b"\r\n") == []
    assert reader.bad == 1
    assert len(reader.feed(rmc())) == 1


def test_garbage_before_a_sentence_is_ignored():
    assert read(bytes(range(128, 256)) + b"\xb5\x62 nonsense \n" + rmc()).speed_mm_s == 145


def test_missing_fields_are_none_and_the_rest_stands():
    assert read(rmc(knots="")).speed_mm_s is None
    fix = read(rmc(lat=",", lon=","))
    assert (fix.lat_e7, fix.lon_e7, fix.speed_mm_s) == (None, None, 145)


def test_a_fix_without_time_or_date_is_bad():
    reader = NmeaReader(FLOOR_S)
    assert reader.feed(rmc(clock="") + rmc(date="")) == []
    assert reader.bad == 2


def test_fields_out_of_range_are_bad():
    reader = NmeaReader(FLOOR_S)
    for wrong in (
        rmc(clock="243108.00"), rmc(clock="216008.00"), rmc(clock="-13108.00"),
        rmc(date="001319"), rmc(date="320519"), rmc(lat="9100.0,N"), rmc(lat="4175.0,N"),
        rmc(lat="4115.5,X"), rmc(lat="4115.5,"), rmc(lon="18100.0,W"), rmc(knots="-1"),
        rmc(knots="1e3"), rmc(status="X"), sentence("GPRMC,213108.00,A"),
    ):  # fmt: skip
        assert reader.feed(wrong) == []
    assert reader.bad == 14


def test_minutes_have_two_to_eight_decimals():
    for minutes, expected_e7 in (
        ("4115.52", 412586667),
        ("4115.520", 412586667),
        ("4115.5204", 412586733),
        ("4115.52048", 412586747),
        ("4115.520480", 412586747),
        ("4115.5204812", 412586747),
        ("4115.52048123", 412586747),
        ("4115", 412500000),
    ):
        assert read(rmc(lat=minutes + ",N")).lat_e7 == expected_e7


def test_the_ends_of_the_earth_are_read():
    fix = read(rmc(lat="9000.0000,S", lon="18000.0000,E"))
    assert (fix.lat_e7, fix.lon_e7) == (-900000000, 1800000000)


def test_a_rolled_over_date_is_moved_by_whole_rollovers():
    # 2003-10-09 is 1024 weeks before 2023-05-25.
    assert read(rmc(date="091003")).time_s == read(rmc(date="250523")).time_s
    # 1998-06-09 is 1024 weeks before 2018-01-23: the receiver of a car in its second rollover.
    assert read(rmc(date="090698")).time_s == read(rmc(date="230118")).time_s


def test_a_date_within_a_leap_second_of_the_floor_is_left_alone():
    def time_s(clock):
        (fix,) = NmeaReader(FLOOR_S).feed(rmc(clock=clock, date="311215"))
        return fix.time_s

    assert time_s("235945.00") == FLOOR_S - 15
    assert time_s("235900.00") == FLOOR_S - 60 + 1024 * 7 * 86400


def test_the_calendar_is_right_around_leap_days():
    for date, days in (
        ("280220", 18320), ("290220", 18321), ("010320", 18322), ("311220", 18627),
        ("010121", 18628), ("280221", 18686), ("010321", 18687), ("311279", 40176),
    ):  # fmt: skip
        assert read(rmc(clock="000000", date=date)).time_s == days * 86400


def test_a_leap_second_is_the_next_minutes_first():
    assert read(rmc(clock="235960.00", date="311216")).time_s == 1_483_228_800


def test_fractions_of_a_second_are_milliseconds():
    for clock, millisecond in (("213108", 0), ("213108.3", 300), ("213108.123456", 123)):
        assert read(rmc(clock=clock)).millisecond == millisecond
