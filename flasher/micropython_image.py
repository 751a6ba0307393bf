"""Which MicroPython a box runs, and whether a file is it. Downloads, builds and flashes nothing.

The official stock image of a board is taken as it is: its name says board, day and version
(`ESP32_GENERIC_S3-SPIRAM_OCT-20251209-v1.27.0.bin`). The technician fetches it once; at first use
its SHA-256 is pinned in a file, and the image is kept beside that. Another file under the same name
is refused after that.

Its first bytes are those of the chip's loader (ESP-IDF's `esp_image_header_t`): 0xE9, and at 12 the
chip's number as u16, little-endian, 9 for the ESP32-S3.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from flasher.failures import FlashError
from flasher.failures.files import FileFailure
from flasher.words import Words, why

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
    content: bytes


def wanted(board: str) -> str:
    """Return, for people, which image a board takes; FlashError for a board that takes none."""
    return Words.VERSION.said(name=_stock(board), oldest=f"{OLDEST[0]}.{OLDEST[1]}")


def check(
    path: Path | None,
    board: str,
    pins: Path,
    confirm: Callable[[MicroPythonImage], None] = lambda image: None,
) -> MicroPythonImage:
    """Make sure that a file is the image of a board, and pin what it holds at first use.

    Args:
        path: the file, under its official name; None: the newest that is kept.
        board: one of STOCK.
        pins: JSON, name -> SHA-256; made when missing, with its folder, where images are kept.
        confirm: shows an image at its first use; what it raises keeps it from being pinned.

    Raises:
        FlashError: it is not; the text says what it is instead, or what to do.
    """
    if path is None:
        path = _newest_kept(pins.parent, board)
    release = _release(path.name, board)
    if release is None:
        raise FlashError(FileFailure.IMAGE_OTHER_NAME, file=path.name, wanted=wanted(board))
    if release.version < OLDEST:
        raise FlashError(FileFailure.IMAGE_TOO_OLD, file=path.name, wanted=wanted(board))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FlashError(FileFailure.IMAGE_UNREADABLE, file=path.name, why=why(error)) from None
    _require_chip(path.name, content)
    sha256 = hashlib.sha256(content).hexdigest()
    version = ".".join(map(str, release.version))
    image = MicroPythonImage(path.name, version, sha256, content)
    pinned = _pinned(pins)
    if image.name not in pinned:
        confirm(image)
    _pin(pins, pinned, image)
    return image


class _Release(NamedTuple):
    """What orders the releases of a board."""

    version: tuple[int, ...]
    day: str


def _release(name: str, board: str) -> _Release | None:
    """Return which release a file is by its name; None: of another board, or none."""
    form = rf"{re.escape(_stock(board))}-(\d{{8}})-v(\d+(?:\.\d+){{1,2}})\.bin"
    named = re.fullmatch(form, name)
    return _Release(tuple(map(int, named[2].split("."))), named[1]) if named else None


def _newest_kept(folder: Path, board: str) -> Path:
    releases = {path: _release(path.name, board) for path in folder.glob("*.bin")}
    known = {path: release for path, release in releases.items() if release is not None}
    if not known:
        raise FlashError(FileFailure.NO_IMAGE, wanted=wanted(board))
    return max(known, key=lambda path: known[path])


def _stock(board: str) -> str:
    if board not in STOCK:
        raise FlashError(FileFailure.UNKNOWN_BOARD, board=board, known=", ".join(STOCK))
    return STOCK[board]


def _require_chip(name: str, content: bytes) -> None:
    about = {"file": name, "size": str(len(content))}
    if len(content) > LARGEST_BYTES:
        raise FlashError(FileFailure.IMAGE_TOO_LARGE, **about, largest=str(LARGEST_BYTES))
    if len(content) < _CHIP_AT + 2 or content[0] != _MAGIC:
        raise FlashError(FileFailure.NOT_AN_IMAGE, **about)
    number = int.from_bytes(content[_CHIP_AT : _CHIP_AT + 2], "little")
    if number != _ESP32_S3:
        chip = _OTHER_CHIPS.get(number) or Words.CHIP_NUMBER.said(number=str(number))
        raise FlashError(FileFailure.IMAGE_OTHER_CHIP, file=name, chip=chip)


def _pinned(pins: Path) -> dict[str, str]:
    try:
        pinned = json.loads(pins.read_text("utf-8")) if pins.exists() else {}
    except ValueError:
        pinned = None
    if not isinstance(pinned, dict):
        raise FlashError(FileFailure.PINS_DAMAGED, file=str(pins))
    return pinned


def _pin(pins: Path, pinned: dict[str, str], image: MicroPythonImage) -> None:
    """Pin an image, and keep it beside its pin: so the next run needs no file."""
    if pinned.setdefault(image.name, image.sha256) != image.sha256:
        raise FlashError(
            FileFailure.IMAGE_CHANGED,
            file=image.name,
            sha256=image.sha256,
            pins=str(pins),
            pinned=str(pinned[image.name]),
        )
    kept = pins.with_name(image.name)
    try:
        pins.parent.mkdir(parents=True, exist_ok=True)
        if not kept.exists() or kept.read_bytes() != image.content:
            _put(kept, image.content)
        _put(pins, (json.dumps(pinned, indent=2, sort_keys=True) + "\n").encode())
    except OSError as error:
        raise FlashError(FileFailure.NOT_KEPT, file=str(kept), why=why(error)) from None


def _put(path: Path, content: bytes) -> None:
    """Write a file aside and rename it, so that nobody ever begins from half of one."""
    aside = path.with_name(path.name + ".new")
    aside.write_bytes(content)
    aside.replace(path)
