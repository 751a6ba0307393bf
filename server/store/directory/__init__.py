"""The data directory: what stands in it, and who may use it when.

`judging.py` says what is wrong with what is found, `mending.py` puts right what was cut off,
`making.py` makes a new fleet's, `holding.py` says who is there. Never here: what a database holds.
"""

from pathlib import Path

DATABASE = "voiturier.db"
REPLACED = "voiturier.db.replaced"
LOST = "voiturier.db.lost"  # what its log is called of a database that was not there any more
PURGE_MEMORY = "purge.json"
BACKUPS = "backups"
MAKING = ".new-fleet"
"""There until a new fleet is made, and filled where that was to be; so a cut-off one is known."""


def master_key(data_dir: Path) -> Path:
    """Return where the key is that the database is sealed under."""
    return data_dir / "secrets" / "master.key"
