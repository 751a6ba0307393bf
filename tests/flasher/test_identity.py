"""Which files of identity are taken."""

import json
from pathlib import Path

import pytest

from flasher.failures import FlashError
from flasher.identity import read_identity
from tests.flasher.identity import IDENTITY


def written(tmp_path: Path, **words: str) -> Path:
    path = tmp_path / "box.json"
    path.write_text(json.dumps(IDENTITY | words))
    return path


def test_a_box_whose_network_gives_it_an_access_point_is_taken(tmp_path: Path) -> None:
    assert read_identity(written(tmp_path, apn=""))["apn"] == ""


@pytest.mark.parametrize("name", ["server_host", "board"])
def test_what_a_box_cannot_be_without_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(FlashError, match=name):
        read_identity(written(tmp_path, **{name: ""}))
