"""The migration that brings chains: by what a record is known again, whatever is mended in it."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the columns; NULL where nobody told a chain."""
    db.execute("ALTER TABLE record ADD COLUMN chain INTEGER")
    db.execute("ALTER TABLE repeat ADD COLUMN chain INTEGER")  # of its last
