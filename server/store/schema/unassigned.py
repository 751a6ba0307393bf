"""The migration that brings kilometres without a trip; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the table, and what is last known of each box's odometer (NULL: nothing yet)."""
    db.execute("ALTER TABLE box ADD COLUMN odometer_m INTEGER")
    db.execute("ALTER TABLE box ADD COLUMN odometer_at_s INTEGER")
    db.execute(
        "CREATE TABLE unassigned (unassigned_id INTEGER PRIMARY KEY,"
        " box_id INTEGER NOT NULL REFERENCES box, vehicle_id INTEGER NOT NULL REFERENCES vehicle,"
        " from_s INTEGER NOT NULL, to_s INTEGER NOT NULL, distance_m INTEGER NOT NULL,"
        " is_gap INTEGER NOT NULL, after_trip_id INTEGER REFERENCES trip,"
        " before_trip_id INTEGER REFERENCES trip, agent_id INTEGER REFERENCES agent,"
        " directorate_id INTEGER REFERENCES directorate,"
        " attributed_by_id INTEGER REFERENCES agent, attributed_at_s INTEGER) STRICT"
    )
    # One row at most of a box is still open: metres that no trip has followed yet.
    db.execute(
        "CREATE UNIQUE INDEX unassigned_open ON unassigned (box_id)"
        " WHERE before_trip_id IS NULL AND attributed_at_s IS NULL"
    )
