"""The migration that brings equipment, and its guard; never edited, as no migration is.

A piece is in one active booking at a time, and only with a car of its site. That is held on both
sides, when a piece joins a booking and when a booking changes, so that no path can do otherwise.
"""

from sqlite_utils import Database

_TABLES = """
CREATE TABLE equipment (
  equipment_id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  site_id INTEGER NOT NULL REFERENCES site
) STRICT;
CREATE TABLE booking_equipment (
  booking_id INTEGER NOT NULL REFERENCES booking,
  equipment_id INTEGER NOT NULL REFERENCES equipment,
  PRIMARY KEY (booking_id, equipment_id)
) STRICT;
CREATE INDEX bookings_of_equipment ON booking_equipment (equipment_id);
"""
_PIECE_GUARD = """
CREATE TRIGGER equipment_guard_{event} BEFORE {event} ON booking_equipment
BEGIN
  SELECT RAISE(ABORT, 'equipment elsewhere') WHERE NOT EXISTS (
    SELECT 1 FROM booking JOIN vehicle USING (vehicle_id) JOIN equipment USING (site_id)
    WHERE booking_id = NEW.booking_id AND equipment_id = NEW.equipment_id
  );
  SELECT RAISE(ABORT, 'equipment overlap')
  FROM booking own JOIN booking other JOIN booking_equipment theirs
    ON theirs.booking_id = other.booking_id
  WHERE own.booking_id = NEW.booking_id AND theirs.equipment_id = NEW.equipment_id
    AND own.state = 'active' AND other.state = 'active' AND other.booking_id <> own.booking_id
    AND other.starts_at_s < own.ends_at_s AND own.starts_at_s < other.ends_at_s;
END
"""
_BOOKING_GUARD = """
CREATE TRIGGER booking_equipment_guard BEFORE UPDATE ON booking WHEN NEW.state = 'active'
BEGIN
  SELECT RAISE(ABORT, 'equipment elsewhere')
  FROM booking_equipment JOIN equipment e USING (equipment_id)
  WHERE booking_id = NEW.booking_id AND NEW.vehicle_id <> OLD.vehicle_id
    AND e.site_id <> (SELECT site_id FROM vehicle WHERE vehicle_id = NEW.vehicle_id);
  SELECT RAISE(ABORT, 'equipment overlap')
  FROM booking_equipment ours JOIN booking_equipment theirs USING (equipment_id)
    JOIN booking other ON other.booking_id = theirs.booking_id
  WHERE ours.booking_id = NEW.booking_id
    AND other.state = 'active' AND other.booking_id <> NEW.booking_id
    AND other.starts_at_s < NEW.ends_at_s AND NEW.starts_at_s < other.ends_at_s;
END
"""


def add(db: Database) -> None:
    """Add the tables and their guard."""
    for statement in _TABLES.strip().removesuffix(";").split(";"):
        db.execute(statement)
    for event in ("INSERT", "UPDATE"):
        db.execute(_PIECE_GUARD.format(event=event))
    db.execute(_BOOKING_GUARD)
