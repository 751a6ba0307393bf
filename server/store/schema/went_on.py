"""The migration that brings cars that drove on after their trip's end; never edited, as none is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the column; of the trips of before no box said so."""
    db.execute("ALTER TABLE trip ADD COLUMN went_on_at_s INTEGER")
