"""What is past its date in the copies of a database: backups, kept versions, replaced ones.

Each is purged beside itself, looked through, and put in its own place at once; one in which nothing
is due is not touched. Never here: what is due (rules.py), making copies (store/backup).
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.store import sqlite
from server.store.purge.rules import RULES, erase_in_copy, found_in_copy

_DRAFT = ".purging"


@dataclass(frozen=True, slots=True)
class PurgedFile:
    """What came of a file: how many rows were erased, or why it could not be purged.

    One that failed is as it was.
    """

    name: str
    erased: int
    failure: str | None = None


def folder_of_copies(data_dir: Path) -> Path:
    """Return where `voiturier backup --keep` puts its copies unless it is told otherwise."""
    return data_dir / "backups"


def copies(data_dir: Path, folders: Sequence[Path], database: str) -> list[Path]:
    """Return the copies of a database in these folders, by what they hold and not by their names.

    Without the database that is in use, and the copies that a running program is still making.
    """
    found = []
    for folder in dict.fromkeys((data_dir, *folders)):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            in_use = path.parent == data_dir and path.name == database
            if path.is_symlink() or not path.is_file() or in_use or _is_being_made(path):
                continue
            if path.name.endswith(_DRAFT):  # of a purge that was cut off
                path.unlink()
            elif sqlite.is_database(path):
                found.append(path)
    return found


def purge_all(paths: Iterable[Path], before_s: Mapping[str, int]) -> tuple[PurgedFile, ...]:
    """Purge copies; one that fails keeps none of the others."""
    return tuple(_purged(path, before_s) for path in paths)


def _purged(path: Path, before_s: Mapping[str, int]) -> PurgedFile:
    draft = path.with_name(path.name + _DRAFT)
    count = 0
    try:
        with sqlite.opened(path, "ro") as connection:
            connection.row_factory = sqlite3.Row
            if not any(found_in_copy(connection, rule, before_s) for rule in RULES):
                return PurgedFile(path.name, 0)
        draft.touch(mode=0o600)
        with sqlite.erasing(path, draft) as connection:  # with what a log beside it holds
            for rule in RULES:
                rows = found_in_copy(connection, rule, before_s)
                erase_in_copy(connection, rule, rows)
                count += len(rows)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        shutil.copystat(path, draft)  # when it was made is what it is called after
        draft.chmod(0o600)
        for suffix in sqlite.LOGS:  # of the copy as it was: it holds what is erased
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        draft.replace(path)
    except (OSError, sqlite3.Error) as error:
        return PurgedFile(path.name, 0, str(error))
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return PurgedFile(path.name, count)


def _is_being_made(path: Path) -> bool:
    """Say so of a draft whose maker still runs: `.NAME.PID` (store/backup)."""
    pid = path.name.rpartition(".")[2]
    return path.name.startswith(".") and pid.isdigit() and Path("/proc", pid).exists()
