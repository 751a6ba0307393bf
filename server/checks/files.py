"""Looks at files: who may read them, whose they are, how much room there is, how old copies are.

Never here: what is in the database (database.py).
"""

import os
import pwd
import re
import resource
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from server.checks import Finding, fails, ok, warning
from server.config import Config
from server.store.backup import last_outcome

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_NAMED = 5
_DESCRIPTORS = 4096  # a box, a browser and a file hold one each; a fleet has hundreds
_OLD_H = 48
_COPY = re.compile(r"voiturier-(\d{8}-\d{6})\b.*\.db")


def rights(config: Config, settings: Path | None) -> Iterator[Finding]:
    """Look at who may read the data, and who owns it."""
    folder = config.data_dir
    try:
        owner = folder.stat().st_uid
        about = [(path, path.lstat()) for path in (folder, *_files(folder))]
    except FileNotFoundError:
        yield fails("rights", "%(data)s is not there: is it mistyped?", data=folder)
        return
    except OSError as error:
        yield fails("rights", "%(data)s: %(why)s", data=folder, why=_why(error))
        return
    open_to = [path for path, one in about if one.st_mode & _OTHERS and not path.is_symlink()]
    strange = [path for path, one in about if one.st_uid != owner]
    if open_to:
        yield fails(
            "rights",
            "others may read this: %(files)s (chmod go= on it)",
            files=_named(open_to),
        )
    if strange:
        yield fails(
            "rights",
            "not of %(owner)s, whose the folder is: %(files)s (chown %(owner)s)",
            owner=_user(owner),
            files=_named(strange),
        )
    if settings is not None and _may_be_written_by_others(settings):
        yield fails("rights", "others may change %(file)s (chmod go-w)", file=settings)
    if os.geteuid() not in (owner, 0):
        yield fails(
            "user",
            "you are %(user)s, the data is of %(owner)s: sudo -u %(owner)s voiturier check",
            user=_user(os.geteuid()),
            owner=_user(owner),
        )
    elif owner == 0:
        yield warning("user", "the data is of root: let the server have a user of its own")
    else:
        yield ok("user", "%(owner)s", owner=_user(owner))
    if not open_to and not strange:
        yield ok("rights", "%(data)s: nobody else may read it", data=folder)


def disk(config: Config, database_bytes: int) -> Iterator[Finding]:
    """Look at the room there is for the data."""
    try:
        free_bytes = shutil.disk_usage(config.data_dir).free
    except OSError as error:
        yield fails("disk", "%(data)s: %(why)s", data=config.data_dir, why=_why(error))
        return
    values = {"free_mb": free_bytes // 10**6, "least_mb": config.alerts.disk_free_mb}
    if values["free_mb"] < values["least_mb"]:
        text = "%(free_mb)s MB are free, less than %(least_mb)s: make room, or move the data"
        yield fails("disk", text, **values)
    elif free_bytes < 2 * database_bytes:
        text = "%(free_mb)s MB are free: a copy before an upgrade needs more"
        yield warning("disk", text, **values)
    else:
        yield ok("disk", "%(free_mb)s MB are free", **values)


def copies(config: Config, now_s: int) -> Iterator[Finding]:
    """Look at how the last backup went, and at the newest copy of the database."""
    folder = config.backups.folder or config.data_dir / "backups"
    try:
        outcome = last_outcome(config.data_dir)
        if outcome is not None and outcome.failure is not None:
            yield fails("backup", "the last one failed: %(why)s", why=outcome.failure)
            return
        made = sorted(
            datetime.strptime(name[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
            for path in folder.iterdir()
            if (name := _COPY.fullmatch(path.name))
        )
        is_on_one_disk = folder.stat().st_dev == config.data_dir.stat().st_dev
    except FileNotFoundError:
        made, is_on_one_disk = [], True
    except (OSError, ValueError) as error:
        yield fails("backup", "%(folder)s: %(why)s", folder=folder, why=_why(error))
        return
    if not made:
        text = "no copy in %(folder)s yet: voiturier backup --keep %(keep)s, each night"
        yield warning("backup", text, folder=folder, keep=config.backups.keep)
        return
    age_h = int(now_s - made[-1].timestamp()) // 3600
    if age_h >= _OLD_H:
        text = "the newest copy in %(folder)s is %(age_h)s hours old: does the nightly one run?"
        yield fails("backup", text, folder=folder, age_h=age_h)
    elif is_on_one_disk:
        text = "less than %(age_h)s h old, on the disk of the data: take copies elsewhere too"
        yield warning("backup", text, age_h=age_h + 1)
    else:
        yield ok("backup", "less than %(age_h)s h old", age_h=age_h + 1)


def descriptors() -> Iterator[Finding]:
    """Look at how many connections and files the server may hold."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < _DESCRIPTORS:
        text = "%(most)s connections and files at most: LimitNOFILE=%(enough)s in the unit"
        yield warning("descriptors", text, most=most, enough=_DESCRIPTORS)
    else:
        yield ok("descriptors", "enough for the fleet")


def _files(folder: Path) -> Iterator[Path]:
    """Return what lies in the data directory and one folder deeper: database, secrets, copies."""
    for path in sorted(folder.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from sorted(path.iterdir())


def _may_be_written_by_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    except OSError:
        return False  # the reading of the settings has told it


def _named(paths: list[Path]) -> str:
    more = f" ... ({len(paths)})" if len(paths) > _MOST_NAMED else ""
    return ", ".join(str(path) for path in paths[:_MOST_NAMED]) + more


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
