"""The migration that brings groups of cars; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the groups, and which cars are in each; `restricted`: not everybody may book its cars."""
    db.execute(
        "CREATE TABLE car_group (group_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
        " restricted INTEGER NOT NULL DEFAULT 0) STRICT"
    )
    db.execute(
        "CREATE TABLE vehicle_group (vehicle_id INTEGER NOT NULL REFERENCES vehicle,"
        " group_id INTEGER NOT NULL REFERENCES car_group, PRIMARY KEY (vehicle_id, group_id))"
        " STRICT"
    )
