"""Builds a box's flash image: LittleFS2, as MicroPython's VfsLfs2 mounts it, in a file.

It mirrors the repository: boot.py and main.py as source at the root, the rest as .mpy. An image
that exists keeps its journal and its state; only code and identity are brought up to date, as a
technician's update does.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from littlefs import LittleFS, UserContext

from simulator import linking, shaking
from simulator.bytecode import COMPILER, cache_folder, compile_module

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
    _put(image, bytes(buffer))


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
    """Return path on the box -> content, for every file of the firmware.

    Linking takes seconds, so what came of it is kept, under a key made of all that goes in.
    """
    sources = {
        str(path.relative_to(source)): path.read_bytes()
        for package in _PACKAGES
        for path in sorted((source / package).rglob("*.py"))
    }
    makers = [Path(str(module.__file__)).read_bytes() for module in (linking, shaking)]
    parts = [
        COMPILER.encode(),
        *makers,
        *(part for name in sources for part in (name.encode(), sources[name])),
    ]
    key = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    kept = cache_folder() / f"{key[:32]}.zip"
    if not kept.exists():
        with tempfile.SpooledTemporaryFile() as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, content in _compiled(sources).items():
                    archive.writestr(name, content)
            file.seek(0)
            _put(kept, file.read())
    with zipfile.ZipFile(kept) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _compiled(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    roots = {name: sources[f"firmware/{name}"].decode() for name in _ROOT_FILES}
    modules = {
        path.removesuffix(".py").replace("/", "."): content.decode()
        for path, content in sources.items()
        if path.removeprefix("firmware/") not in _ROOT_FILES
    }
    files = {name: text.encode() for name, text in roots.items()}
    for name, text in linking.link(modules, roots).items():
        # The last part of a module's name is a string on the box anyway: it costs nothing more.
        compiled = compile_module(text.encode(), name.rpartition(".")[2])
        files[name.replace(".", "/") + ".mpy"] = compiled
    return files


def _put(path: Path, content: bytes) -> None:
    """Write a file aside and rename it, so that nobody ever begins from half of one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
