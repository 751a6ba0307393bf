"""The data directory that a command is typed at, with the small fleet loaded."""

import json
from pathlib import Path

import pytest

from tests.fleet import FLEET
from tests.server.commands.typed import voiturier


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET))
    voiturier("load", file, "--data", tmp_path / "data")
    return tmp_path / "data"
