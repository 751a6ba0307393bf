"""The migration that brings what a box tells of a car's signs; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the columns; of the time before nothing was told."""
    for column in (
        "startable_since_s INTEGER",
        "hindrance TEXT",
        "contradiction TEXT",
        "contradiction_at_s INTEGER",
    ):
        db.execute(f"ALTER TABLE box ADD COLUMN {column}")
