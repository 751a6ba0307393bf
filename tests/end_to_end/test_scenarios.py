"""Every scenario that comes with the simulator holds.

In a full run, that is; else every other one is drawn, none of those that park a car for a night. Of
the month's 22 working days a full run has six, with a weekend, and any other an afternoon: whole it
takes an hour, by `voiturier-sim run month`.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.engine.box import word_bits
from simulator.play.reading import FORM, built_in
from tests.support import FULL, sample_seed

# Each of these parks a car for a night or more, and takes two minutes.
NIGHTS = ("battery_runs_low", "day_8_offline", "garage_weekend", "late_friday")
DAYS = sorted(built_in().keys() - {"month", *NIGHTS})
DRAWN = DAYS[sample_seed() % 3 :: 3]


def run(scenario: str | Path, *arguments: str) -> tuple[int, dict[str, object], str]:
    """Exit status, figures and timeline of `voiturier-sim run`."""
    ran = subprocess.run(
        [sys.executable, "-m", "simulator", "run", str(scenario), "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=3600,
    )
    return ran.returncode, json.loads(ran.stdout or "{}"), ran.stderr


@pytest.mark.parametrize("name", [*DAYS, *NIGHTS] if FULL else DRAWN)
def test_the_scenario_holds(name: str) -> None:
    status, figures, timeline = run(name)
    assert status == 0, timeline
    assert figures["failures"] == []
    assert figures["records_made"] == figures["records_stored"], f"{figures}\n{timeline}"


def test_the_example_that_people_copy_holds(tmp_path: Path) -> None:
    example = tmp_path / "example.scenario"
    example.write_text(FORM.partition("\nWhat may stand")[0])
    status, figures, timeline = run(example)
    assert status == 0, timeline
    assert (figures["trips"], figures["micropython_word_bits"]) == (1, word_bits())


def test_the_month_holds_and_the_heap_stays_as_it_was(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    month = built_in()["month"].read_text()
    days = tmp_path / "days.scenario"
    if FULL:
        month = month.replace("22 days", "6 days").replace("trips 132", "trips 36")
    else:
        # The day begins in the afternoon: a parked hour takes its time here too.
        month = month.replace("06:30", "16:00").replace("22 days", "1 days")
        month = month.replace("trips 132", "trips 6")
    days.write_text(month)
    status, figures, timeline = run(days)
    print(figures)
    assert status == 0, timeline
    record_property("sample", f"{6 if FULL else 1} of 22 days")


def test_an_expectation_that_does_not_hold_fails_the_run_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wrong.scenario"
    path.write_text(
        "start 2026-09-21 07:30\ncar AB-123-CD at DDT\ndriver marie badge 04a1b2c3d4e5f6\n"
        "booking marie 07:00 12:00\n+40s badge stranger\n+3s expect start allowed\n"
    )
    status, figures, timeline = run(path)
    assert status == 1
    assert figures["failures"] == ["line 6: expect start allowed: found refused"]
    assert "expectations that did not hold: 1" in timeline
