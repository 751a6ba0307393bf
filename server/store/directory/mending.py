"""Puts right what a killed program, an older one or a umask left in a data directory.

Called while nobody else uses it. What was found is logged. Never here: the database's content.
"""

import logging
import shutil
from pathlib import Path

from server import private_files
from server.store.directory import DATABASE, PURGE_MEMORY, REPLACED, master_key

_log = logging.getLogger(__name__)
REHEARSAL = ".rehearsal"


def close_to_others(data_dir: Path) -> None:
    """Let nobody else read or enter what is in a data directory that holds a fleet."""
    found = [data_dir, *data_dir.rglob("*")]
    opened = [path for path in found if private_files.close(path)]
    if opened:
        names = ", ".join(str(path.relative_to(data_dir)) for path in opened[:5])
        _log.warning(
            "others could read %d of the files and folders in %s (%s%s): now they cannot",
            *(len(opened), data_dir, names, ", ..." if len(opened) > 5 else ""),
        )


def finish(data_dir: Path) -> None:
    """Undo what was cut off: drafts, and a restore that had not yet put its copy in place."""
    drafted = (DATABASE, REPLACED, PURGE_MEMORY, master_key(data_dir).relative_to(data_dir))
    for name in drafted:
        for draft in private_files.drafts_of(data_dir / name):
            draft.unlink()
    for rehearsal in data_dir.glob(f"{REHEARSAL}.*"):
        shutil.rmtree(rehearsal)
    database, replaced = data_dir / DATABASE, data_dir / REPLACED
    if database.exists() and replaced.exists() and database.samefile(replaced):
        for suffix in ("-wal", "-journal"):
            log = replaced.with_name(replaced.name + suffix)
            if log.exists():  # its database was kept with it, and is still in place
                log.replace(database.with_name(database.name + suffix))
        replaced.unlink()
        private_files.settle(data_dir)
        _log.warning("a restore was cut off; the database is as it was before")
