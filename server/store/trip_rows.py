"""The trip under way of a box, between the database and the rules.

Both functions run inside the transaction that stores the records. Never here: lists for pages.
"""

import sqlite3

from server.fleet.records import Position
from server.fleet.sites import CarPark, is_elsewhere
from server.fleet.trips import LegDraft, Taking, TripDraft
from server.store import dated


def load_open(db: sqlite3.Connection, box_id: int) -> TripDraft | None:
    """Read the trip a box has under way, with its open leg if there is one."""
    row = db.execute(
        "SELECT * FROM trip WHERE box_id = :box_id AND state <> 'ended'", {"box_id": box_id}
    ).fetchone()
    if row is None:
        return None
    legs = db.execute(
        "SELECT leg_id, started_at_s, ended_at_s, start_odometer_m, last_odometer_m FROM leg"
        " WHERE trip_id = :trip_id AND ended_at_s IS NULL",
        {"trip_id": row["trip_id"]},
    )
    return TripDraft(
        trip_id=row["trip_id"],
        agent_id=row["agent_id"],
        directorate_id=row["directorate_id"],
        booking_id=row["booking_id"],
        started_at_s=row["started_at_s"],
        ended_at_s=None,
        start_odometer_m=row["start_odometer_m"],
        last_odometer_m=row["last_odometer_m"],
        distance_m=row["distance_m"],
        state=row["state"],
        end_reason=None,
        assurance=row["assurance"],
        private=bool(row["private"]),
        start=_position(row["start_lat_e7"], row["start_lon_e7"]),
        end=None,
        legs=tuple(LegDraft(**leg) for leg in legs),
        taking=Taking(row["taking_agent_id"]) if row["hands_over"] else None,
    )


def save(db: sqlite3.Connection, box_id: int, vehicle_id: int, trip: TripDraft) -> int:
    """Insert or update a trip, its legs and occupants; return the trip's id.

    A trip that has begun in a car stays that car's. Where it ended is compared with where its car
    belonged then, once and for all: a site may move, and the position is forgotten one day.
    """
    if trip.trip_id is not None:
        (vehicle_id,) = db.execute(
            "SELECT vehicle_id FROM trip WHERE trip_id = :trip_id", {"trip_id": trip.trip_id}
        ).fetchone()
    ended_at_s = trip.started_at_s if trip.ended_at_s is None else trip.ended_at_s
    trip_id = _upsert(
        db,
        "trip",
        trip.trip_id,
        {
            "box_id": box_id,
            "vehicle_id": vehicle_id,
            "agent_id": trip.agent_id,
            "directorate_id": trip.directorate_id,
            "booking_id": trip.booking_id,
            "started_at_s": trip.started_at_s,
            "ended_at_s": trip.ended_at_s,
            "start_odometer_m": trip.start_odometer_m,
            "last_odometer_m": trip.last_odometer_m,
            "distance_m": trip.distance_m,
            "state": trip.state,
            "end_reason": trip.end_reason,
            "assurance": trip.assurance,
            "private": int(trip.private),
            "hands_over": int(trip.taking is not None),
            "taking_agent_id": trip.taking.agent_id if trip.taking else None,
            "start_lat_e7": trip.start.lat_e7 if trip.start else None,
            "start_lon_e7": trip.start.lon_e7 if trip.start else None,
            "end_lat_e7": trip.end.lat_e7 if trip.end else None,
            "end_lon_e7": trip.end.lon_e7 if trip.end else None,
            # Not looked up for each odometer: while it goes on it has no end.
            "wrong_site": int(
                bool(trip.end) and is_elsewhere(trip.end, car_park(db, vehicle_id, ended_at_s))
            ),
        },
    )
    for agent_id in trip.occupants:
        db.execute(
            "INSERT INTO occupant (trip_id, agent_id) VALUES (:trip_id, :agent_id)"
            " ON CONFLICT DO NOTHING",
            {"trip_id": trip_id, "agent_id": agent_id},
        )
    for leg in trip.legs:
        _upsert(
            db,
            "leg",
            leg.leg_id,
            {
                "trip_id": trip_id,
                "started_at_s": leg.started_at_s,
                "ended_at_s": leg.ended_at_s,
                "start_odometer_m": leg.start_odometer_m,
                "last_odometer_m": leg.last_odometer_m,
            },
        )
    return trip_id


def place_anew(db: sqlite3.Connection, trip_id: int) -> None:
    """Let a trip whose times were mended be of the car that its box was in, and judge its end.

    A booking of another car than its own is charged no more.
    """
    row = db.execute("SELECT * FROM trip WHERE trip_id = :id", {"id": trip_id}).fetchone()
    car = dated.held_at(db, dated.FITTING, row["box_id"], row["started_at_s"])
    end = _position(row["end_lat_e7"], row["end_lon_e7"])
    wrong_site = row["wrong_site"]  # as it was, where the position is forgotten
    if end is not None and row["ended_at_s"] is not None:
        wrong_site = int(is_elsewhere(end, car_park(db, car, row["ended_at_s"])))
    db.execute(
        "UPDATE trip SET vehicle_id = :car, wrong_site = :wrong_site, booking_id ="
        " CASE WHEN vehicle_id = :car THEN booking_id END WHERE trip_id = :id",
        {"car": car, "wrong_site": wrong_site, "id": trip_id},
    )


def _upsert(
    db: sqlite3.Connection, table: str, row_id: int | None, values: dict[str, int | str | None]
) -> int:
    if row_id is not None:
        changes = ", ".join(f"{name} = :{name}" for name in values)
        sql = f"UPDATE {table} SET {changes} WHERE {table}_id = :row_id"
        db.execute(sql, values | {"row_id": row_id})
        return row_id
    places = ", ".join(f":{name}" for name in values)
    sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places}) RETURNING {table}_id"
    return int(db.execute(sql, values).fetchone()[0])


def car_park(db: sqlite3.Connection, vehicle_id: int, at_s: int) -> CarPark | None:
    """Read where the site is that a car had then; None when nobody has said."""
    row = db.execute(
        "SELECT lat_e7, lon_e7, radius_m FROM site WHERE site_id = :site_id",
        {"site_id": dated.held_at(db, dated.PARKING, vehicle_id, at_s)},
    ).fetchone()
    centre = _position(row["lat_e7"], row["lon_e7"])
    return None if centre is None else CarPark(centre, row["radius_m"])


def _position(lat_e7: int | None, lon_e7: int | None) -> Position | None:
    return None if lat_e7 is None or lon_e7 is None else Position(lat_e7, lon_e7)
