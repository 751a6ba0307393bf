"""What is past its date in the copies of a database: backups, kept versions, replaced ones.

Each is purged beside itself, looked through, and put in its own place at once; one in which nothing
is due is not touched. What killed programs left goes as a whole (`sweep`). Never here: what is due
(rules.py), making copies (store/backup).
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.store import audit, sqlite
from server.store.directory import LOST
from server.store.directory.mending import REHEARSAL
from server.store.purge.rules import RULES, erase_in_copy, found_in_copy
from server.store.vault import Vault

_DRAFT = ".purging"
_MADE_WITHIN_S = 24 * 3600  # nobody makes a copy for longer
_DRAFTS_OF_COPIES = ".voiturier-*"
_DRAFTS_AND_REHEARSALS = (".*.db.*", f"{REHEARSAL}.*/*")  # in the data directory
_BESIDE = ("-wal", "-journal")
_DAYS_DUE = (
    "SELECT audit_day_id FROM audit_day"
    " WHERE erased_at_s IS NULL AND (day + 1) * 86400 <= :audit_d LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class PurgedFile:
    """What came of a file: how many rows were erased, or why it could not be purged.

    One that failed is as it was; one that went as a whole counts as 1.
    """

    name: str
    erased: int
    failure: str | None = None


def folders_of_copies(data_dir: Path, told: Path | None) -> tuple[Path, ...]:
    """Return where `voiturier backup --keep` puts its copies, or may have put them before.

    `told`: where the settings say; None: they say nothing.
    """
    usual = data_dir / "backups"
    return (usual,) if told is None else (usual, told)


def copies(data_dir: Path, folders: Sequence[Path], database: str) -> list[Path]:
    """Return the copies of a database in these folders, by what they hold and not by their names.

    Without the database that is in use, and what begins with a dot: copies that somebody still
    makes, or that nobody does any more (`sweep`).
    """
    found = []
    for folder in dict.fromkeys((data_dir, *folders)):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            in_use = path.parent == data_dir and path.name == database
            if path.is_symlink() or not path.is_file() or in_use or path.name.startswith("."):
                continue
            if path.name.endswith(_DRAFT):  # of a purge that was cut off
                path.unlink()
            elif sqlite.is_database(path):
                found.append(path)
    return found


def sweep(
    data_dir: Path, folders: Sequence[Path], before_s: Mapping[str, int], now_s: int
) -> list[PurgedFile]:
    """Remove what nobody can look through: drafts of copies that were killed, logs of a lost one.

    A log without its database goes once it is as old as a place may be, and is named until then:
    what it holds may be needed by whoever mends, and is older than it.

    Args:
        data_dir: whose server, or command, has come to its purge.
        folders: of the copies.
        before_s: as `purge_all`.
        now_s: the time that is sure.
    """
    told = [_removed(path, now_s - _MADE_WITHIN_S) for path in _drafts(data_dir, folders)]
    for suffix in _BESIDE:
        log = data_dir / f"{LOST}{suffix}"
        removed = _removed(log, before_s["positions_d"])
        if removed is None and log.exists():
            removed = PurgedFile(log.name, 0, "it cannot be looked through: remove it soon")
        told.append(removed)
    return [each for each in told if each is not None]


def _removed(path: Path, before_s: int) -> PurgedFile | None:
    """Remove a file that was last written before an instant; None: it is newer, or not there."""
    try:
        if path.stat().st_mtime >= before_s:
            return None
        path.unlink()
    except FileNotFoundError:
        return None
    except OSError as error:
        return PurgedFile(path.name, 0, str(error))
    return PurgedFile(path.name, 1)


def _drafts(data_dir: Path, folders: Sequence[Path]) -> list[Path]:
    found = [path for pattern in _DRAFTS_AND_REHEARSALS for path in data_dir.glob(pattern)]
    for folder in dict.fromkeys((data_dir, *folders)):
        found += folder.glob(_DRAFTS_OF_COPIES)
    return [path for path in dict.fromkeys(found) if path.is_file() and not path.is_symlink()]


def purge_all(
    paths: Iterable[Path],
    before_s: Mapping[str, int],
    now_s: int,
    vault: Vault,
    is_wanted: Callable[[], bool],
) -> tuple[PurgedFile, ...]:
    """Purge copies; one that fails keeps none of the others.

    Args:
        paths: the copies.
        before_s: what is of before these is due, by setting.
        now_s: as `Audit.forget_before` has it.
        vault: of the data directory.
        is_wanted: asked now and then; once it says no, the copies not yet done stay as they are.
    """
    return tuple(_purged(path, before_s, now_s, vault, is_wanted) for path in paths)


def _purged(
    path: Path,
    before_s: Mapping[str, int],
    now_s: int,
    vault: Vault,
    is_wanted: Callable[[], bool],
) -> PurgedFile:
    draft = path.with_name(path.name + _DRAFT)
    count = 0
    try:
        if any(path.with_name(path.name + suffix).exists() for suffix in _BESIDE):
            sqlite.fold_log(path)  # so that nothing beside it is lost, nor left
        with sqlite.opened(path, "ro") as connection:
            connection.row_factory = sqlite3.Row
            if not _is_due(connection, before_s):
                return PurgedFile(path.name, 0)
        draft.touch(mode=0o600)
        with sqlite.erasing(path, draft, is_wanted) as connection:
            for rule in RULES:
                rows = found_in_copy(connection, rule, before_s)
                erase_in_copy(connection, rule, rows)
                count += len(rows)
            if sqlite.fits(connection, _DAYS_DUE, before_s):
                count += len(audit.forget(connection, vault, before_s["audit_d"], now_s))
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        shutil.copystat(path, draft)  # when it was made is what it is called after
        draft.chmod(0o600)
        if path.exists():  # else it made room for newer ones meanwhile
            draft.replace(path)
    except (OSError, sqlite3.Error) as error:
        return PurgedFile(path.name, 0, str(error))
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return PurgedFile(path.name, count)


def _is_due(connection: sqlite3.Connection, before_s: Mapping[str, int]) -> bool:
    if any(found_in_copy(connection, rule, before_s) for rule in RULES):
        return True
    if not sqlite.fits(connection, _DAYS_DUE, before_s):  # of before there was an audit
        return False
    return connection.execute(_DAYS_DUE, before_s).fetchone() is not None
