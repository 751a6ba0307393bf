"""The migration that numbers copies; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the one row by which a copy knows which copy it is; a database that is none has none.

    The number rises from copy to copy, whatever the clock says: it tells which is the oldest.
    """
    db.execute(
        "CREATE TABLE copy_made ("
        " copy_number INTEGER PRIMARY KEY,"
        " made_at_s INTEGER NOT NULL) STRICT"
    )
