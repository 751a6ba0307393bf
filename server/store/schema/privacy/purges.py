"""The migration that brings the receipts of purges; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the receipts, and what finds the few rows that hold a place among all the others."""
    db.execute(
        "CREATE TABLE purge ("
        " purge_id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " at_s INTEGER NOT NULL,"  # by the server's clock
        " ended_at_s INTEGER,"  # NULL: it was cut off, the file is to be written anew
        " sure_s INTEGER NOT NULL,"  # the time it went by
        " erased TEXT NOT NULL,"  # JSON: how many, by kind
        " before TEXT NOT NULL,"  # JSON: what is of before then, by setting
        " files TEXT NOT NULL,"  # JSON: what came of each file
        " by_id INTEGER REFERENCES agent"  # NULL: the server, or an operator
        ") STRICT"
    )
    db.execute(
        "CREATE INDEX trip_with_place ON trip (trip_id)"
        " WHERE start_lat_e7 IS NOT NULL OR end_lat_e7 IS NOT NULL"
    )
    db.execute(
        "CREATE INDEX record_with_place ON record (received_at_s)"
        " WHERE kind_name IN ('trip_start', 'trip_end', 'unknown') AND length(body) >= 1"
        " OR fields LIKE '%lat_e7%'"
    )
    db.execute(
        "CREATE INDEX record_told ON record (received_at_s)"
        " WHERE length(body) > 0 OR fields <> '{}'"
    )
    db.execute(
        "CREATE INDEX record_of_refusal ON record (received_at_s)"
        " WHERE kind_name = 'refusal' AND length(body) >= 1"
    )
