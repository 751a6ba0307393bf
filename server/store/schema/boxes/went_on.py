"""The migration that brings cars that drove on after their trip's end; never edited, as none is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the column and the few rows that pages ask for; of the trips of before no box said so."""
    db.execute("ALTER TABLE trip ADD COLUMN went_on_at_s INTEGER")
    db.execute("CREATE INDEX trip_went_on ON trip (vehicle_id) WHERE went_on_at_s IS NOT NULL")
    db.execute(
        "CREATE INDEX trip_left_on ON trip (ended_at_s) WHERE end_reason = 'ignition_left_on'"
    )
