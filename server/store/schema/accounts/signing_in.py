"""The migration for signing in by mail and with a second factor; never edited, as none is."""

from sqlite_utils import Database

from server.store import sqlite


def add(db: Database) -> None:
    """Add mail addresses, who vouches for an account, the outbox, links and second factors."""
    db.execute("ALTER TABLE agent ADD COLUMN email TEXT")  # NULL: not known
    # Who says who somebody is, and by which name there: single sign-on brings other issuers.
    db.execute("ALTER TABLE agent ADD COLUMN issuer TEXT NOT NULL DEFAULT 'local'")
    db.execute("ALTER TABLE agent ADD COLUMN sub TEXT")
    sqlite.fill_at_random(db.conn, "agent", "sub")
    db.execute("CREATE UNIQUE INDEX agent_issuer_sub ON agent (issuer, sub)")
    db.execute(
        "CREATE TABLE mail ("
        " mail_id INTEGER PRIMARY KEY,"
        " agent_id INTEGER NOT NULL REFERENCES agent,"
        " kind TEXT NOT NULL,"
        " recipient TEXT NOT NULL,"
        " letter_sealed BLOB,"  # NULL once nobody needs it: it may hold a link
        " made_at_s INTEGER NOT NULL,"
        " good_until_s INTEGER NOT NULL,"
        " state TEXT NOT NULL,"
        " tries INTEGER NOT NULL DEFAULT 0,"
        " next_try_at_s INTEGER NOT NULL,"
        " ended_at_s INTEGER,"
        " said TEXT)"  # by the mail server, when it was last tried
    )
    db.execute("CREATE INDEX mail_due ON mail (state, next_try_at_s)")
    db.execute(
        "CREATE TABLE link ("
        " token_hash TEXT NOT NULL PRIMARY KEY,"
        " agent_id INTEGER NOT NULL REFERENCES agent,"
        " kind TEXT NOT NULL,"
        " made_at_s INTEGER NOT NULL,"
        " until_s INTEGER NOT NULL)"
    )
    db.execute("CREATE INDEX link_of_agent ON link (agent_id, made_at_s)")
    # A link went to the mailbox of then, whoever writes another address down.
    db.execute(
        "CREATE TRIGGER link_of_mailbox AFTER UPDATE OF email ON agent"
        " WHEN coalesce(NEW.email, '') <> coalesce(OLD.email, '')"
        " BEGIN DELETE FROM link WHERE agent_id = NEW.agent_id; END"
    )
    db.execute(
        "CREATE TABLE second_factor ("
        " agent_id INTEGER NOT NULL PRIMARY KEY REFERENCES agent,"
        " secret_sealed BLOB NOT NULL,"
        " made_at_s INTEGER NOT NULL,"
        " confirmed_at_s INTEGER,"  # NULL: no code of it was typed yet
        " last_step INTEGER NOT NULL DEFAULT 0)"  # of the last code that was taken
    )
    db.execute(
        "CREATE TABLE recovery_code ("
        " agent_id INTEGER NOT NULL REFERENCES agent,"
        " code_hash TEXT NOT NULL,"
        " PRIMARY KEY (agent_id, code_hash))"
    )
    db.execute("ALTER TABLE reset_code ADD COLUMN removes_factor INTEGER NOT NULL DEFAULT 0")
