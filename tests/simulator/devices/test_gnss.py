"""The receiver: starts, rates, talkers, faults, judged by pynmea2 and by the box's own reader."""

import itertools

import pynmea2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.drivers.ublox import _SLEEP, _WAKE
from firmware.logic.road.nmea import NmeaReader
from simulator.devices.gnss import FAULTS, RATES_HZ, START_S, GnssReceiver
from simulator.devices.gnss_sentences import TALKERS, Solution, sentences
from simulator.engine.timeline import US, Timeline

START_UNIX_S = 1_790_000_000
FLOOR_S = 1_780_000_000
PLACE = (48.0061, 0.1996)
WEEKS_1024_S = 1024 * 7 * 86_400


class Bench:
    """A receiver that follows a car standing at PLACE, and what it says."""

    def __init__(self, start: str = "hot", **options) -> None:
        self.timeline = Timeline(START_UNIX_S * US)
        self.on_data = lambda data: None
        self.said: list[tuple[float, bytes]] = []
        self.receiver = GnssReceiver(self.timeline, self, **options)
        self.receiver.follow(lambda: (PLACE, 36.0), start)

    def send(self, data: bytes) -> None:
        self.said.append((self.timeline.now_us / US - START_UNIX_S, data))

    def listen(self, seconds: float) -> list[tuple[float, bytes]]:
        """What is said in that time: (seconds since the start, burst)."""
        until_us = self.timeline.now_us + round(seconds * US)
        while (due_us := self.timeline.next_us()) is not None and due_us <= until_us:
            self.timeline.step()
        self.timeline.now_us = until_us
        said, self.said = self.said, []
        return said


def parsed(burst: bytes) -> list[pynmea2.NMEASentence]:
    return [pynmea2.parse(line, check=True) for line in burst.decode().split()]


def fixes_of(said: list[tuple[float, bytes]]) -> list:
    reader = NmeaReader(FLOOR_S)
    return [fix for _, burst in said for fix in reader.feed(burst)]


# Starts.


@pytest.mark.parametrize("start", START_S)
def test_the_first_fix_comes_when_that_start_allows_it(start):
    bench = Bench(start)
    said = bench.listen(START_S[start] + 3)
    valid = [at_s for at_s, burst in said if parsed(burst)[0].status == "A"]
    assert START_S[start] <= valid[0] < START_S[start] + 1


def test_a_cold_start_knows_the_time_before_the_place_and_at_first_nothing():
    first, *_, last = Bench("cold").listen(START_S["cold"] - 1)
    assert b"GNRMC,,V,,,,,,,,,,N*" in first[1]
    rmc = parsed(last[1])[0]
    assert (rmc.status, rmc.timestamp.hour) == ("V", START_UNIX_S // 3600 % 24)


def test_after_a_tunnel_the_fix_is_soon_back():
    bench = Bench()
    bench.listen(5)
    bench.receiver.sky(False)
    assert fixes_of(bench.listen(60)) == []
    bench.receiver.sky(True)
    assert len(fixes_of(bench.listen(5))) == 4


# Rates and talkers.


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_it_says_as_many_epochs_a_second_as_it_is_told_each_at_its_own_time(rate_hz):
    bench = Bench(rate_hz=rate_hz)
    bench.listen(2)
    fixes = fixes_of(bench.listen(10))
    times_ms = [fix.time_s * 1000 + fix.millisecond for fix in fixes]
    assert len(fixes) == 10 * rate_hz
    assert {b - a for a, b in itertools.pairwise(times_ms)} == {1000 // rate_hz}


@pytest.mark.parametrize("talker", TALKERS)
@pytest.mark.parametrize("full", [False, True])
def test_every_talker_says_valid_sentences_that_the_box_understands(talker, full):
    bench = Bench(talker=talker, full=full)
    bench.listen(2)
    ((_, burst),) = bench.listen(1)
    kinds = [sentence.sentence_type for sentence in parsed(burst)]
    assert kinds[0] == "RMC"
    assert {"VTG", "GSA", "GSV", "GLL"} <= set(kinds) or not full
    (fix,) = fixes_of([(0.0, burst)])
    assert (fix.lat_e7, fix.lon_e7) == pytest.approx((480061000, 1996000), abs=2)
    assert fix.speed_mm_s == pytest.approx(10_000, abs=2)


def test_several_constellations_have_a_talker_each_for_their_satellites():
    bench = Bench(full=True)
    bench.listen(2)
    ((_, burst),) = bench.listen(1)
    talkers = {s.talker for s in parsed(burst) if s.sentence_type == "GSV"}
    assert talkers == {"GP", "GL", "GA", "GB"}


@given(
    st.floats(0, 4e9),
    st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.floats(0, 300),
    st.sampled_from(TALKERS),
)
def test_every_sentence_of_every_solution_has_its_checksum_and_fits_a_line(
    unix_s, position, speed_kmh, talker
):
    for line in sentences(Solution(unix_s, position, speed_kmh), talker, full=True).splitlines():
        pynmea2.parse(line.decode(), check=True)
        assert len(line) <= 82


# Faults.


@pytest.mark.parametrize(("fault", "state"), [("antenna_open", "OPEN"), ("antenna_short", "SHORT")])
def test_a_broken_antenna_is_told_and_there_is_no_fix_until_it_is_mended(fault, state):
    bench = Bench()
    bench.listen(5)
    bench.receiver.fault(fault)
    said = bench.listen(10)
    assert parsed(said[0][1])[0].text == f"ANTSTATUS={state}"
    assert fixes_of(said) == []
    bench.receiver.fault(None)
    said = bench.listen(10)
    assert parsed(said[0][1])[0].text == "ANTSTATUS=OK"
    assert len(fixes_of(said)) == 9


def test_a_broken_antenna_is_told_again_when_the_receiver_starts_and_a_sound_one_is_not():
    bench = Bench()
    bench.receiver.fault("antenna_open")
    bench.listen(10)
    bench.receiver.restart()
    assert [parsed(burst)[0].text for _, burst in bench.listen(10) if b"TXT" in burst] == [
        "ANTSTATUS=OPEN"
    ]
    bench.receiver.fault(None)
    bench.listen(10)
    bench.receiver.restart()
    assert not any(b"TXT" in burst for _, burst in bench.listen(10))


@pytest.mark.parametrize("fault", ["null_island", "not_valid", "simulating", "typed_in"])
def test_a_place_that_is_no_fix_though_called_valid_tells_the_box_nothing(fault):
    bench = Bench(full=True)
    bench.listen(2)
    bench.receiver.fault(fault)
    said = bench.listen(10)
    assert {parsed(burst)[0].status for _, burst in said} == {"A"}
    assert fixes_of(said) == []
    bench.receiver.fault(None)
    assert len(fixes_of(bench.listen(5))) == 5


def test_an_estimated_fix_is_one():
    bench = Bench(full=True)
    bench.listen(2)
    bench.receiver.fault("estimating")
    said = bench.listen(5)
    assert {parsed(burst)[0].mode_indicator for _, burst in said} == {"E"}
    assert {(fix.lat_e7, fix.lon_e7) for fix in fixes_of(said)} == {(480061000, 1996000)}


def test_a_jammed_receiver_hears_its_satellites_weakly_and_has_no_fix():
    bench = Bench(full=True)
    bench.listen(2)
    bench.receiver.fault("jammed")
    said = bench.listen(5)
    assert fixes_of(said) == []
    ratios = {s.snr_1 for _, burst in said for s in parsed(burst) if s.sentence_type == "GSV"}
    assert ratios == {"12"}


def test_a_wild_receiver_is_far_off_and_says_that_its_geometry_is_bad():
    bench = Bench()
    bench.listen(2)
    bench.receiver.fault("wild")
    said = bench.listen(60)
    off_e7 = [abs(fix.lat_e7 - 480061000) for fix in fixes_of(said)]
    assert max(off_e7) > 20_000, "more than 200 m"
    assert float(parsed(said[0][1])[1].horizontal_dil) > 5


def test_a_standing_receiver_that_drifts_wanders_by_metres_and_shows_lone_seconds_of_motion():
    bench = Bench()
    bench.listen(2)
    bench.receiver.follow(lambda: (PLACE, 0.0))
    bench.receiver.fault("drifting")
    fixes = fixes_of(bench.listen(3600))
    off_e7 = [abs(fix.lat_e7 - 480061000) for fix in fixes]
    assert 100 < max(off_e7) < 2_000, "one to twenty metres"
    fast = [fix.speed_mm_s > 500 for fix in fixes]
    assert 10 < sum(fast) < 100
    assert sorted(fix.speed_mm_s for fix in fixes)[len(fixes) // 2] < 200


def test_a_date_of_tomorrow_comes_with_a_sound_fix():
    bench = Bench()
    bench.listen(2)
    bench.receiver.fault("tomorrow")
    (fix,) = fixes_of(bench.listen(1))
    assert fix.time_s == START_UNIX_S + 3 + 86_400


def test_a_date_of_1024_weeks_ago_is_set_right_by_the_box():
    bench = Bench()
    bench.listen(2)
    bench.receiver.fault("rolled_over")
    said = bench.listen(1)
    assert parsed(said[0][1])[0].datestamp.year == 2007
    (fix,) = fixes_of(said)
    assert fix.time_s == START_UNIX_S + 3


def test_without_the_leap_seconds_it_is_18_s_fast():
    bench = Bench()
    bench.listen(2)
    bench.receiver.fault("no_leap_seconds")
    (fix,) = fixes_of(bench.listen(1))
    assert fix.time_s == START_UNIX_S + 3 + 18


def test_of_damaged_lines_the_box_takes_next_to_none():
    bench = Bench()
    bench.listen(2)
    bench.receiver.fault("noisy")
    fixes = fixes_of(bench.listen(600))
    assert 200 < len(fixes) < 600
    # NMEA's XOR does not see that two equal characters were lost.
    assert sum(fix.lat_e7 != 480061000 for fix in fixes) <= len(fixes) // 100


def test_a_silent_receiver_says_nothing():
    bench = Bench()
    bench.receiver.fault("silent")
    assert bench.listen(60) == []


def test_a_fault_that_no_receiver_has_is_refused_with_those_it_has():
    with pytest.raises(ValueError, match="antenna_open"):
        Bench().receiver.fault("rusty")
    assert len(FAULTS) == 15


# Sleep.


def test_it_sleeps_when_asked_and_any_byte_wakes_it():
    bench = Bench()
    bench.listen(3)
    bench.on_data(_SLEEP)
    assert bench.receiver.asleep
    assert bench.listen(3600) == []
    bench.on_data(_WAKE)
    said = bench.listen(5)
    assert len(said) == 5
    assert len(fixes_of(said)) == 4


@given(st.lists(st.sampled_from(["sleep", "wake", "wait", "cut", "sky", "no sky"]), max_size=30))
def test_whatever_was_asked_of_it_a_woken_receiver_under_the_sky_finds_its_place(steps):
    bench = Bench()
    for step in steps:
        match step:
            case "sleep":
                bench.on_data(_SLEEP)
            case "wake":
                bench.on_data(_WAKE)
            case "cut":
                bench.receiver.restart()
            case "wait":
                bench.listen(1.5)
            case _:
                bench.receiver.sky(step == "sky")
    bench.receiver.sky(True)
    bench.on_data(_WAKE)
    bench.on_data(_WAKE)
    said = bench.listen(10)
    assert len(said) == 10, "one burst a second"
    assert fixes_of(said[6:])
