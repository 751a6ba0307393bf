"""Logs of real receivers: our reader against the fixes that gpsd reported for the same bytes."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from firmware.logic.road.nmea import Fix, NmeaReader
from tests.support import DATA, require_data

# One last digit of a receiver with four decimals of a minute, in 1e-7 degrees.
ROUNDING_E7 = 20
# gpsd has another rollover rule, hence other years for these old logs: compare within a rollover.
ROLLOVER_MS = 1024 * 7 * 86_400_000
# Sentences of one receiver that contradict each other: at 12:34:59 its GGA is elsewhere than
# its RMC, and gpsd took the GGA's.
CONTRADICTIONS = {"ch-4701": 1}


def logs() -> list[str]:
    return sorted(path.stem for path in (DATA / "nmea" / "gpsd").glob("*.log"))


def read(path: Path) -> tuple[NmeaReader, list[Fix]]:
    reader = NmeaReader(0)
    return reader, reader.feed(path.read_bytes())


def seen_by_gpsd(name: str) -> set[tuple[int, int, int]]:
    """(ms within the rollover, lat_e7, lon_e7) of each row that has all three."""
    found = set()
    with (DATA / "nmea" / "expected" / f"{name}.log.csv").open() as file:
        for row in csv.DictReader(file):
            if row["time"] and row["lat"] and row["lon"]:
                instant = datetime.fromisoformat(row["time"].replace("Z", "+00:00"))
                found.add(
                    (
                        round(instant.timestamp() * 1000) % ROLLOVER_MS,
                        round(float(row["lat"]) * 1e7),
                        round(float(row["lon"]) * 1e7),
                    )
                )
    return found


@pytest.mark.parametrize("name", logs())
def test_a_receivers_log_is_read_without_an_exception_and_counted(name: str) -> None:
    reader, fixes = read(DATA / "nmea" / "gpsd" / f"{name}.log")
    assert reader.fixes == len(fixes)
    for fix in fixes:
        assert (fix.lat_e7 is None) == (fix.lon_e7 is None)


@pytest.mark.parametrize("name", logs())
def test_a_position_that_gpsd_reports_for_an_instant_is_the_one_we_read(name: str) -> None:
    theirs: dict[int, list[tuple[int, int]]] = {}
    for time_ms, lat_e7, lon_e7 in seen_by_gpsd(name):
        theirs.setdefault(time_ms, []).append((lat_e7, lon_e7))
    _, fixes = read(DATA / "nmea" / "gpsd" / f"{name}.log")
    compared = 0
    differing = []
    for fix in fixes:
        positions = theirs.get((fix.time_s * 1000 + fix.millisecond) % ROLLOVER_MS)
        if positions and fix.lat_e7 is not None:
            compared += 1
            if not any(
                abs(fix.lat_e7 - lat) <= ROUNDING_E7 and abs(fix.lon_e7 - lon) <= ROUNDING_E7
                for lat, lon in positions
            ):
                differing.append((fix, positions))
    print(f"{name}: {compared} compared, {len(fixes)} fixes")
    assert len(differing) == CONTRADICTIONS.get(name, 0), differing


def test_the_in_car_log_at_4_hz_is_read_whole() -> None:
    reader, fixes = read(require_data("nmea") / "car" / "z205_switzerland_short.nmea")
    assert reader.bad == 0
    assert len(fixes) > 100
    times = [fix.time_s * 1000 + fix.millisecond for fix in fixes]
    assert times == sorted(times)
