"""Looks at the database and the key of its secrets, and whether the clock may have stood elsewhere.

Never here: the files as files (files.py).
"""

from collections.abc import Iterator
from pathlib import Path

from server.checks import Finding, fails, ok, warning
from server.clock import Clock
from server.store import SCHEMA_VERSION, StoreError
from server.store.backup import DATABASE
from server.store.condition import Condition, look

_LATER_S = 120  # a clock may be set a little


def database(data_dir: Path) -> tuple[Condition | None, list[Finding]]:
    """Look at all of it, which takes some seconds in a large one."""
    path = data_dir / DATABASE
    if not path.exists():
        text = "%(path)s is not there: voiturier load makes one, or is the folder mistyped?"
        return None, [fails("database", text, path=path)]
    try:
        found = look(data_dir)
    except StoreError as error:
        return None, [fails("database", error.text, **error.values)]
    if not 1 <= found.version <= SCHEMA_VERSION:
        text = "%(path)s is of version %(version)s, this program knows 1 to %(known)s: upgrade it"
        values = {"path": path, "version": found.version, "known": SCHEMA_VERSION}
        return found, [fails("database", text, **values)]
    if found.version < SCHEMA_VERSION:
        text = "whole, of version %(version)s: the next start brings it to %(known)s, a copy first"
        values = {"version": found.version, "known": SCHEMA_VERSION}
        return found, [warning("database", text, **values)]
    text = "whole, %(size_mb)s MB, opens with its master key"
    return found, [ok("database", text, size_mb=round(found.size_bytes / 1e6, 1))]


def clock(data_dir: Path, time: Clock) -> Iterator[Finding]:
    """Look at whether somebody vouches for the time, and whether it has stepped back."""
    try:
        written_s = (data_dir / DATABASE).stat().st_mtime
    except OSError:
        written_s = 0.0
    ahead_s = int(written_s - time.now_s())
    if ahead_s > _LATER_S:
        text = "the database was written %(ahead_s)s s later than it is now: one of both is wrong"
        yield fails("clock", text, ahead_s=ahead_s)
    elif not time.is_synchronised():
        text = "no time service vouches for this machine: systemd-timesyncd or chrony; timedatectl"
        yield warning("clock", text)
    else:
        yield ok("clock", "a time service vouches for it")
