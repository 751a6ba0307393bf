"""A folder with an image of MicroPython, and a board at its port."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.devices.rom_loader import RomLoader
from tests.flasher.command.running import CONTENT
from tests.flasher.micropython import NAME as IMAGE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / IMAGE).write_bytes(CONTENT)
    (tmp_path / "tmp").mkdir()
    return tmp_path


@pytest.fixture
def board() -> Iterator[RomLoader]:
    with RomLoader() as board:
        yield board
