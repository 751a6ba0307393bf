"""Logs and sentences: what is played is what was recorded, when it was said."""

import pynmea2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.gnss import GnssReceiver
from simulator.devices.gnss_sentences import Solution, sentences
from simulator.engine.timeline import US, Timeline
from simulator.errors import InputError
from simulator.road.nmea import read_log

NOON_S = 1_795_348_800  # 2026-11-22 12:00:00 UTC


class Ear:
    """A line that remembers what it heard, and when."""

    def __init__(self, timeline: Timeline) -> None:
        self.on_data = lambda data: None
        self.heard: list[tuple[float, bytes]] = []
        self._timeline = timeline

    def send(self, data: bytes) -> None:
        self.heard.append((self._timeline.now_us / US, data))


def play_all(timeline: Timeline) -> None:
    while timeline.next_us() is not None:
        timeline.step()


def write_log(tmp_path, text: str):
    path = tmp_path / "log.nmea"
    path.write_bytes(text.encode())
    return path


def test_sentences_of_one_epoch_form_one_burst_at_their_own_time(tmp_path):
    log = read_log(
        write_log(
            tmp_path,
            "$GPTXT,hello\r\n"
            "$GPRMC,120000.00,A,4800.00000,N,00012.00000,E,0.0,,221126,,,A*66\r\n"
            "$GPGGA,120000.00,4800.00000,N,00012.00000,E,1,08,1.0,50,M,0,M,,*00\r\n"
            "$GPVTG,,T,,M,0.0,N,0.0,K,A*00\r\n"
            "$GPGGA,120000.50,4800.00000,N,00012.00000,E,1,08,1.0,50,M,0,M,,*00\r\n",
        )
    )
    assert log.start_unix_s == NOON_S
    assert [(at_s, burst.count(b"\n")) for at_s, burst in log.bursts] == [(0.0, 4), (0.5, 1)]
    assert log.duration_s == 0.5


def test_a_log_that_passes_midnight_goes_on(tmp_path):
    log = read_log(
        write_log(
            tmp_path,
            "$GPGGA,235959.00,,,,,0,,,,,,,,*00\n$GPRMC,000001.00,V,,,,,,,231126,,,N*00\n",
        )
    )
    assert [at_s for at_s, _ in log.bursts] == [0.0, 2.0]
    assert log.start_unix_s == NOON_S + 12 * 3600 - 1


def test_a_time_that_goes_back_a_little_is_said_at_once(tmp_path):
    log = read_log(write_log(tmp_path, "$GPGGA,120005,,,\n$GPGGA,120004,,,\n$GPGGA,120006,,,\n"))
    assert [at_s for at_s, _ in log.bursts] == [0.0, 1.0]


@pytest.mark.parametrize(
    "text", ["", "hello\nworld\n", "$GPGGA,,,,,,0,,,,,,,,*66\r\n", "$GPRMC,x,V*00\n"]
)
def test_a_file_that_tells_no_time_is_refused(tmp_path, text):
    with pytest.raises(InputError, match="time"):
        read_log(write_log(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.nmea"):
        read_log(tmp_path / "nowhere.nmea")


@given(st.lists(st.binary(max_size=30).filter(lambda line: not set(line) & set(b"\r\n\x0b\x0c"))))
def test_every_line_is_played_byte_for_byte_and_in_order(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("log") / "log.nmea"
    lines = [b"$GPGGA,120000,,", *(line for line in lines if line)]
    path.write_bytes(b"\n".join(lines))
    timeline = Timeline(NOON_S * US)
    ear = Ear(timeline)
    GnssReceiver(timeline, ear).play(path)
    play_all(timeline)
    assert b"".join(data for _, data in ear.heard) == b"".join(line + b"\r\n" for line in lines)


def test_a_log_is_played_in_its_own_time_and_then_there_is_silence(tmp_path):
    path = write_log(tmp_path, "".join(f"$GPGGA,1200{s:02}.00,,,\r\n" for s in (0, 1, 5)))
    timeline = Timeline(NOON_S * US)
    ear = Ear(timeline)
    receiver = GnssReceiver(timeline, ear)
    assert receiver.play(path) == 5.0
    play_all(timeline)
    assert [at_s - NOON_S for at_s, _ in ear.heard] == [0, 1, 5]
    assert receiver.sentences_said == 3


def test_a_receiver_that_is_off_says_nothing_while_the_log_goes_on(tmp_path):
    path = write_log(tmp_path, "".join(f"$GPGGA,1200{s:02}.00,,,\r\n" for s in range(6)))
    timeline = Timeline(NOON_S * US)
    ear = Ear(timeline)
    receiver = GnssReceiver(timeline, ear)
    receiver.play(path)
    timeline.call_later(1.5, receiver.off)
    timeline.call_later(3.5, receiver.on)
    play_all(timeline)
    assert [at_s - NOON_S for at_s, _ in ear.heard] == [0, 1, 4, 5]


def test_a_moving_car_is_told_once_a_second_after_a_first_fix():
    timeline = Timeline(NOON_S * US + 300_000)
    ear = Ear(timeline)
    GnssReceiver(timeline, ear).follow(lambda: ((48.0061, 0.1996), 50.0))
    while timeline.now_us < (NOON_S + 8) * US:
        timeline.step()
    assert [at_s - NOON_S for at_s, _ in ear.heard] == [1, 2, 3, 4, 5, 6, 7, 8]
    parsed = [pynmea2.parse(data.split(b"\r\n")[0].decode(), check=True) for _, data in ear.heard]
    assert [sentence.status for sentence in parsed] == ["V"] * 5 + ["A"] * 3
    assert parsed[-1].spd_over_grnd * 1.852 == pytest.approx(50, abs=0.01)


@given(
    st.floats(-89.99, 89.99),
    st.floats(-179.99, 179.99),
    st.integers(1_000_000_000, 2_500_000_000),  # two digits of a year stand for 1969 to 2068
    st.floats(0, 250),
)
def test_what_is_said_is_read_back_by_another_parser(latitude, longitude, unix_s, speed_kmh):
    rmc, gga = (
        pynmea2.parse(line, check=True)
        for line in sentences(Solution(unix_s, (latitude, longitude), speed_kmh)).decode().split()
    )
    assert rmc.datetime.timestamp() == unix_s
    for sentence in (rmc, gga):
        assert sentence.latitude == pytest.approx(latitude, abs=1e-7)
        assert sentence.longitude == pytest.approx(longitude, abs=1e-7)
    assert rmc.spd_over_grnd * 1.852 == pytest.approx(speed_kmh, abs=0.001)
