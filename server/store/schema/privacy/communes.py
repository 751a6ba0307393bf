"""The migration that brings the contours of communes; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the communes, each with the box around it, by which it is found without its contour."""
    db.execute(
        "CREATE TABLE commune ("
        " commune_id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " code TEXT NOT NULL,"
        " name TEXT NOT NULL,"
        " west_e7 INTEGER NOT NULL, south_e7 INTEGER NOT NULL,"
        " east_e7 INTEGER NOT NULL, north_e7 INTEGER NOT NULL,"
        " rings TEXT NOT NULL"  # JSON: rings of corners [longitude, latitude], degrees x 10^7
        ") STRICT"
    )
    db.execute(
        "CREATE INDEX commune_by_box ON commune (south_e7, north_e7, west_e7, east_e7, commune_id)"
    )
