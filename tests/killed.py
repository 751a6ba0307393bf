"""Runs `voiturier` until it dies, as by kill -9, before its n-th call into system or database.

In a child that is forked, so that many deaths take no longer than what is killed; or, for a server
with its threads, as a program of its own:

    python -m tests.killed COUNTS N COMMAND ...

N 0 lets it end by itself. COUNTS is a file that has one byte for each call it came to, so that a
first run says how many there are. Only what changes something counts: reading loses nothing.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from server.cli import main as voiturier

# Of the modules `posix` and `fcntl`, of files, and of connections to SQLite.
_OF_FILES = ("open", "write", "close", "fsync", "ftruncate", "sendfile", "copy_file_range")
_OF_FOLDERS = ("replace", "rename", "link", "unlink", "remove", "mkdir", "rmdir")
_OF_RIGHTS = ("chmod", "fchmod", "flock", "utime")
_OF_SQLITE = ("execute", "executemany", "executescript", "commit", "backup")
CHANGES = frozenset(_OF_FILES + _OF_FOLDERS + _OF_RIGHTS + _OF_SQLITE)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its code (minus the signal where one killed it), and what it said."""

    returncode: int
    said: str


def run(
    counts: Path, at: int, *arguments: object, first: Callable[[], None] = lambda: None
) -> Ended:
    """Run a command that is killed before its call number `at` (0: never).

    Args:
        counts: the file of the calls it came to.
        at: from 1 on.
        arguments: of `voiturier`.
        first: is done in the child before.
    """

    def work() -> None:
        first()
        count_and_die(counts, at)
        voiturier([str(argument) for argument in arguments])

    counts.unlink(missing_ok=True)
    return _ended(_forked(work, counts.with_suffix(".said")), counts.with_suffix(".said"))


def run_for(log: Path, most_s: float, *arguments: object) -> Ended:
    """Run a command that is killed after that time, unless it has ended before."""
    child = _forked(lambda: voiturier([str(argument) for argument in arguments]), log)
    until_s = time.monotonic() + most_s
    while time.monotonic() < until_s and os.waitid(os.P_PID, child, _IF_ENDED) is None:
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return _ended(child, log)


_IF_ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT


def count_and_die(counts: Path, at: int) -> None:
    """Count from here on, in every thread that begins, and die."""
    descriptor = os.open(counts, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
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
            os.write(descriptor, b".")
            sys.setprofile(before)

    threading.setprofile(before)
    sys.setprofile(before)


def _forked(work: Callable[[], None], log: Path) -> int:
    """Begin a child that does the work, whose words go to a file; return its number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for stream in (1, 2):
            os.dup2(descriptor, stream)
        sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1, closefd=False)
        work()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        os._exit(code)


def _ended(child: int, log: Path) -> Ended:
    _, status = os.waitpid(child, 0)
    return Ended(os.waitstatus_to_exitcode(status), log.read_text() if log.exists() else "")


if __name__ == "__main__":
    count_and_die(Path(sys.argv[1]), int(sys.argv[2]))
    voiturier(sys.argv[3:])
