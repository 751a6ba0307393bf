"""The migration that brings contradictions of a car's signs and who saw them; never edited."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the table with what each box told last, and since when its clock is doubtful."""
    db.execute(
        "CREATE TABLE contradiction (contradiction_id INTEGER PRIMARY KEY,"
        " box_id INTEGER NOT NULL REFERENCES box, kind TEXT NOT NULL, times INTEGER NOT NULL,"
        " first_at_s INTEGER NOT NULL, last_at_s INTEGER NOT NULL,"
        " seen_by_id INTEGER REFERENCES agent, seen_at_s INTEGER) STRICT"
    )
    # Of each kind a box has one row that nobody has seen yet; what comes again is counted there.
    db.execute(
        "CREATE UNIQUE INDEX contradiction_unseen ON contradiction (box_id, kind)"
        " WHERE seen_at_s IS NULL"
    )
    db.execute(
        "CREATE INDEX contradiction_seen ON contradiction (seen_at_s, contradiction_id)"
        " WHERE seen_at_s IS NOT NULL"
    )
    db.execute(
        "INSERT INTO contradiction (box_id, kind, times, first_at_s, last_at_s)"
        " SELECT box_id, contradiction, 1, contradiction_at_s, contradiction_at_s FROM box"
        " WHERE contradiction IS NOT NULL AND contradiction_at_s IS NOT NULL"
    )
    db.execute("ALTER TABLE box DROP COLUMN contradiction")
    db.execute("ALTER TABLE box DROP COLUMN contradiction_at_s")
    db.execute("ALTER TABLE box ADD COLUMN clock_doubtful_since_s INTEGER")  # NULL: not known
    # Kilometres that are nobody's, and who said last whose they are.
    db.execute(
        "CREATE INDEX unassigned_nobodys ON unassigned (unassigned_id)"
        " WHERE attributed_at_s IS NULL"
    )
    db.execute(
        "CREATE INDEX unassigned_given ON unassigned (attributed_at_s, unassigned_id)"
        " WHERE attributed_at_s IS NOT NULL"
    )
