"""The migration that brings what people do with badges; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add who issued a badge, why it is blocked, who did what with it, and cards to be learned."""
    db.execute("ALTER TABLE badge ADD COLUMN issuer TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE revocation ADD COLUMN why TEXT NOT NULL DEFAULT 'lost'")
    db.execute("UPDATE revocation SET why = 'withdrawn' WHERE by_file = 1")
    db.execute(
        "CREATE TABLE badge_act (badge_act_id INTEGER PRIMARY KEY,"
        " badge_id INTEGER NOT NULL REFERENCES badge, at_s INTEGER NOT NULL, what TEXT NOT NULL,"
        " agent_id INTEGER NOT NULL REFERENCES agent,"  # who held it after that
        " by_id INTEGER REFERENCES agent) STRICT"  # NULL: the operator, or a file
    )
    db.execute("CREATE INDEX badge_act_of_badge ON badge_act (badge_id, badge_act_id)")
    # The number of a card that was read and is nobody's yet, until it is given, or for a day.
    db.execute(
        "CREATE TABLE learn_order (command_id INTEGER PRIMARY KEY REFERENCES command,"
        " vehicle_id INTEGER NOT NULL REFERENCES vehicle, learned_at_s INTEGER,"
        " uid_index BLOB, uid_sealed BLOB, badge_id INTEGER REFERENCES badge,"
        " given_at_s INTEGER) STRICT"
    )
    db.execute(
        "CREATE INDEX learn_order_ungiven ON learn_order (learned_at_s)"
        " WHERE uid_sealed IS NOT NULL"
    )
    # How its box called a badge that nobody had; looked for again when badges change.
    db.execute("ALTER TABLE refusal ADD COLUMN badge_tag BLOB")
    db.execute(
        "CREATE INDEX refusal_unknown ON refusal (vehicle_id, received_at_s)"
        " WHERE badge_tag IS NOT NULL"
    )
