"""Builds a box's flash image: LittleFS2, as MicroPython's VfsLfs2 mounts it, in a file.

It mirrors the repository: boot.py and main.py as source at the root, the rest as .mpy. An image
that exists keeps its journal and its state; only code and identity are brought up to date, as a
technician's update does.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from littlefs import LittleFS, UserContext

from simulator.bytecode import compile_module
from simulator.linking import link

BLOCK_BYTES = 4096  # as fakes/bootstrap.py, and an ESP32's flash sector
BLOCKS = 512
# VfsLfs2's own defaults: an image with larger inline files could not be read by it.
_READ_BYTES = 32
_CACHE_BYTES = 128
_REPOSITORY = Path(__file__).parent.parent
_ROOT_FILES = ("boot.py", "main.py")
_PACKAGES = ("firmware", "shared_protocol")


def write_image(image: Path, identity: Mapping[str, Any], source: Path = _REPOSITORY) -> None:
    """Make the image, or bring the code and identity of an existing one up to date.

    Args:
        image: the file.
        identity: what /identity.json will hold.
        source: the folder with firmware/ and shared_protocol/.

    Raises:
        SimulatorError: a source file does not compile; the text is the compiler's.
    """
    new = not image.exists()
    buffer = bytearray(b"\xff" * BLOCK_BYTES * BLOCKS if new else image.read_bytes())
    flash = _open(buffer)
    if new:
        flash.format()
    flash.mount()
    files = {"identity.json": json.dumps(dict(identity)).encode(), **_code(source)}
    for name, content in files.items():
        _write_if_changed(flash, "/" + name, content)
    # Written aside and renamed, so that no half image is ever started from.
    with tempfile.NamedTemporaryFile(dir=image.parent, delete=False) as file:
        file.write(buffer)
    Path(file.name).replace(image)


def read_file(image: Path, name: str) -> bytes:
    """Return what a file of the image holds; FileNotFoundError when there is none."""
    flash = _open(bytearray(image.read_bytes()))
    flash.mount()
    with flash.open(name, "rb") as file:
        content: bytes = file.read()
    return content


def write_file(image: Path, name: str, content: bytes) -> None:
    """Write one file into the image of a box that is off."""
    buffer = bytearray(image.read_bytes())
    flash = _open(buffer)
    flash.mount()
    _write_if_changed(flash, name, content)
    flash.unmount()
    image.write_bytes(buffer)


def _open(buffer: bytearray) -> LittleFS:
    return LittleFS(
        UserContext(buffer=buffer),
        mount=False,
        block_size=BLOCK_BYTES,
        block_count=BLOCKS,
        read_size=_READ_BYTES,
        prog_size=_READ_BYTES,
        cache_size=_CACHE_BYTES,
        lookahead_size=_READ_BYTES,
    )


def _write_if_changed(flash: LittleFS, name: str, content: bytes) -> None:
    flash.makedirs(name.rsplit("/", 1)[0] or "/", exist_ok=True)
    try:
        with flash.open(name, "rb") as file:
            if file.read() == content:
                return
    except FileNotFoundError:
        pass
    with flash.open(name, "wb") as file:
        file.write(content)


def _code(source: Path) -> dict[str, bytes]:
    """Return path on the box -> content, for every file of the firmware."""
    roots = {name: (source / "firmware" / name).read_text() for name in _ROOT_FILES}
    paths = {
        ".".join(path.relative_to(source).with_suffix("").parts): path
        for package in _PACKAGES
        for path in sorted((source / package).rglob("*.py"))
        if not (path.parent == source / "firmware" and path.name in _ROOT_FILES)
    }
    linked = link({name: path.read_text() for name, path in paths.items()}, roots)
    files = {name: text.encode() for name, text in roots.items()}
    for name, path in paths.items():
        # The last part of a module's name is a string on the box anyway: it costs nothing more.
        compiled = compile_module(linked[name].encode(), name.rpartition(".")[2])
        files[str(path.relative_to(source).with_suffix(".mpy"))] = compiled
    return files
