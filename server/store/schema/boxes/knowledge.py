"""The migration that keeps what boxes confirmed to know; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the table: nothing is known of a box until it confirms the next time."""
    db.execute(
        "CREATE TABLE box_knows ("
        " box_id INTEGER PRIMARY KEY REFERENCES box,"
        " news_id INTEGER NOT NULL,"  # it holds what was due as of the news of this number
        " as_of_s INTEGER NOT NULL) STRICT"  # and at this instant
    )
