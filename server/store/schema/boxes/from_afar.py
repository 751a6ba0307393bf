"""The migration that brings who asked a box for something, and theft orders; never edited."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the column (NULL: an operator, or nobody knows) and the table."""
    db.execute("ALTER TABLE command ADD COLUMN agent_id INTEGER REFERENCES agent")
    db.execute(
        "CREATE TABLE theft_order (theft_order_id INTEGER PRIMARY KEY,"
        " vehicle_id INTEGER NOT NULL REFERENCES vehicle, reference TEXT NOT NULL,"
        " asked_by_id INTEGER NOT NULL REFERENCES agent (agent_id), asked_at_s INTEGER NOT NULL,"
        " confirmed_by_id INTEGER REFERENCES agent (agent_id), confirmed_at_s INTEGER,"
        " command_id INTEGER REFERENCES command,"
        " withdrawn_by_id INTEGER REFERENCES agent (agent_id), withdrawn_at_s INTEGER,"
        " withdrawal_id INTEGER REFERENCES command (command_id),"
        " CHECK (confirmed_by_id IS NULL OR confirmed_by_id <> asked_by_id)) STRICT"
    )
    # One at most of a car stands.
    db.execute(
        "CREATE UNIQUE INDEX theft_order_stands ON theft_order (vehicle_id)"
        " WHERE withdrawn_at_s IS NULL"
    )
