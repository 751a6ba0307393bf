"""The migration that brings what a bench test said of a box; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the tables: of each box its newest test, and the lines of that."""
    db.execute(
        "CREATE TABLE bench_test ("
        " box_id INTEGER PRIMARY KEY REFERENCES box,"
        " at_s INTEGER,"  # by the box's clock; NULL: it does not say
        " noted_at_s INTEGER NOT NULL,"
        " is_done INTEGER NOT NULL)"
        " STRICT"
    )
    db.execute(
        "CREATE TABLE bench_line ("
        " box_id INTEGER NOT NULL REFERENCES box,"
        " line_no INTEGER NOT NULL,"
        " check_name TEXT NOT NULL,"
        " outcome TEXT NOT NULL,"
        " failure TEXT,"
        " value TEXT,"
        " PRIMARY KEY (box_id, line_no))"
        " STRICT"
    )
