"""Of which trips the times are doubtful; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add whether the car's clock was doubtful at a trip's start and at its end."""
    db.execute("ALTER TABLE trip ADD COLUMN start_doubtful INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE trip ADD COLUMN end_doubtful INTEGER NOT NULL DEFAULT 0")
    db.execute(
        "CREATE INDEX trip_doubtful ON trip (box_id) WHERE start_doubtful = 1 OR end_doubtful = 1"
    )
