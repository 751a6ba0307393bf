"""A bounded run of every fuzzing target; a full run, or `python -m tests.fuzz`, goes on longer."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.fuzz.__main__ import NAMES
from tests.support import examples, sample_seed, skip_or_fail

RUNS = {"stranger": 400, "insider": 400, "grants": 4_000}  # X25519; sets built and compared
MANY = 20_000


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_a_remote_protocol_error_comes_of_any_bytes(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    if importlib.util.find_spec("atheris") is None:
        skip_or_fail("atheris is missing (scripts/peers.sh installs it where PyPI has it built)")
    runs, seed = examples(RUNS.get(name, MANY)), sample_seed()
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", name, "--runs", str(runs), "--seed", str(seed)],
        capture_output=True,
        text=True,
        timeout=1200,
    )
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout
    executions, edges = map(int, re.findall(r"(\d+) (?:executions|edges)", ran.stdout))
    assert executions >= runs
    assert edges > 10
    record_property("sample", f"{executions} executions, seed {seed}")
