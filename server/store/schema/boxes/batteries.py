"""What a box tells of its car's battery; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add what it said last, and since when it is low.

    It says so every hour: what a page asks of rarer records is not looked for among these.
    """
    for column in ("battery TEXT", "battery_mv INTEGER", "battery_at_s INTEGER"):
        db.execute(f"ALTER TABLE box ADD COLUMN {column}")
    db.execute("ALTER TABLE box ADD COLUMN battery_low_since_s INTEGER")  # NULL: it is not
    for name, kind in (
        ("record_off_air", "off_air"),
        ("record_heartbeat", "heartbeat_learned"),
        ("record_starts", "starts_failed"),
    ):
        db.execute(f"CREATE INDEX {name} ON record (box_id, epoch, seq) WHERE kind_name = '{kind}'")
