"""A speed is believed while the receiver's time advances and its positions bear it out."""

from firmware.logic.road.nmea import Fix
from firmware.logic.road.trusted_speed import TrustedSpeed

BEGIN_S = 1_700_000_000
LAT_E7, LON_E7 = 480_000_000, 20_000_000
A_METRE_E7 = 90  # of latitude, a little more


def heard(fixes):
    """The speed after fixes of (receiver's second, metres north, speed), one second apart."""
    speed = TrustedSpeed()
    told = []
    for now_s, (second, north_m, mm_s) in enumerate(fixes):
        lat_e7 = None if north_m is None else LAT_E7 + north_m * A_METRE_E7
        fix = Fix(BEGIN_S + second, 0, lat_e7, None if lat_e7 is None else LON_E7, mm_s)
        speed.hear(fix, now_s * 1000)
        told.append(speed.mm_s(now_s * 1000))
    return told


def test_a_frozen_time_makes_the_speed_unknown_within_seconds():
    told = heard([(s, 0, 0) for s in range(20)] + [(19, 0, 0)] * 5)
    assert told[:23] == [0] * 23 and told[23:] == [None, None]


def test_zero_while_the_positions_drive_on_is_unknown_and_stays_so():
    told = heard([(s, 0, 0) for s in range(20)] + [(20 + s, 30 * s, 0) for s in range(60)])
    assert told[20 + 4 :] == [None] * 56


def test_a_speed_at_a_position_that_stays_is_unknown():
    assert heard([(s, 0, 30_000) for s in range(30)])[11:] == [None] * 19


def test_what_wanders_as_a_standing_receiver_does_is_believed():
    assert None not in heard([(s, s % 7 * 5, 100) for s in range(100)])


def test_one_leap_of_the_position_is_doubted_for_a_while_and_forgiven():
    told = heard([(s, 0 if s < 20 else 400, 0) for s in range(60)])
    assert told[20] is None and told[-1] == 0


def test_without_positions_the_speed_is_believed():
    assert heard([(s, None, 14_000) for s in range(30)]) == [14_000] * 30


def test_a_clock_set_back_is_heard_again():
    told = heard([(s, 0, 0) for s in range(20)] + [(s - 5000, 0, 0) for s in range(20)])
    assert None not in told
