"""Trips, legs and refused badges as pages list them. Reads only; records.py writes them."""

import json
import sqlite3

from server.fleet.model import Leg, Refusal, Trip, TripDetail, TripFilter, TripTotals
from server.store.noun import Noun
from server.store.records import records_of_trip

_TRIPS = """
SELECT t.trip_id, t.vehicle_id, v.plate, v.label AS vehicle_label, t.agent_id,
  a.full_name AS agent_name, t.directorate_id, d.code AS directorate_code, t.booking_id,
  (WITH RECURSIVE own (vehicle_id, agent_id, ends_at_s) AS (
     SELECT t.vehicle_id, agent_id, ends_at_s FROM booking WHERE booking_id = t.booking_id
     UNION ALL
     SELECT n.vehicle_id, n.agent_id, n.ends_at_s FROM own JOIN booking n
       ON n.vehicle_id = own.vehicle_id AND n.agent_id = own.agent_id
         AND n.starts_at_s = own.ends_at_s AND n.state = 'active')
   SELECT max(ends_at_s) FROM own) AS booked_until_s,
  t.started_at_s, t.ended_at_s, t.start_odometer_m, t.last_odometer_m, t.distance_m, t.state,
  t.end_reason, t.assurance, t.wrong_site,
  (SELECT json_group_array(full_name) FROM
    (SELECT full_name FROM occupant JOIN agent USING (agent_id) WHERE trip_id = t.trip_id
     ORDER BY full_name)) AS occupants, t.private,
  t.start_lat_e7, t.start_lon_e7, t.end_lat_e7, t.end_lon_e7
FROM trip t JOIN vehicle v USING (vehicle_id) LEFT JOIN agent a USING (agent_id)
  LEFT JOIN directorate d ON d.directorate_id = t.directorate_id
"""
_REFUSALS = """
SELECT r.refusal_id, r.at_s, r.received_at_s, r.vehicle_id, v.plate, r.reason,
  a.full_name AS agent_name, d.code AS directorate_code, r.booking_id, bv.plate AS booked_plate
FROM refusal r JOIN vehicle v USING (vehicle_id) LEFT JOIN agent a USING (agent_id)
  LEFT JOIN directorate d ON d.directorate_id = r.directorate_id
  LEFT JOIN booking b USING (booking_id) LEFT JOIN vehicle bv ON bv.vehicle_id = b.vehicle_id
"""
# The log reads by start, newest first; trips that start together (or arrive late) by id.
_BEFORE = "(t.started_at_s, t.trip_id) < (SELECT started_at_s, trip_id FROM trip WHERE trip_id = ?)"
_REFUSED_BEFORE = (
    "(r.received_at_s, r.refusal_id)"
    " < (SELECT received_at_s, refusal_id FROM refusal WHERE refusal_id = ?)"
)


class Trips(Noun):
    """The trip log."""

    async def log(
        self, wanted: TripFilter, limit: int = 50, before_id: int | None = None
    ) -> list[Trip]:
        """Return trips, newest start first; `before_id` is the last trip of the page before."""
        conditions, values = _conditions(wanted)
        if before_id is not None:
            conditions.append(_BEFORE)
            values.append(before_id)
        rows = await self._rows(
            f"{_TRIPS} WHERE {' AND '.join(conditions)}"
            " ORDER BY t.started_at_s DESC, t.trip_id DESC LIMIT ?",
            *values,
            limit,
        )
        return [_trip(row) for row in rows]

    async def totals(self, wanted: TripFilter) -> TripTotals:
        """Return number and kilometres of all trips that a filter takes in."""
        conditions, values = _conditions(wanted)
        rows = await self._rows(
            "SELECT count(*) AS trips, coalesce(sum(distance_m), 0) AS distance_m,"
            " coalesce(sum(distance_m * private), 0) AS private_m FROM trip t"
            f" WHERE {' AND '.join(conditions)}",
            *values,
        )
        return TripTotals(**rows[0])

    async def under_way(self) -> list[Trip]:
        """Return the trips that have not ended, by id."""
        rows = await self._rows(f"{_TRIPS} WHERE t.state <> 'ended' ORDER BY t.trip_id")
        return [_trip(row) for row in rows]

    async def one(self, trip_id: int) -> Trip | None:
        """Return one trip by itself: the records of a long one are thousands."""
        row = await self._engine.read(
            lambda db: db.execute(
                f"{_TRIPS} WHERE t.trip_id = :trip_id", {"trip_id": trip_id}
            ).fetchone()
        )
        return _trip(row) if row else None

    async def get(self, trip_id: int) -> TripDetail | None:
        """Return one trip with its legs and records."""
        return await self._engine.read(_detail, trip_id)


class Refusals(Noun):
    """The badges that cars said no to."""

    async def log(self, limit: int = 50, before_id: int | None = None) -> list[Refusal]:
        """Return refused badges, last received first; `before_id` as in `trips`."""
        before = "TRUE" if before_id is None else _REFUSED_BEFORE
        rows = await self._rows(
            f"{_REFUSALS} WHERE {before} ORDER BY r.received_at_s DESC, r.refusal_id DESC LIMIT ?",
            *([] if before_id is None else [before_id]),
            limit,
        )
        return [Refusal(**row) for row in rows]

    async def of_agent(self, agent_id: int, from_s: int) -> list[Refusal]:
        """Return the refusals of an agent's badges received since `from_s`, by arrival."""
        rows = await self._rows(
            f"{_REFUSALS} WHERE r.received_at_s >= ? AND r.agent_id = ?"
            " ORDER BY r.received_at_s, r.refusal_id",
            from_s,
            agent_id,
        )
        return [Refusal(**row) for row in rows]


_LOST_OF_TRIP = """
SELECT coalesce(sum(g.last_seq - g.first_seq + 1), 0)
FROM (SELECT box_id, epoch, min(seq) AS first_seq, max(seq) AS last_seq
      FROM record WHERE trip_id = ? GROUP BY box_id, epoch) t
  JOIN gap g ON g.box_id = t.box_id AND g.epoch = t.epoch
    AND g.first_seq > t.first_seq AND g.last_seq < t.last_seq
"""


def _trip(row: sqlite3.Row) -> Trip:
    occupants = tuple(json.loads(row["occupants"]))
    flags = {name: bool(row[name]) for name in ("private", "wrong_site")}
    return Trip(**{**row, **flags, "occupants": occupants})


def _conditions(wanted: TripFilter) -> tuple[list[str], list[int]]:
    """Return SQL conditions on `t` and their values."""
    pairs = [
        ("t.agent_id = ?", wanted.agent_id),
        ("t.vehicle_id = ?", wanted.vehicle_id),
        ("t.directorate_id = ?", wanted.directorate_id),
        ("t.started_at_s >= ?", wanted.from_s),
        ("t.started_at_s < ?", wanted.to_s),
    ]
    given = [(condition, value) for condition, value in pairs if value is not None]
    return ["TRUE", *(condition for condition, _ in given)], [value for _, value in given]


def _detail(db: sqlite3.Connection, trip_id: int) -> TripDetail | None:
    db.execute("BEGIN")  # one moment's view for the three queries
    try:
        row = db.execute(f"{_TRIPS} WHERE t.trip_id = ?", (trip_id,)).fetchone()
        if row is None:
            return None
        legs = db.execute(
            "SELECT leg_id, started_at_s, ended_at_s, start_odometer_m, last_odometer_m FROM leg"
            " WHERE trip_id = ? ORDER BY leg_id",
            (trip_id,),
        )
        (lost,) = db.execute(_LOST_OF_TRIP, (trip_id,)).fetchone()
        return TripDetail(
            _trip(row), tuple(Leg(**leg) for leg in legs), records_of_trip(db, trip_id), lost
        )
    finally:
        db.execute("COMMIT")
