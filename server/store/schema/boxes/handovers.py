"""The migration that brings handovers: metres between two drivers; never edited, as none is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add who waits for a car under way, and whose metres may be instead of the driver's."""
    for table, is_one in (("trip", "hands_over"), ("unassigned", "is_handover")):
        db.execute(f"ALTER TABLE {table} ADD COLUMN {is_one} INTEGER NOT NULL DEFAULT 0")
        db.execute(f"ALTER TABLE {table} ADD COLUMN taking_agent_id INTEGER REFERENCES agent")
