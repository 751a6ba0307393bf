"""The tests that need no pytest, run once more under MicroPython: one process for each file.

A file may stand in one of DIRECTORIES when it imports nothing that MicroPython lacks and its tests
are functions without arguments. Both interpreters must then run the very same functions.
"""

import ast
import os
import subprocess
from pathlib import Path

import pytest

from tests.support import find_micropython, require_data

ROOT = Path(__file__).resolve().parents[2]
RUNNER = Path(__file__).with_name("run_under_micropython.py")
DIRECTORIES = (
    "tests/shared_protocol/both",
    "tests/shared_protocol/wycheproof",
    "tests/firmware/logic",
    "tests/firmware/logic/access",
    "tests/firmware/logic/link",
    "tests/firmware/logic/road",
    "tests/firmware/logic/signs",
    "tests/firmware/selftest",
)
# Half of the time of them all, for what CPython tries in a second.
SLOW = (
    "tests/firmware/logic/access/test_immobiliser.py",
    "tests/shared_protocol/wycheproof/test_wycheproof.py",
)
HEAP = "32m"  # the largest JSON of vectors is parsed whole; the box's heap has its own test


def files() -> list[str]:
    return sorted(
        str(path.relative_to(ROOT))
        for directory in DIRECTORIES
        for path in (ROOT / directory).glob("test_*.py")
    )


def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_directory_has_tests() -> None:
    assert {str(Path(file).parent) for file in files()} == set(DIRECTORIES)


@pytest.mark.parametrize(
    "file", [pytest.param(file, marks=[pytest.mark.slow] * (file in SLOW)) for file in files()]
)
def test_the_same_tests_pass_under_micropython(file: str) -> None:
    if "wycheproof" in file:
        require_data("crypto")
    ran = subprocess.run(
        [find_micropython(), "-X", f"heapsize={HEAP}", RUNNER, file],
        cwd=ROOT,
        env={**os.environ, "MICROPYPATH": f"{ROOT}:.frozen"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    passed = {
        line.removeprefix("ok ") for line in ran.stdout.splitlines() if line.startswith("ok ")
    }
    assert passed == functions(file)
