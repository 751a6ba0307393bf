"""The migration that brings how far an agent means to go; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the column; of the bookings of before nobody said."""
    db.execute("ALTER TABLE booking ADD COLUMN planned_km INTEGER")
