"""gpsd's own decoder and our parser read every shared receiver log: they agree on each fix.

Compared by time of day: for a log from before the last week rollover gpsd takes the date to be 1024
weeks later, as our parser does by its floor.
"""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware.logic.road.nmea import NmeaReader
from simulator.devices.gnss_sentences import Solution, sentences
from tests.support import require_data, skip_or_fail

FAR_E7 = 20  # 0.2 m: gpsd rounds to 1e-9, we to 1e-7 degrees
# Logs whose GGA and RMC sentences of one second disagree; gpsd reports the one, we the other.
CONTRADICTIONS = {"ch-4701.log", "bundg_zeus_9.log"}

Fixes = dict[str, tuple[int, int]]


def logs() -> list[Path]:
    data = require_data("nmea").parent
    paths = [*data.glob("nmea/*/*.nmea"), *data.glob("nmea/*/*.log")]
    return sorted([*paths, *data.glob("drives/*/fixes.nmea")])


def by_gpsd(data: bytes) -> Fixes:
    """Time of day -> position in 1e-7 degrees, as gpsdecode reports it."""
    ran = subprocess.run(["gpsdecode", "-j"], input=data, capture_output=True, timeout=120)
    fixes: Fixes = {}
    for line in ran.stdout.decode(errors="replace").splitlines():
        report = json.loads(line) if line.startswith('{"class":"TPV"') else {}
        if report.get("mode", 0) >= 2 and "time" in report and "lat" in report:
            place = (round(report["lat"] * 1e7), round(report["lon"] * 1e7))
            fixes.setdefault(report["time"][11:23], place)
    return fixes


def by_us(data: bytes) -> Fixes:
    fixes: Fixes = {}
    for fix in NmeaReader(0).feed(data):
        if fix.lat_e7 is not None:
            moment = datetime.fromtimestamp(fix.time_s, UTC)
            key = f"{moment:%H:%M:%S}.{fix.millisecond:03}"
            fixes.setdefault(key, (fix.lat_e7, fix.lon_e7))
    return fixes


def test_gpsd_and_our_parser_agree_on_every_log_that_both_accept() -> None:
    if shutil.which("gpsdecode") is None:
        skip_or_fail("gpsdecode is missing (Debian: gpsd-clients)")
    agreed, together, refused, contradicting = 0, 0, [], set()
    for path in logs():
        data = path.read_bytes()
        theirs, ours = by_gpsd(data), by_us(data)
        common = set(theirs) & set(ours)
        name = path.name if path.suffix == ".log" else path.parent.name
        if not common:
            refused.append(f"{name} ({len(theirs)} by gpsd, {len(ours)} by us)")
            continue
        far = [
            key
            for key in common
            if max(abs(a - b) for a, b in zip(theirs[key], ours[key], strict=True)) > FAR_E7
        ]
        if far:
            contradicting.add(name)
            continue
        agreed += 1
        together += len(common)
        # gpsd drops the last epoch of a log, which no later one completes.
        assert len(common) >= min(len(theirs), len(ours)) - 2, name
    print(f"{agreed} logs agree in all of {together} fixes; contradictions: {contradicting};")
    print(f"no common fix in {len(refused)}: {', '.join(refused)}")
    assert contradicting <= CONTRADICTIONS
    assert agreed >= 60


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        pytest.param("A", None, id="autonomous"),
        pytest.param("E", 5, id="estimated"),
        pytest.param("M", 7, id="typed in by hand"),
        pytest.param("S", 8, id="a simulator's"),
    ],
)
def test_gpsd_knows_a_fix_that_is_typed_in_or_simulated_and_we_take_none_of_those(
    mode: str, status: int | None
) -> None:
    """`status` of its TPV reports: 5 is dead reckoning, 7 and 8 have no satellite behind them."""
    if shutil.which("gpsdecode") is None:
        skip_or_fail("gpsdecode is missing (Debian: gpsd-clients)")
    at_s = 1_795_348_800
    data = b"".join(sentences(Solution(at_s + n, (48.0, 2.0), mode=mode)) for n in range(9))
    ran = subprocess.run(["gpsdecode", "-j"], input=data, capture_output=True, timeout=60)
    reports = [json.loads(line) for line in ran.stdout.splitlines() if b'"TPV"' in line]
    assert {report.get("status") for report in reports} == {status}
    assert bool(by_us(data)) == (status in (None, 5))
    if status in (None, 5):
        assert set(by_gpsd(data)) <= set(by_us(data))
