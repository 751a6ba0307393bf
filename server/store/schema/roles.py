"""The migration that lets people have several roles, each for a time; never edited, as none is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add who has which role, and make those of before such.

    Managers become administrators too, so that nobody loses what they could do.
    """
    db.execute(
        "CREATE TABLE role_grant ("
        " role_grant_id INTEGER PRIMARY KEY,"
        " agent_id INTEGER NOT NULL REFERENCES agent,"
        " role TEXT NOT NULL,"
        " given_by_id INTEGER REFERENCES agent,"  # NULL: an operator, or a fleet file
        " from_s INTEGER NOT NULL,"
        " to_s INTEGER,"  # NULL: still
        " reason TEXT NOT NULL,"
        " by_file INTEGER NOT NULL,"  # 1: a fleet file may take it back
        " withdrawn_by_id INTEGER REFERENCES agent,"
        " withdrawn_at_s INTEGER) STRICT"  # rows stay: who could do what, and by whom
    )
    db.execute("CREATE INDEX role_grant_of_agent ON role_grant (agent_id)")
    # A grant without rows here is for the whole fleet.
    db.execute(
        "CREATE TABLE role_scope ("
        " role_grant_id INTEGER NOT NULL REFERENCES role_grant,"
        " kind TEXT NOT NULL,"  # directorate, site or vehicle
        " of_id INTEGER NOT NULL,"
        " PRIMARY KEY (role_grant_id, kind, of_id)) STRICT"
    )
    for role, of_before in (
        ("manager", "manager"),
        ("administrator", "manager"),
        ("technician", "technician"),
    ):
        db.execute(
            "INSERT INTO role_grant (agent_id, role, from_s, reason, by_file)"
            " SELECT agent_id, :role, 0, '', 1 FROM agent WHERE role = :of_before"
            " ORDER BY agent_id",
            {"role": role, "of_before": of_before},
        )
    db.execute("DROP INDEX agent_role")
    db.execute("ALTER TABLE agent DROP COLUMN role")
