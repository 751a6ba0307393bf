"""The migration that keeps revocations as long as a box needs them; never edited, as none is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add when each box heard of what, and the revocations that a fleet file made and may undo."""
    db.execute("ALTER TABLE revocation ADD COLUMN by_file INTEGER NOT NULL DEFAULT 0")
    db.execute(
        "CREATE TABLE revocation_heard ("
        " box_id INTEGER NOT NULL REFERENCES box,"
        " revocation_id INTEGER NOT NULL,"  # a set that knew of all up to this one
        " heard_at_s INTEGER NOT NULL,"
        " PRIMARY KEY (box_id, revocation_id))"
    )
    db.execute(  # nobody wrote down when; not later than the last set was sent
        "INSERT INTO revocation_heard (box_id, revocation_id, heard_at_s)"
        " SELECT box_id, revocation_confirmed, coalesce(grants_sent_at_s, 0) FROM box"
        " WHERE revocation_confirmed > 0"
    )
