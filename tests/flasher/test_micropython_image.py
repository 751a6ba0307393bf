"""A MicroPython image is named, recognised and pinned; any other file is refused with a reason."""

import hashlib
import json
from pathlib import Path

import pytest

from firmware.board import BOARDS
from flasher.failures import FlashError
from flasher.micropython_image import LARGEST_BYTES, STOCK, check, wanted

BOARD = "lilygo_t_sim7670g_s3"
NAME = "ESP32_GENERIC_S3-SPIRAM_OCT-20251209-v1.27.0.bin"
CONTENT = bytes.fromhex("e903022f988137400000000009000000") + bytes(5000)


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    return tmp_path / "images.json"


def put(folder: Path, content: bytes = CONTENT, name: str = NAME) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def test_every_board_but_the_simulated_one_has_its_image() -> None:
    assert set(STOCK) == set(BOARDS) - {"host"}
    assert wanted(BOARD) == "ESP32_GENERIC_S3-SPIRAM_OCT, version 1.27 or newer"
    with pytest.raises(FlashError, match="No box is made of the board host"):
        wanted("host")


def test_its_hash_is_pinned_at_first_use_and_asked_for_ever_after(
    tmp_path: Path, pins: Path
) -> None:
    path = put(tmp_path)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    assert check(path, BOARD, pins) == (NAME, "1.27.0", sha256, CONTENT)
    assert json.loads(pins.read_text()) == {NAME: sha256}
    assert check(path, BOARD, pins).sha256 == sha256
    with pytest.raises(FlashError, match="is not the file it was at first use"):
        check(put(tmp_path, CONTENT + b"\x01"), BOARD, pins)
    assert json.loads(pins.read_text()) == {NAME: sha256}


def test_another_version_is_pinned_beside_it(tmp_path: Path, pins: Path) -> None:
    check(put(tmp_path), BOARD, pins)
    newer = NAME.replace("v1.27.0", "v1.28")
    assert check(put(tmp_path, CONTENT + b"2", newer), BOARD, pins).version == "1.28"
    assert set(json.loads(pins.read_text())) == {NAME, newer}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ESP32_GENERIC_S3-20251209-v1.27.0.bin", "not named like a release"),
        ("SEEED_XIAO_ESP32S3-20251209-v1.27.0.bin", "not named like a release"),
        (NAME.replace("v1.27.0", "v1.28.0-preview.12.gabcdef0"), "not named like a release"),
        (NAME.replace(".bin", ".uf2"), "not named like a release"),
        (NAME.replace("v1.27.0", "v1.26.1"), "too old: .* 1.27 or newer"),
    ],
)
def test_another_boards_or_an_older_image_is_refused(
    tmp_path: Path, pins: Path, name: str, said: str
) -> None:
    with pytest.raises(FlashError, match=said):
        check(put(tmp_path, name=name), BOARD, pins)
    assert not pins.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"\(0 bytes\) is no image of an ESP32"),
        (b"<!DOCTYPE html>" + bytes(100), r"\(115 bytes\) is no image of an ESP32"),
        (CONTENT[:12] + bytes(2) + CONTENT[14:], "is for an ESP32, not for an ESP32-S3"),
        (CONTENT[:12] + b"\x05\0" + CONTENT[14:], "is for an ESP32-C3"),
        (CONTENT[:12] + b"\x63\0" + CONTENT[14:], "chip number 99"),
        (CONTENT.ljust(LARGEST_BYTES + 1), "larger than"),
    ],
)
def test_a_file_that_is_no_image_of_the_chip_is_refused_and_not_pinned(
    tmp_path: Path, pins: Path, content: bytes, said: str
) -> None:
    with pytest.raises(FlashError, match=said):
        check(put(tmp_path, content), BOARD, pins)
    assert not pins.exists()


def test_a_missing_file_and_broken_pins_are_told(tmp_path: Path, pins: Path) -> None:
    with pytest.raises(FlashError, match="cannot be read: No such file"):
        check(tmp_path / NAME, BOARD, pins)
    for broken in ("{", "[]"):
        pins.write_text(broken)
        with pytest.raises(FlashError, match="does not hold the pinned images"):
            check(put(tmp_path), BOARD, pins)
