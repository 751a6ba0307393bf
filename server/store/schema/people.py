"""The migration of rights to book, and of directorates that end; never edited, as none is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add who may book from when to when, and from when on a directorate is no more.

    Who was there before could book every car at any time, and nobody wrote down who had said so.
    """
    db.execute(
        "CREATE TABLE booking_right ("
        " right_id INTEGER PRIMARY KEY,"
        " agent_id INTEGER NOT NULL REFERENCES agent,"
        " given_by_id INTEGER REFERENCES agent,"  # NULL: the operator, a file, or this migration
        " from_s INTEGER NOT NULL,"
        " to_s INTEGER,"  # NULL: until it is withdrawn
        " withdrawn_by_id INTEGER REFERENCES agent) STRICT"
    )
    db.execute("CREATE INDEX booking_right_of_agent ON booking_right (agent_id)")
    # Of a kind that is not named for a right, all are meant.
    db.execute(
        "CREATE TABLE booking_right_scope ("
        " right_id INTEGER NOT NULL REFERENCES booking_right,"
        " kind TEXT NOT NULL CHECK (kind IN ('directorate', 'site', 'group')),"
        " of_id INTEGER NOT NULL,"
        " PRIMARY KEY (right_id, kind, of_id)) STRICT"
    )
    db.execute("INSERT INTO booking_right (agent_id, from_s) SELECT agent_id, 0 FROM agent")
    db.execute("ALTER TABLE directorate ADD COLUMN closed_from_s INTEGER")
    db.execute("ALTER TABLE directorate ADD COLUMN merged_into_id INTEGER REFERENCES directorate")
    # What bears the directorate of its time, for whoever changes of which one somebody was.
    db.execute(
        "CREATE INDEX refusal_of_booking ON refusal (booking_id) WHERE booking_id IS NOT NULL"
    )
    db.execute(
        "CREATE INDEX unassigned_of_agent ON unassigned (agent_id) WHERE agent_id IS NOT NULL"
    )
