"""The migration that brings an operator's limits of bookings; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the table of one row; without it the defaults hold (fleet/bookings.py)."""
    db.execute(
        "CREATE TABLE booking_limits ("
        " only_row INTEGER PRIMARY KEY CHECK (only_row = 1),"
        " shortest_s INTEGER NOT NULL, coming INTEGER NOT NULL, coming_of_car INTEGER NOT NULL)"
    )
