"""The migration by which a card's records are found, so that it can be erased; never edited."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add an index of the records that name a card."""
    db.execute("CREATE INDEX record_of_badge ON record (badge_id) WHERE badge_id IS NOT NULL")
