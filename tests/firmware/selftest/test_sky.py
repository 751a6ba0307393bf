"""What the bench test hears of a receiver, beside the fixes."""

from firmware.selftest.sky import SkyReader
from tests.firmware.logic.sentences import FLOOR_S, rmc, sentence

GGA = "GNGGA,092725.00,4717.11399,N,00833.91590,E,1,08,1.01,499.6,M,48.0,M,,"  # u-blox's example


def test_it_knows_the_satellites_of_the_last_gga_and_still_reads_fixes():
    sky = SkyReader(FLOOR_S)
    assert len(sky.feed(sentence(GGA) + rmc())) == 1
    assert (sky.satellites, sky.fixes, sky.heard) == (8, 1, True)
    sky.feed(sentence("GPGGA,,,,,,0,00,99.99,,,,,,"))
    assert sky.satellites == 0


def test_it_knows_what_was_told_last_of_the_antenna():
    sky = SkyReader(FLOOR_S)
    assert sky.antenna == b""
    for state in ("INIT", "OK", "OPEN"):
        sky.feed(sentence("GNTXT,01,01,02,ANTSTATUS=" + state))
        assert sky.antenna == state.encode()
    sky.feed(sentence("GNTXT,01,01,02,PF=3FF"))
    assert sky.antenna == b"OPEN"


def test_noise_is_nothing_that_was_heard():
    sky = SkyReader(FLOOR_S)
    assert sky.feed(b"$GNTXT,01,01,02,ANTSTATUS=OPEN*00\r\n\xff\x00$GNGGA\r\n") == []
    assert (sky.heard, sky.antenna, sky.satellites) == (False, b"", 0)


def test_a_sentence_that_ends_early_is_passed_over():
    sky = SkyReader(FLOOR_S)
    assert sky.feed(sentence("GNGGA") + sentence("GNGGA,1,2,3,4,5,6,x") + sentence("GNTXT")) == []
    assert (sky.satellites, sky.antenna) == (0, b"")
