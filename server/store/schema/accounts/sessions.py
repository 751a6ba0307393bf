"""The migration that lets accounts close and sessions end; never edited, as none is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add when an account closed, who chose its password, and the sessions and codes there are.

    Whoever is signed in signs in again: of a session of before nobody wrote anything down.
    """
    db.execute("ALTER TABLE agent ADD COLUMN closed_at_s INTEGER")
    # 1: the password, if any, is the one that a fleet file gave; a file may give another.
    db.execute("ALTER TABLE agent ADD COLUMN password_by_file INTEGER NOT NULL DEFAULT 1")
    db.execute(
        "CREATE TABLE session ("
        " session_id TEXT NOT NULL PRIMARY KEY,"  # a hash of what the cookie holds
        " agent_id INTEGER NOT NULL REFERENCES agent,"
        " started_at_s INTEGER NOT NULL,"
        " browser TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX session_of_agent ON session (agent_id, started_at_s)")
    db.execute(
        "CREATE TABLE reset_code ("
        " agent_id INTEGER NOT NULL PRIMARY KEY REFERENCES agent,"
        " code_hash TEXT NOT NULL,"
        " given_by_id INTEGER REFERENCES agent,"  # NULL: an operator
        " given_at_s INTEGER NOT NULL,"
        " tries_left INTEGER NOT NULL,"
        " used_at_s INTEGER)"
    )
