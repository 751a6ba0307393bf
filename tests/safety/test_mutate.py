"""The core's tests notice a change: here a sample, all of them by `python -m tests.safety.mutate`.

In a process of its own, for mutants take the place of modules that nobody has imported yet.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_sample_of_mutants_is_killed_and_every_listed_survivor_exists() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.safety.mutate", "--sample", "40", "--seed", "4"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "40 mutants of " in ran.stdout
