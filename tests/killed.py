"""Runs `voiturier` until it dies, as by kill -9, before its n-th call into system or database.

    python -m tests.killed COUNTS N COMMAND ...

N 0 lets it end by itself. COUNTS is a file that has one byte for each call it came to, so that a
first run says how many there are. Only what changes something counts: reading loses nothing.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

# Of the modules `posix` and `fcntl`, of files, and of connections to SQLite.
_OF_FILES = ("open", "write", "close", "fsync", "ftruncate", "sendfile", "copy_file_range")
_OF_FOLDERS = ("replace", "rename", "link", "unlink", "remove", "mkdir", "rmdir")
_OF_RIGHTS = ("chmod", "fchmod", "flock", "utime")
_OF_SQLITE = ("execute", "executemany", "executescript", "commit", "backup")
CHANGES = frozenset(_OF_FILES + _OF_FOLDERS + _OF_RIGHTS + _OF_SQLITE)


def run(
    counts: Path, at: int, *arguments: object, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command that is killed before its call number `at` (0: never)."""
    counts.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.killed", counts, at, *arguments]
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, **options
    )


def main() -> None:
    """Count, and die."""
    counts = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    at, arguments = int(sys.argv[2]), sys.argv[3:]
    from server.cli import main as voiturier

    came, lock = 0, threading.Lock()

    def before(frame: FrameType, event: str, called: Any) -> None:
        nonlocal came
        if event != "c_call" or called.__name__ not in CHANGES:
            return
        owner = type(getattr(called, "__self__", None)).__module__
        module = getattr(called, "__module__", None)
        if not (module in ("posix", "fcntl") or owner in ("sqlite3", "_io")):
            return
        with lock:
            came += 1
            if came == at:
                os.kill(os.getpid(), signal.SIGKILL)
            sys.setprofile(None)
            os.write(counts, b".")
            sys.setprofile(before)

    threading.setprofile(before)
    sys.setprofile(before)
    try:
        voiturier(arguments)
    finally:
        sys.setprofile(None)


if __name__ == "__main__":
    main()
