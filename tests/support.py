"""What tests need from outside the checkout: peers and data sets, found or plainly missed.

A test that cannot run says what is missing and skips; with VOITURIER_NO_SKIP=1 it fails instead.
"""

import functools
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"


def skip_or_fail(reason: str) -> NoReturn:
    """Skip the running test, saying why; fail it when the run may not skip."""
    if os.environ.get("VOITURIER_NO_SKIP") == "1":
        pytest.fail(reason)
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


@functools.cache
def word_bits() -> int:
    """The bits of that MicroPython's words: 32, as on the box's chip, or 64."""
    program = "import sys; print(64 if sys.maxsize >> 32 else 32)"
    return int(subprocess.check_output([find_micropython(), "-c", program], text=True))
