"""The core's tests notice a change: a slice of the mutants, another one with each commit.

All of them in a full run, or by `python -m tests.safety.mutate`. In a process of its own, for
mutants take the place of modules that nobody has imported yet.
"""

import subprocess
import sys
from collections.abc import Callable

from tests.support import FULL, ROOT, sample_seed

SLICES = 1 if FULL else 20


def test_mutants_are_killed_and_every_listed_survivor_exists(
    record_property: Callable[[str, object], None],
) -> None:
    chosen = f"{sample_seed() % SLICES}/{SLICES}"
    ran = subprocess.run(
        [sys.executable, "-m", "tests.safety.mutate", "--slice", chosen],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (figures,) = [line for line in ran.stdout.splitlines() if " mutants" in line]
    record_property("sample", figures)
