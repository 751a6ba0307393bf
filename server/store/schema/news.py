"""The news of what cars may know, and an index for each question asked about one car or badge."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the table and the indexes."""
    # AUTOINCREMENT: a number never comes again, also when older lines are forgotten.
    db.execute(
        "CREATE TABLE news (news_id INTEGER PRIMARY KEY AUTOINCREMENT, vehicle_id INTEGER) STRICT"
    )
    db.execute("CREATE INDEX news_of_car ON news (vehicle_id)")
    db.execute(
        "CREATE INDEX booking_to_come ON booking (ends_at_s, starts_at_s, vehicle_id)"
        " WHERE state = 'active'"
    )
    db.execute("CREATE INDEX badge_with_key ON badge (badge_id) WHERE key_sealed IS NOT NULL")
    db.execute("CREATE INDEX badge_revoked ON badge (revocation_id)")
    db.execute("CREATE INDEX revocation_when ON revocation (revoked_at_s)")
    db.execute("CREATE INDEX agent_role ON agent (role)")
    db.execute("CREATE INDEX agent_without_licence ON agent (agent_id) WHERE licence_recorded = 0")
    # How worn a box's flash is: its records grow with the years, the reports of wear do not matter.
    db.execute("CREATE INDEX record_wear ON record (box_id, epoch, seq) WHERE kind_name = 'wear'")
