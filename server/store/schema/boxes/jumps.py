"""What a box tells of numbers that it refused; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add which counter it was last, and when."""
    db.execute("ALTER TABLE box ADD COLUMN jump TEXT")
    db.execute("ALTER TABLE box ADD COLUMN jump_at_s INTEGER")
