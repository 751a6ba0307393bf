"""The migration that brings on which board each box is; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the table: what was bound to a board, and when it was found written there."""
    db.execute(
        "CREATE TABLE board ("
        " box_id INTEGER PRIMARY KEY REFERENCES box,"
        " mac TEXT NOT NULL,"
        " flashed_at_s INTEGER,"  # NULL: not known to be written
        " flashed_by_id INTEGER REFERENCES agent,"
        " micropython TEXT,"
        " iccid TEXT,"
        " imei TEXT)"
        " STRICT"
    )
    db.execute("CREATE INDEX board_mac ON board (mac)")
