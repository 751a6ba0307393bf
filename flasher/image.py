"""The box's file system: a LittleFS image in the chip's own geometry.

    /boot.py /main.py   as source, for MicroPython starts nothing else; never updated over the air
    /a/                 the application's slot: the repository's modules, compiled
    /identity.json      who the box is; there it is or there it is not, never a part of it
    /state/ /journal/   what the firmware keeps: outside the slots, an update touches neither

An image that exists keeps its journal and its state; code and identity are brought up to date, as a
technician's update does. Nothing here talks to a board.
"""

import hashlib
import json
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from littlefs import LittleFS, LittleFSError, UserContext

from flasher.bytecode import COMPILER, cache_folder, compile_module
from flasher.constants import folded
from flasher.errors import FlasherError

BLOCK_BYTES = 4096  # a sector of the chip's flash
BLOCKS = (16 - 2) * 1024 * 1024 // BLOCK_BYTES
"""16 MB of flash without the 2 MB in front, where MicroPython lies."""

SLOT = "a"
_KEPT_S = 7 * 24 * 3600
# What MicroPython's VfsLfs2 mounts a partition with: an image with larger inline files could not
# be read by it (extmod/vfs_lfs.c: lookahead, read and program size 32, cache four times that).
_READ_BYTES = 32
_CACHE_BYTES = 128
_REPOSITORY = Path(__file__).parents[1]
BENCH_ASKED = "/state/bench"  # whatever it holds; the firmware takes it away when it begins
_IDENTITY, _DRAFT = "/identity.json", "/identity.new"
_ROOT_FILES = ("boot.py", "main.py")
_PACKAGES = ("firmware", "shared_protocol")


def write_image(image: Path, identity: Mapping[str, Any], source: Path = _REPOSITORY) -> None:
    """Make the image, or bring the code and identity of an existing one up to date.

    Args:
        image: the file.
        identity: what /identity.json will hold.
        source: the folder with firmware/ and shared_protocol/.

    Raises:
        FlasherError: a source file does not compile, or the file is no image of a box.
    """
    code = box_files(source)
    buffer = bytearray(image.read_bytes() if image.exists() else _with_code(code))
    try:
        flash = _mounted(buffer)
    except LittleFSError:
        raise FlasherError(f"{image} is no file system of a box; remove it to begin anew") from None
    for name in [name for name in _files(flash, f"/{SLOT}") if name not in code]:
        flash.remove("/" + name)
    for name, content in code.items():
        _write_if_changed(flash, "/" + name, content)
    _write_identity(flash, identity)
    _put(image, bytes(buffer))


def new_image(
    identity: Mapping[str, Any], source: Path = _REPOSITORY, asks_bench: bool = False
) -> bytes:
    """Return the image of a new box, which holds its key: it is in memory and in no file.

    Args:
        identity: what /identity.json will hold.
        asks_bench: the box makes its bench test at its first start.
        source: the folder with firmware/ and shared_protocol/.

    Raises:
        FlasherError: a source file does not compile.
    """
    buffer = bytearray(_with_code(box_files(source)))
    flash = _mounted(buffer)
    if asks_bench:
        _write_if_changed(flash, BENCH_ASKED, b"asked")
    _write_identity(flash, identity)
    flash.unmount()
    return bytes(buffer)


def identity_block(image: bytes, identity: Mapping[str, Any]) -> int:
    """Return the byte at which the block begins that holds the identity of a new box."""
    at = image.index(_as_file(identity))
    return at - at % BLOCK_BYTES


def read_file(image: Path, name: str) -> bytes:
    """Return what a file of the image holds; FileNotFoundError when there is none."""
    flash = _mounted(bytearray(image.read_bytes()))  # a file does not keep its file system alive
    with flash.open(name, "rb") as file:
        content: bytes = file.read()
    return content


def write_file(image: Path, name: str, content: bytes) -> None:
    """Write one file into the image of a box that is off."""
    buffer = bytearray(image.read_bytes())
    flash = _mounted(buffer)
    _write_if_changed(flash, name, content)
    flash.unmount()
    image.write_bytes(buffer)


def remove_file(image: Path, name: str) -> None:
    """Remove one file from the image of a box that is off."""
    buffer = bytearray(image.read_bytes())
    flash = _mounted(buffer)
    flash.remove(name)
    flash.unmount()
    image.write_bytes(buffer)


def files_of(image: Path) -> list[str]:
    """Return the path of every file of an image, sorted."""
    return sorted("/" + name for name in _files(_mounted(bytearray(image.read_bytes())), "/"))


def box_files(source: Path = _REPOSITORY) -> dict[str, bytes]:
    """Return path on the box -> content, for every file of the code.

    Raises:
        FlasherError: a source file does not compile.
    """
    files = {name: (source / "firmware" / name).read_bytes() for name in _ROOT_FILES}
    modules = {
        path.relative_to(source): path.read_bytes()
        for package in _PACKAGES
        for path in sorted((source / package).rglob("*.py"))
        if path.name not in _ROOT_FILES
    }
    names = {path: ".".join(path.with_suffix("").parts) for path in modules}
    numbered = folded({names[path]: content for path, content in modules.items()})
    for path, name in names.items():
        compiled = compile_module(numbered[name], str(path))
        files[f"{SLOT}/{path.with_suffix('.mpy')}"] = compiled
    return files


def _with_code(code: Mapping[str, bytes]) -> bytes:
    """Return a new image with the code in it. Kept, for formatting and writing take a second."""
    geometry = (version("littlefs-python"), BLOCK_BYTES, BLOCKS, _READ_BYTES, _CACHE_BYTES)
    parts = [COMPILER.encode(), str(geometry).encode()]
    parts += [part for name, content in code.items() for part in (name.encode(), content)]
    key = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    kept = cache_folder() / f"{key[:32]}.lfs2"
    if not kept.exists():
        buffer = bytearray(b"\xff" * BLOCK_BYTES * BLOCKS)
        flash = _opened(buffer)
        flash.format()
        flash.mount()
        for name, content in code.items():
            _write_if_changed(flash, "/" + name, content)
        flash.unmount()
        for former in kept.parent.glob("*.lfs2"):  # each is megabytes, and only the newest is used
            if time.time() - former.stat().st_mtime > _KEPT_S:
                former.unlink(missing_ok=True)
        _put(kept, bytes(buffer).rstrip(b"\xff"))
    return kept.read_bytes().ljust(BLOCK_BYTES * BLOCKS, b"\xff")


def _opened(buffer: bytearray) -> LittleFS:
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


def _mounted(buffer: bytearray) -> LittleFS:
    flash = _opened(buffer)
    flash.mount()
    return flash


def _files(flash: LittleFS, under: str) -> list[str]:
    """Return the files of a folder, without the leading slash; none when there is no such."""
    if under != "/" and under.lstrip("/") not in flash.listdir("/"):
        return []
    return [
        f"{folder}/{name}".lstrip("/") for folder, _, names in flash.walk(under) for name in names
    ]


def _write_if_changed(flash: LittleFS, name: str, content: bytes) -> None:
    flash.makedirs(name.rsplit("/", 1)[0] or "/", exist_ok=True)
    if not _holds(flash, name, content):
        with flash.open(name, "wb") as file:
            file.write(content)


def _holds(flash: LittleFS, name: str, content: bytes) -> bool:
    try:
        with flash.open(name, "rb") as file:
            return bool(file.read() == content)
    except FileNotFoundError:
        return False


def _as_file(identity: Mapping[str, Any]) -> bytes:
    return json.dumps(dict(identity)).encode()


def _write_identity(flash: LittleFS, identity: Mapping[str, Any]) -> None:
    """Write it aside and rename it: torn before that, a file system has none, not an empty one.

    Opening a file that is new puts its name in the folder, with nothing in it yet.
    """
    content = _as_file(identity)
    if not _holds(flash, _IDENTITY, content):
        _write_if_changed(flash, _DRAFT, content)
        flash.rename(_DRAFT, _IDENTITY)


def _put(path: Path, content: bytes) -> None:
    """Write a file aside and rename it, so that nobody ever begins from half of one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
