"""The power cuts of `python -m tests.safety.powercut`, and the proof that they can find a fault."""

import re
import subprocess
import sys

from tests.safety.powercut import PLANTED


def powercut(*arguments: str) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.safety.powercut", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    print(ran.stdout + ran.stderr)
    return ran


def test_no_cut_of_the_power_loses_what_was_confirmed_or_has_a_torn_record_believed() -> None:
    ran = powercut()
    assert ran.returncode == 0
    cuts = {name.strip(): int(count) for name, count in re.findall(
        r"^(\S.*?) +\d+ steps +(\d+) cuts$", ran.stdout, re.MULTILINE
    )}  # fmt: skip
    assert set(cuts) == {
        "append", "batch", "odometer", "acknowledge", "grants", "card keys", "command", "epoch",
        "key", "clock", "unused", "line",
    }  # fmt: skip
    assert min(cuts.values()) >= 10
    assert sum(cuts.values()) >= 1000


def test_every_planted_fault_is_found() -> None:
    ran = powercut("--planted")
    assert ran.returncode == 0
    assert ran.stdout.count("VIOLATION") == len(PLANTED)
