"""The migration that brings repeats: what a box told again in another epoch; never edited."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the ranges of an epoch whose records are stored under an earlier name."""
    db.execute(
        "CREATE TABLE repeat (box_id INTEGER NOT NULL REFERENCES box, epoch INTEGER NOT NULL,"
        " first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,"
        " PRIMARY KEY (box_id, epoch, first_seq)) STRICT"
    )
