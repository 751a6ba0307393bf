"""The migration of who was informed, and of what somebody asks to be corrected; never edited."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the tables, and on each person whether any notice is recorded: the cars ask that.

    Of those who were there before, nobody has written down that they were informed.
    """
    db.execute("ALTER TABLE agent ADD COLUMN has_notice INTEGER NOT NULL DEFAULT 0")
    db.execute("CREATE INDEX agent_without_notice ON agent (agent_id) WHERE has_notice = 0")
    db.execute(
        "CREATE TABLE notice_version ("
        " notice_version_id INTEGER PRIMARY KEY,"
        " version TEXT NOT NULL,"
        " from_s INTEGER NOT NULL) STRICT"
    )
    db.execute(
        "CREATE TABLE notice ("
        " notice_id INTEGER PRIMARY KEY,"
        " agent_id INTEGER NOT NULL REFERENCES agent,"
        " version TEXT NOT NULL,"
        " how TEXT NOT NULL CHECK (how IN ('page', 'paper')),"
        " at_s INTEGER NOT NULL,"
        " noted_at_s INTEGER NOT NULL,"
        " noted_by_id INTEGER REFERENCES agent) STRICT"  # NULL: the operator
    )
    db.execute("CREATE INDEX notice_of_agent ON notice (agent_id, version)")
    db.execute(
        "CREATE TABLE correction ("
        " correction_id INTEGER PRIMARY KEY,"
        " agent_id INTEGER NOT NULL REFERENCES agent,"
        " message TEXT NOT NULL,"
        " asked_at_s INTEGER NOT NULL,"
        " answer TEXT,"  # NULL: it waits
        " answered_at_s INTEGER,"
        " answered_by_id INTEGER REFERENCES agent) STRICT"
    )
    db.execute("CREATE INDEX correction_of_agent ON correction (agent_id)")
    db.execute("CREATE INDEX correction_waiting ON correction (asked_at_s) WHERE answer IS NULL")
