"""The migration that brings the audit; never edited, as no migration is."""

from sqlite_utils import Database

_APPEND_ONLY = (
    # Also what an INSERT OR REPLACE would overwrite.
    "CREATE TRIGGER audit_only_grows BEFORE INSERT ON audit"
    " WHEN NEW.audit_id <= (SELECT coalesce(max(audit_id), 0) FROM audit)"
    " BEGIN SELECT RAISE(ABORT, 'the audit only grows at its end'); END",
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'no entry of the audit is ever changed'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN NOT EXISTS ("
    " SELECT 1 FROM audit_day WHERE erased_at_s IS NOT NULL"
    " AND OLD.audit_id BETWEEN first_id AND last_id)"
    " BEGIN SELECT RAISE(ABORT, 'only a day past its date is erased from the audit'); END",
    "CREATE TRIGGER audit_day_no_delete BEFORE DELETE ON audit_day"
    " BEGIN SELECT RAISE(ABORT, 'a day of the audit keeps its head'); END",
    "CREATE TRIGGER audit_day_no_update BEFORE UPDATE ON audit_day"
    " WHEN OLD.erased_at_s IS NOT NULL OR NEW.audit_day_id <> OLD.audit_day_id"
    " OR NEW.after_id IS DISTINCT FROM OLD.after_id OR NEW.day <> OLD.day"
    " OR NEW.first_id <> OLD.first_id OR NEW.last_id < OLD.last_id"
    " OR NEW.last_id > OLD.last_id AND"
    " OLD.audit_day_id < (SELECT max(audit_day_id) FROM audit_day)"
    " BEGIN SELECT RAISE(ABORT, 'a day of the audit only grows, or is erased'); END",
)


def add(db: Database) -> None:
    """Add the entries and their days (fleet/audit/chain.py has the format)."""
    db.execute(
        "CREATE TABLE audit ("
        " audit_id INTEGER PRIMARY KEY,"
        " at_s INTEGER NOT NULL,"
        " agent_id INTEGER,"  # by number only, and kept when a person's row goes: no reference
        " operator TEXT,"
        " act TEXT NOT NULL,"
        " kind TEXT,"
        " object_id INTEGER,"
        " outcome TEXT NOT NULL,"
        " hash TEXT NOT NULL,"
        " seal TEXT NOT NULL) STRICT"
    )
    db.execute("CREATE INDEX audit_of_agent ON audit (agent_id, audit_id)")
    db.execute("CREATE INDEX audit_of_object ON audit (kind, object_id)")
    db.execute("CREATE INDEX audit_of_act ON audit (act, audit_id)")
    db.execute("CREATE INDEX audit_at ON audit (at_s)")
    db.execute("CREATE INDEX audit_refused ON audit (agent_id, at_s) WHERE outcome = 'refused'")
    db.execute(
        "CREATE TABLE audit_day ("
        " audit_day_id INTEGER PRIMARY KEY,"
        " after_id INTEGER,"
        " day INTEGER NOT NULL,"
        " first_id INTEGER NOT NULL,"
        " last_id INTEGER NOT NULL,"
        " head TEXT NOT NULL,"
        " seal TEXT NOT NULL,"
        " erased_at_s INTEGER) STRICT"
    )
    for trigger in _APPEND_ONLY:
        db.execute(trigger)
