"""Real drives with a reference distance, through the box's own NMEA reader and odometer."""

import csv
from pathlib import Path

import pytest

from firmware.logic.road.nmea import NmeaReader
from firmware.logic.road.odometer import Odometer
from tests.support import DATA, require_data


def rows() -> list[dict[str, str]]:
    index = DATA / "drives" / "index.csv"
    if not index.exists():
        return []
    with index.open() as file:
        return [row for row in csv.DictReader(file) if row["best_m"] != "None"]


def measured_m(path: Path) -> int:
    reader = NmeaReader(0)
    odometer = Odometer()
    data = path.read_bytes()
    for at in range(0, len(data), 100):  # cut anywhere, as a UART does
        for fix in reader.feed(data[at : at + 100]):
            odometer.add(fix.time_s * 1000 + fix.millisecond, fix.speed_mm_s, True)
    assert reader.bad == 0
    return odometer.metres


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_a_real_drive_measures_its_reference_distance(row: dict[str, str]) -> None:
    best_m = float(row["best_m"])
    measured = measured_m(DATA / "drives" / row["id"] / "fixes.nmea")
    error_percent = 100 * (measured / best_m - 1)
    print(f"{row['id']}: {measured} m, reference {best_m} m, {error_percent:+.2f} %")
    assert abs(error_percent) <= float(row["tol_pct"])


@pytest.mark.parametrize(
    "drive",
    ["nds_08", "comma2k19_sf", "truth_berlin_gendarmenmarkt", "noisy_berlin_gendarmenmarkt"],
)
def test_a_car_of_the_acceptance_measures_within_one_percent(drive: str) -> None:
    require_data("drives")
    (row,) = [row for row in rows() if row["id"] == drive]
    best_m = float(row["best_m"])
    assert abs(measured_m(DATA / "drives" / drive / "fixes.nmea") - best_m) <= 0.01 * best_m
