"""How the last backup went: DIR/last_backup, for who raises alerts.

It says "cut off" from the beginning of a backup until its end, and is written over in place, so
that neither a kill nor a full disk leaves the success of before standing. Never here: backing up.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from server import private_files
from server.store.engine import StoreError

_NAME = "last_backup"
_SIZE = 4096  # one block, never more: writing it again takes no room
_MAX_WORDS = 500
_LOOK_EVERY_S = 0.1
_CUT_OFF = "it was cut off, or still runs"


@dataclass(frozen=True, slots=True)
class Outcome:
    """When the last backup began, the copy it was to make, and why it failed; None: it is there."""

    at_s: int
    copy: Path
    failure: str | None


def last_outcome(data_dir: Path) -> Outcome | None:
    """Return how the last backup went, None before the first; raises OSError."""
    try:
        said = (data_dir / _NAME).read_bytes()
    except FileNotFoundError:
        return None
    try:
        read = json.loads(said)
        return Outcome(int(read["at_s"]), Path(read["copy"]), read["failure"])
    except (ValueError, KeyError, TypeError):
        return Outcome(0, data_dir / _NAME, f"{data_dir / _NAME} cannot be read")


def is_running(data_dir: Path) -> bool:
    """Say whether a backup is being made, of which the outcome tells nothing yet."""
    try:
        with (data_dir / _NAME).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@dataclass(slots=True)
class Note:
    """What will be said of a backup that goes well."""

    copy: Path


@contextlib.contextmanager
def noted(data_dir: Path, copy: Path, now_s: int, is_wanted: Callable[[], bool]) -> Iterator[Note]:
    """Note how a backup goes, one at a time; a failure is a StoreError or an OSError.

    Raises:
        StoreError: it is not wanted any more, while another one runs.
        OSError: the data directory takes no note.
    """
    descriptor = os.open(data_dir / _NAME, os.O_RDWR | os.O_CREAT, private_files.FILE)
    try:
        while not _locked(descriptor):
            if not is_wanted():
                raise StoreError("given up: another backup still ran")
            time.sleep(_LOOK_EVERY_S)
        note = Note(copy)
        _write(descriptor, Outcome(now_s, copy, _CUT_OFF))
        try:
            yield note
        except (StoreError, OSError) as error:
            _write(descriptor, Outcome(now_s, note.copy, str(error)[:_MAX_WORDS]))
            raise
        _write(descriptor, Outcome(now_s, note.copy, None))
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(descriptor: int, outcome: Outcome) -> None:
    """Write it over what stood there; on a disk that takes nothing the last one stays."""
    said = {"at_s": outcome.at_s, "copy": str(outcome.copy), "failure": outcome.failure}
    text = json.dumps(said).encode()[:_SIZE].ljust(_SIZE)
    with contextlib.suppress(OSError):
        os.pwrite(descriptor, text, 0)
        os.fsync(descriptor)
