"""Acceptance 3: real drives go through the whole chain and come out with their kilometres."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import skip_or_fail

DRIVES = Path(__file__).resolve().parents[3] / "shared" / "data" / "drives"
NAMES = ("nds_08", "comma2k19_sf", "truth_berlin_gendarmenmarkt", "noisy_berlin_gendarmenmarkt")


def replay(log: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulator", "replay", str(log), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_replayed_drive_is_one_trip_within_two_percent_of_its_reference(name: str) -> None:
    if not DRIVES.is_dir():
        skip_or_fail(f"the drives in {DRIVES} are missing")
    with (DRIVES / "index.csv").open() as index:
        best_m = next(float(row["best_m"]) for row in csv.DictReader(index) if row["id"] == name)
    started = time.monotonic()
    done = replay(DRIVES / name / "fixes.nmea")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)

    print(f"{name}: {time.monotonic() - started:.1f} s, {result}")
    assert len(result["trips"]) == 1
    assert abs(result["distance_m"] - best_m) <= 0.02 * best_m
    assert result["records_made"] == result["records_stored"] > 0
    assert result["odometer_m"] >= result["distance_m"]
    assert result["wire_bytes_up"] > 0 < result["wire_bytes_down"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("", "no"), ("hello\nworld\n", "no"), ("$GPGGA,,,,,,0,,,,,,,,*66\r\n", "time")],
    ids=["an empty file", "no NMEA at all", "a log without time"],
)
def test_a_log_that_cannot_be_replayed_is_refused_in_one_clear_line(
    tmp_path: Path, content: str, complaint: str
) -> None:
    log = tmp_path / "bad.nmea"
    log.write_text(content)
    done = replay(log)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_log_is_named(tmp_path: Path) -> None:
    done = replay(tmp_path / "nowhere.nmea")
    assert done.returncode == 2
    assert "nowhere.nmea" in done.stderr
