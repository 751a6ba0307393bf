"""Which MicroPython a box runs, and whether a file is it. Downloads, builds and flashes nothing.

The official stock image of a board is taken as it is: its name says board, day and version
(`ESP32_GENERIC_S3-SPIRAM_OCT-20251209-v1.27.0.bin`). The operator fetches it once; its SHA-256 is
pinned at first use in a file that he keeps, and another file under the same name is refused after
that.

Its first bytes are those of the chip's loader (ESP-IDF's `esp_image_header_t`): 0xE9, and at 12 the
chip's number as u16, little-endian, 9 for the ESP32-S3.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from flasher.errors import FlasherError

STOCK = {"lilygo_t_sim7670g_s3": "ESP32_GENERIC_S3-SPIRAM_OCT"}
"""Board of firmware/board.py -> MicroPython's name for what runs on it: octal PSRAM."""

OLDEST = (1, 27)
"""From here on a pin can wake the chip from its light sleep (`esp32.wake_on_gpio`)."""

LARGEST_BYTES = 2 * 1024 * 1024
"""What lies in front of the box's file system (flasher/image.py)."""

_MAGIC = 0xE9
_CHIP_AT = 12
_ESP32_S3 = 9
_OTHER_CHIPS = {0: "ESP32", 2: "ESP32-S2", 5: "ESP32-C3", 13: "ESP32-C6", 16: "ESP32-H2"}


class MicroPythonImage(NamedTuple):
    """A file that was checked: its `name`, its `version` as in 1.27.0, its `sha256` in hex."""

    name: str
    version: str
    sha256: str


def wanted(board: str) -> str:
    """Return, for people, which image a board takes; FlasherError for a board that takes none."""
    return f"{_stock(board)}, version {OLDEST[0]}.{OLDEST[1]} or newer"


def check(
    path: Path,
    board: str,
    pins: Path,
    confirm: Callable[[MicroPythonImage], None] = lambda image: None,
) -> MicroPythonImage:
    """Make sure that a file is the image of a board, and pin what it holds at first use.

    Args:
        path: the file, under its official name.
        board: one of STOCK.
        pins: JSON, name -> SHA-256; made when missing, with its folder.
        confirm: shows an image at its first use; what it raises keeps it from being pinned.

    Raises:
        FlasherError: it is not; the text says what it is instead, or what to do.
    """
    named = re.fullmatch(
        rf"{re.escape(_stock(board))}-\d{{8}}-v(\d+)\.(\d+)(\.\d+)?\.bin", path.name
    )
    if named is None:
        raise FlasherError(f"{path.name} is not named like a release of {wanted(board)}")
    if (int(named[1]), int(named[2])) < OLDEST:
        raise FlasherError(f"{path.name} is too old: {wanted(board)} is needed")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FlasherError(f"{path.name} cannot be read: {error.strerror}") from None
    _require_chip(path.name, content)
    sha256 = hashlib.sha256(content).hexdigest()
    image = MicroPythonImage(path.name, f"{named[1]}.{named[2]}{named[3] or ''}", sha256)
    pinned = _pinned(pins)
    if image.name not in pinned:
        confirm(image)
    _pin(pins, pinned, image)
    return image


def _stock(board: str) -> str:
    if board not in STOCK:
        raise FlasherError(f"no MicroPython is named for the board {board}")
    return STOCK[board]


def _require_chip(name: str, content: bytes) -> None:
    size = f"{name} ({len(content)} bytes)"
    if len(content) > LARGEST_BYTES:
        raise FlasherError(f"{size} is larger than the {LARGEST_BYTES} bytes that it may take")
    if len(content) < _CHIP_AT + 2 or content[0] != _MAGIC:
        raise FlasherError(f"{size} is no image of an ESP32: a download that broke off, or a page?")
    chip = int.from_bytes(content[_CHIP_AT : _CHIP_AT + 2], "little")
    if chip != _ESP32_S3:
        other = _OTHER_CHIPS.get(chip, f"chip number {chip}")
        raise FlasherError(f"{size} is for an {other}, not for an ESP32-S3")


def _pinned(pins: Path) -> dict[str, str]:
    try:
        pinned = json.loads(pins.read_text("utf-8")) if pins.exists() else {}
    except ValueError:
        pinned = None
    if not isinstance(pinned, dict):
        raise FlasherError(f"{pins} does not hold the pinned images; put it back from a copy")
    return pinned


def _pin(pins: Path, pinned: dict[str, str], image: MicroPythonImage) -> None:
    if pinned.setdefault(image.name, image.sha256) != image.sha256:
        raise FlasherError(
            f"{image.name} is not the file it was at first use: its SHA-256 is {image.sha256}, "
            f"{pins} has {pinned[image.name]}. Fetch it again; if you want the change, remove that "
            "line"
        )
    pins.parent.mkdir(parents=True, exist_ok=True)
    aside = pins.with_name(pins.name + ".new")
    aside.write_text(json.dumps(pinned, indent=2, sort_keys=True) + "\n", "utf-8")
    aside.replace(pins)
