"""gpsd, which nobody of this project wrote, reads the simulated receiver as a real one."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.devices.gnss_sentences import Solution, sentences
from simulator.road.roads import PLACES
from simulator.road.route import Route
from tests.support import ROOT, skip_or_fail

START_S = 1_795_348_800  # 2026-11-22 12:00:00 UTC
EPOCHS = 100
EPOCH_S = 0.2
WANTED = 10
# gpsd tells degrees with nine decimals; the sentences carry 1e-5 minutes.
NEAR_DEGREES = 1e-6


def find(program: str) -> str:
    places = [Path(folder) / program for folder in ("/usr/sbin", "/usr/bin")]
    places += sorted((ROOT / ".tools" / "peers").rglob(program))
    found = shutil.which(program) or next((str(p) for p in places if p.is_file()), None)
    if found is None:
        skip_or_fail(f"missing program: {program} (Debian packages gpsd and gpsd-clients)")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture
def drive(tmp_path: Path) -> dict[str, tuple[float, float]]:
    """A log on disk; its positions by gpsd's spelling of the time."""
    route = Route((48.0061, 0.1996), seed=1)
    positions = {}
    with (tmp_path / "log.nmea").open("wb") as log:
        for number in range(EPOCHS):
            at_s = START_S + number * EPOCH_S
            position = route.position(14.0 * number * EPOCH_S)
            log.write(sentences(Solution(at_s, position, 50.4)))
            second, tenth = divmod(round((at_s - START_S) * 10), 10)
            positions[f"2026-11-22T12:00:{second:02}.{tenth}00Z"] = position
    return positions


@pytest.fixture
def receiver(tmp_path: Path, drive: dict[str, tuple[float, float]]) -> Iterator[str]:
    """`voiturier-sim device gnss` playing the log; gives its pty's path."""
    with playing(str(tmp_path / "log.nmea")) as path:
        yield path


@contextmanager
def playing(*arguments: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "device", "gnss", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    yield process.stdout.readline().strip()
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()


def test_gpsd_reports_the_positions_that_the_receiver_said(
    receiver: str, drive: dict[str, tuple[float, float]]
) -> None:
    told = ask_gpsd(receiver)
    assert len(told) >= WANTED
    for time, (latitude, longitude) in told.items():
        assert drive[time] == pytest.approx((latitude, longitude), abs=NEAR_DEGREES)


@pytest.mark.parametrize("talker", ["GN", "GP"])
def test_gpsd_follows_a_car_that_drives_about_le_mans(talker: str) -> None:
    how = ("--rate", "10", "--talker", talker, "--full", "--start", "hot")
    with playing("--drive", "Préfecture", "Gare", *how) as path:
        told = ask_gpsd(path)
    assert len(told) >= WANTED
    for position in told.values():
        assert position == pytest.approx(PLACES["Préfecture"].position, abs=0.01)


def ask_gpsd(path: str) -> dict[str, tuple[float, float]]:
    """What gpsd says of the receiver on that pty: positions by time."""
    port = str(free_port())
    with subprocess.Popen([find("gpsd"), "-N", "-n", "-b", "-S", port, path]) as daemon:
        try:
            return read_positions(port)
        finally:
            daemon.terminate()


def read_positions(port: str) -> dict[str, tuple[float, float]]:
    """What gpsd says about fixes, by time; asks again until gpsd listens."""
    told: dict[str, tuple[float, float]] = {}
    for _ in range(100):
        with subprocess.Popen(
            [find("gpspipe"), "-w", "-x", "15", f"127.0.0.1:{port}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as pipe:
            assert pipe.stdout
            for line in pipe.stdout:
                report = json.loads(line)
                if report["class"] == "TPV" and report.get("mode", 0) >= 2:
                    told[report["time"]] = (report["lat"], report["lon"])
                if len(told) >= WANTED:
                    break
            pipe.terminate()
        if told:
            return told
    return told
