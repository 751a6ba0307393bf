"""The migration that brings doubtful trips and who settled them; never edited, as none is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add when a trip arrived and from when it counts, and what of it cannot be."""
    for column in (
        "received_at_s INTEGER",  # its start
        "listed_at_s INTEGER NOT NULL DEFAULT 0",  # its start, or when that arrived
        "time_doubtful INTEGER NOT NULL DEFAULT 0",
        "distance_doubtful INTEGER NOT NULL DEFAULT 0",
        "is_counted INTEGER",  # what a person said of a doubtful one; NULL: nothing yet
        "settled_by_id INTEGER REFERENCES agent",
        "settled_at_s INTEGER",
    ):
        db.execute(f"ALTER TABLE trip ADD COLUMN {column}")
    db.execute(
        "UPDATE trip SET received_at_s = coalesce((SELECT min(r.received_at_s) FROM record r"
        " WHERE r.trip_id = trip.trip_id), started_at_s)"
    )
    day_s = 24 * 3600
    db.execute(  # by the bounds of the day on which this was written
        "UPDATE trip SET"
        f" time_doubtful = started_at_s NOT BETWEEN received_at_s - {366 * day_s}"
        " AND received_at_s + 600,"
        " distance_doubtful = distance_m > 60 * (600 + coalesce(ended_at_s, started_at_s)"
        " - started_at_s) AND ended_at_s IS NOT NULL AND started_at_s <> received_at_s"
        " OR distance_m > 5000000"
    )
    db.execute(
        "UPDATE trip SET listed_at_s ="
        " CASE WHEN time_doubtful = 1 THEN received_at_s ELSE started_at_s END"
    )
    # The log reads by this instead of by the start; its totals are read here without the trips.
    db.execute("DROP INDEX trip_by_start")
    db.execute(
        "CREATE INDEX trip_by_listing ON trip (listed_at_s, trip_id, distance_m, private,"
        " time_doubtful, distance_doubtful, is_counted)"
    )
    for column in ("vehicle_id", "agent_id", "directorate_id"):
        db.execute(f"DROP INDEX idx_trip_{column}_started_at_s")
        db.execute(f"CREATE INDEX trip_of_{column} ON trip ({column}, listed_at_s)")
    db.execute(
        "CREATE INDEX trip_implausible ON trip (received_at_s, trip_id)"
        " WHERE time_doubtful = 1 OR distance_doubtful = 1"
    )
