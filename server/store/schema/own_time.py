"""The migration that dates who had what; never edited, as no migration is."""

from sqlite_utils import Database

_DATED = """
CREATE TABLE {table} (
  {of} INTEGER NOT NULL REFERENCES {of_table},
  {value} INTEGER NOT NULL REFERENCES {value_table},
  from_s INTEGER NOT NULL,
  to_s INTEGER,  -- NULL: still
  PRIMARY KEY ({of}, from_s)
) STRICT
"""

# Whoever says who has it now says since when, too: store/dated.
_GUARD = """
CREATE TRIGGER {table}_guard BEFORE UPDATE OF {value} ON {of_table}
WHEN NEW.{value} <> OLD.{value}
BEGIN
  SELECT RAISE(ABORT, '{table} is not told') WHERE NOT EXISTS (
    SELECT 1 FROM {table}
    WHERE {of} = NEW.{of} AND {value} = NEW.{value} AND to_s IS NULL
  );
END
"""


def add(db: Database) -> None:
    """Add the tables; of what holds now nobody wrote down since when: as far as known, always."""
    for table, of_table, value_table in (
        ("badge_holding", "badge", "agent"),
        ("membership", "agent", "directorate"),
    ):
        names = {"table": table, "of_table": of_table, "value_table": value_table}
        names |= {"of": f"{of_table}_id", "value": f"{value_table}_id"}
        db.execute(_DATED.format(**names))
        db.execute(_GUARD.format(**names))
        db.execute(
            f"INSERT INTO {table} ({names['of']}, {names['value']}, from_s)"
            f" SELECT {names['of']}, {names['value']}, 0 FROM {of_table}"
        )
    # The badges that were ever somebody's.
    db.execute("CREATE INDEX badge_holding_of_agent ON badge_holding (agent_id)")
    # From when to when (retired_at_s) a box is in its car; NULL: nobody wrote it down.
    db.execute("ALTER TABLE box ADD COLUMN fitted_at_s INTEGER")
    # Which badge a record names: who had it is judged anew when its time is mended.
    for table in ("record", "refusal"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN badge_id INTEGER REFERENCES badge")
    db.execute(
        "CREATE INDEX record_with_badge ON record (box_id, epoch, seq) WHERE badge_id IS NOT NULL"
    )
