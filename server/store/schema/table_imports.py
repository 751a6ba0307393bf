"""The migration that keeps what tables brought; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the table of imports: who took what in when, and what it takes to undo that."""
    db.execute(
        "CREATE TABLE table_import ("
        " import_id INTEGER PRIMARY KEY,"
        " kind TEXT NOT NULL,"
        " file_name TEXT NOT NULL,"
        " new_count INTEGER NOT NULL,"
        " changed_count INTEGER NOT NULL,"
        " at_s INTEGER NOT NULL,"
        " by_id INTEGER REFERENCES agent,"  # NULL: an operator
        " undone_at_s INTEGER,"
        " undone_by_id INTEGER REFERENCES agent,"
        " changes TEXT) STRICT"  # JSON; NULL: undone, or too long ago
    )
