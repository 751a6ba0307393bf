"""The migration by which people change cars, sites and equipment; never edited, as none is.

What leaves the pool is retired and stays, as trips and plates speak of it. Which site a car has,
and in which car a box is, has a from and a to: what is told late is judged by what held then.
"""

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
# Of the time before somebody wrote it down it is taken that it was so always.
_BEGINS = """
CREATE TRIGGER {table}_begins AFTER INSERT ON {of_table}
BEGIN
  INSERT INTO {table} ({of}, {value}, from_s) VALUES (NEW.{of}, NEW.{value}, 0);
END
"""
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
    """Add the columns and tables."""
    for table in ("vehicle", "site", "equipment"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN retired_at_s INTEGER")  # NULL: in the pool
    db.execute("ALTER TABLE site ADD COLUMN timezone TEXT")  # IANA; NULL: the operator's
    db.execute("ALTER TABLE site ADD COLUMN bays INTEGER")  # NULL: nobody has said
    db.execute("ALTER TABLE out_of_service ADD COLUMN reason TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE out_of_service ADD COLUMN said_by_id INTEGER REFERENCES agent")
    for table, of_table, value_table in (
        ("parking", "vehicle", "site"),
        ("box_fitting", "box", "vehicle"),
    ):
        names = {"table": table, "of_table": of_table, "value_table": value_table}
        names |= {"of": f"{of_table}_id", "value": f"{value_table}_id"}
        db.execute(_DATED.format(**names))
        db.execute(
            f"INSERT INTO {table} ({names['of']}, {names['value']}, from_s)"
            f" SELECT {names['of']}, {names['value']}, 0 FROM {of_table}"
        )
        db.execute(_BEGINS.format(**names))
        db.execute(_GUARD.format(**names))
    # Metres that no trip has followed yet: of each car that the box was in.
    db.execute("DROP INDEX unassigned_open")
    db.execute(
        "CREATE UNIQUE INDEX unassigned_open ON unassigned (box_id, vehicle_id)"
        " WHERE before_trip_id IS NULL AND attributed_at_s IS NULL"
    )
    # By which plates a car was known before: a fleet file may still say them.
    db.execute(
        "CREATE TABLE former_plate (plate TEXT PRIMARY KEY,"
        " vehicle_id INTEGER NOT NULL REFERENCES vehicle, until_s INTEGER NOT NULL) STRICT"
    )
    # What somebody else did to a booking, for its agent to read.
    db.execute(
        "CREATE TABLE booking_decision (booking_id INTEGER PRIMARY KEY REFERENCES booking,"
        " from_vehicle_id INTEGER NOT NULL REFERENCES vehicle (vehicle_id),"
        " reason TEXT NOT NULL, decided_by_id INTEGER REFERENCES agent (agent_id),"
        " decided_at_s INTEGER NOT NULL) STRICT"
    )
