"""Files for the server's user alone, that are whole or not there, also after a power cut.

Whatever the umask they are 0600, folders 0700. A file is written as a draft beside its place, and
gets its name only on the disk; a name that was given is on the disk before anything builds on it.
Never here: what stands in a file.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
OTHERS = 0o077  # what group and others may


@contextmanager
def made_private() -> Iterator[None]:
    """Let whatever is made meanwhile be ours alone, also what a library makes."""
    before = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, where they are missing; raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=FOLDER, exist_ok=True)
    folder.chmod(FOLDER)
    settle(folder.parent)


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """Give an empty draft to be filled, which is not there any more in the end; raises OSError.

    `put_in_place` or `put_once` gives it its name before. What a killed program left of drafts is
    found by `drafts_of`.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        os.fchmod(descriptor, FILE)
        os.close(descriptor)
        yield draft
    finally:
        for each in (draft, *_beside(draft)):
            each.unlink(missing_ok=True)


def drafts_of(path: Path) -> list[Path]:
    """Return the drafts of a file that were begun, and what stands beside them."""
    return sorted(path.parent.glob(f".{path.name}.*"))


def put_in_place(draft: Path, path: Path) -> None:
    """Let a draft be the file of that name from now on; raises OSError."""
    settle(draft)
    draft.replace(path)
    settle(path.parent)


def put_once(draft: Path, path: Path) -> bool:
    """Let it be so unless there is one already: then return False; raises OSError."""
    settle(draft)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    settle(path.parent)
    return True


def settle(path: Path) -> None:
    """Have what a file or a folder holds on the disk; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def close(path: Path) -> bool:
    """Take what others may from a file or folder of ours; return True when they could."""
    found = path.lstat()
    if not found.st_mode & OTHERS or path.is_symlink() or found.st_uid != os.geteuid():
        return False
    path.chmod(found.st_mode & ~OTHERS & 0o7777)
    return True


def require_room(folder: Path, size_bytes: int) -> None:
    """Raise OSError (ENOSPC) where a file of that size has no room."""
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < size_bytes:
        needed, free = f"{size_bytes / 1e6:.1f} MB are needed", f"{free_bytes / 1e6:.1f} MB free"
        raise OSError(f"no space left in {folder}: {needed}, {free}")


def _beside(draft: Path) -> list[Path]:
    """Return what a database that is a draft may have beside it."""
    return sorted(draft.parent.glob(f"{draft.name}-*"))
