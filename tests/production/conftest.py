"""The release that is installed, made once."""

import subprocess
from pathlib import Path

import pytest

from tests.checkout import clone


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what is committed, as a release with its wheels."""
    checkout = clone(tmp_path_factory.mktemp("release"))
    done = subprocess.run(
        ["scripts/release.sh"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (checkout / "dist").iterdir()
    return made
