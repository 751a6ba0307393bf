"""What tests need to know of the run they are in: what is asked for, and what can be had.

VOITURIER_FULL=1 (`./test.sh full`) asks for the whole of what is otherwise sampled,
VOITURIER_QUICK=1 (`./test.sh quick`) for a quarter of the examples of a property. A test that
cannot run says what is missing and skips; with VOITURIER_NO_SKIP=1 it fails instead, unless
tests/permitted_skips.txt names it.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
FULL = os.environ.get("VOITURIER_FULL") == "1"
QUICK = os.environ.get("VOITURIER_QUICK") == "1"


def sample_seed() -> int:
    """The number of commits: each change tries other samples, and anybody can draw them again.

    1 where there is no git, or no history.
    """
    command = ["git", "rev-list", "--count", "HEAD"]
    try:
        counted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return 1
    return int(counted.stdout or 1)


def examples(sample: int) -> int:
    """How many examples hypothesis, a killer or a fuzzer tries: ten times as many in a full run."""
    return 10 * sample if FULL else max(1, sample // 4) if QUICK else sample


def skip_or_fail(reason: str) -> NoReturn:
    """Skip the running test, saying why; where none may, tests/permitted.py fails it."""
    pytest.skip(reason, allow_module_level=True)


def require_data(folder: str) -> Path:
    """The folder of a data set that nobody of this project wrote, beside the checkout."""
    path = DATA / folder
    if not path.is_dir():
        skip_or_fail(f"missing data: ../shared/data/{folder} beside the checkout")
    return path


def find_micropython() -> str:
    """The MicroPython of the host: VOITURIER_MICROPYTHON, the prepared one, or one on PATH."""
    prepared = ROOT / ".tools" / "micropython" / "micropython"
    found = os.environ.get("VOITURIER_MICROPYTHON") or (
        str(prepared) if prepared.exists() else shutil.which("micropython")
    )
    if found is None:
        skip_or_fail("missing program: micropython (scripts/micropython.sh fetches it)")
    return found
