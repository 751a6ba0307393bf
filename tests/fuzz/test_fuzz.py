"""A bounded run of every fuzzing target; `python -m tests.fuzz` goes on for longer."""

import importlib.util
import re
import subprocess
import sys

import pytest

from tests.fuzz.__main__ import NAMES
from tests.support import skip_or_fail

RUNS = {"stranger": 400, "insider": 400, "grants": 4_000}  # X25519; sets built and compared
MANY = 20_000


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_a_remote_protocol_error_comes_of_any_bytes(name: str) -> None:
    if importlib.util.find_spec("atheris") is None:
        skip_or_fail("atheris is missing (scripts/peers.sh installs it where PyPI has it built)")
    runs = RUNS.get(name, MANY)
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", name, "--runs", str(runs)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout
    executions, edges = map(int, re.findall(r"(\d+) (?:executions|edges)", ran.stdout))
    assert executions >= runs
    assert edges > 10
