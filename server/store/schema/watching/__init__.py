"""The migration for what the server watches in itself; never edited, as no migration is."""

from sqlite_utils import Database

from server.store import sqlite


def add(db: Database) -> None:
    """Add the row with which a commit is tried, alerts, and letters that are to no account."""
    db.execute("CREATE TABLE probe (holds INTEGER NOT NULL) STRICT")
    db.execute("INSERT INTO probe (holds) VALUES (1)")
    db.execute(
        "CREATE TABLE alert ("
        " alert_id INTEGER PRIMARY KEY,"
        " kind TEXT NOT NULL,"
        " vehicle_id INTEGER REFERENCES vehicle,"  # NULL: it is about the server
        " since_s INTEGER NOT NULL,"  # as far as that is known
        " raised_at_s INTEGER NOT NULL,"
        " ended_at_s INTEGER,"
        " told_at_s INTEGER,"  # when a letter told of it last; NULL: none has
        " end_told_at_s INTEGER)"
        " STRICT"
    )
    db.execute(
        "CREATE UNIQUE INDEX alert_standing ON alert (kind, coalesce(vehicle_id, 0))"
        " WHERE ended_at_s IS NULL"
    )
    sqlite.let_be_null(db.conn, "mail", "agent_id")
