"""The fakes as a ROM image of MicroPython (ROMFS), whose bytecode is run where it lies.

So their code stays out of the heap that models the box's. The format is that of MicroPython's own
mpremote: records of a kind, a length and a payload, numbers in groups of seven bits. Knows nothing
of the firmware.
"""

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from flasher.bytecode import cache_folder, compile_module

_HEADER = b"\xd2\xcd\x31"
_DATA = 2
_FILE = 5


def image(files: Mapping[str, bytes]) -> bytes:
    """Return the image of some files, all at its root."""
    payload = b"".join(
        _record(_FILE, _number(len(name)) + name.encode() + _record(_DATA, content))
        for name, content in sorted(files.items())
    )
    return _HEADER + _number(len(payload)) + payload


def compile_to_rom(source: Path, loader: str) -> Path:
    """Compile every module of a folder; return one with the loader's .mpy and all else in a ROM.

    Args:
        source: the folder; the ROM image is called after it, with the ending `.rom`.
        loader: the module that maps the image.
    """
    modules = {path.name: path.read_bytes() for path in sorted(source.glob("*.py"))}
    key = b"\0".join((loader.encode(), *modules.values()))
    folder = cache_folder() / hashlib.sha256(key).hexdigest()[:32]
    if not folder.exists():
        compiled = {
            f"{Path(name).stem}.mpy": compile_module(content, name)
            for name, content in modules.items()
        }
        partial = folder.with_suffix(f".{os.getpid()}")
        partial.mkdir(exist_ok=True)
        (partial / f"{loader}.mpy").write_bytes(compiled.pop(f"{loader}.mpy"))
        (partial / f"{source.name}.rom").write_bytes(image(compiled))
        with contextlib.suppress(OSError):  # another process was first
            partial.rename(folder)
    return folder


def _record(kind: int, payload: bytes) -> bytes:
    return _number(kind) + _number(len(payload)) + payload


def _number(value: int) -> bytes:
    encoded = bytes([value & 0x7F])
    while value := value >> 7:
        encoded = bytes([0x80 | value & 0x7F]) + encoded
    return encoded
