"""Where nothing may be skipped, only what the list names is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.permitted import FILE, may_skip, permitted
from tests.support import ROOT

_SKIPPING = """
import pytest

def test_that_skips():
    pytest.skip("no such program")

@pytest.mark.skipif(True, reason="not on this machine")
def test_that_is_marked():
    pass

@pytest.mark.xfail(reason="finding S0: known to be wrong", strict=True)
def test_that_is_known_to_fail():
    assert False

def test_that_runs():
    pass
"""


@pytest.mark.parametrize(
    ("no_skip", "outcome"),
    [("0", "1 passed, 2 skipped, 1 xfailed"), ("1", "1 failed, 1 passed, 1 xfailed, 1 error")],
)
def test_a_skip_that_is_not_listed_fails_where_nothing_may_be_skipped(
    tmp_path: Path, no_skip: str, outcome: str
) -> None:
    said = run(tmp_path, _SKIPPING, no_skip)
    assert f" {outcome} in " in said


def test_a_file_that_skips_as_a_whole_fails_there_too(tmp_path: Path) -> None:
    said = run(tmp_path, 'import pytest\npytest.importorskip("no_such_module")\n', "1")
    assert "no_such_module" in said
    assert "1 error" in said


def test_what_is_listed_may_be_skipped_for_its_reason_alone() -> None:
    skips = permitted("# why\ntests/a.py: no such program\n")
    assert may_skip("tests/a.py::test_one", "Skipped: no such program", skips)
    assert not may_skip("tests/a.py::test_one", "Skipped: another reason", skips)
    assert not may_skip("tests/b.py::test_one", "Skipped: no such program", skips)


def test_each_listed_place_exists_and_says_its_reason() -> None:
    for place, reason in permitted(FILE.read_text()).items():
        file = ROOT / place.partition("::")[0]
        sources = [file, *file.parent.glob("*.py")]
        assert file.exists()
        assert any(reason in source.read_text() for source in sources), reason


def run(folder: Path, source: str, no_skip: str) -> str:
    """What pytest says of a file of tests, with the hooks that ours have."""
    (folder / "test_it.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-p", "tests.permitted", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env=os.environ | {"VOITURIER_NO_SKIP": no_skip, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr
