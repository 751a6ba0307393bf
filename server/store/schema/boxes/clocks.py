"""What a box's clock rests on, and the word of an operator that the server's own is right."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add columns, table and index."""
    db.execute("ALTER TABLE box ADD COLUMN clock_doubtful INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE box ADD COLUMN clock_off_s INTEGER")  # NULL: it never said so
    # Times are mended from the record that began their clock to that of the next.
    db.execute(
        "CREATE INDEX record_of_clock ON record (box_id, epoch, seq)"
        " WHERE kind_name = 'clock_state'"
    )
    db.execute(
        "CREATE TABLE time_word (time_word_id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " said_by TEXT NOT NULL, said_at_s INTEGER NOT NULL) STRICT"
    )
