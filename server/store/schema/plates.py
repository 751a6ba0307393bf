"""The migration that gives stored plates their one form; never edited, as none is.

Two cars whose plates differed in nothing but signs were one car, booked twice. Which of them is it
cannot be told here: the one with a box keeps the plate, the other is numbered, for a person to see.
"""

from sqlite_utils import Database

from server.fleet.names import plate_of


def add(db: Database) -> None:
    """Write each plate in its form."""
    rows = db.execute(
        "SELECT vehicle_id, plate FROM vehicle v ORDER BY EXISTS (SELECT 1 FROM box b"
        " WHERE b.vehicle_id = v.vehicle_id AND b.retired_at_s IS NULL) DESC, vehicle_id"
    ).fetchall()
    form_of: dict[str, int] = {}
    for vehicle_id, plate in rows:
        form = name = plate_of(plate) or f"X-{vehicle_id}"
        number = 2
        while name in form_of:
            name = plate_of(f"{form}-{'' if form[-1].isalpha() else 'X'}{number}")
            number += 1
        form_of[name] = vehicle_id
    # By a name that no other has: on the way two cars must not be called the same.
    db.execute("UPDATE vehicle SET plate = '?' || vehicle_id")
    for name, vehicle_id in form_of.items():
        db.execute(
            "UPDATE vehicle SET plate = :plate WHERE vehicle_id = :vehicle_id",
            {"plate": name, "vehicle_id": vehicle_id},
        )
