"""Trips, legs and refused badges as pages list them. Reads only; records/ writes them."""

import json
import sqlite3
from collections.abc import Iterable, Mapping

from server.fleet.model.trips import (
    Leg,
    PendingWish,
    Refusal,
    StoredRecord,
    Trip,
    TripDetail,
    TripFilter,
    TripTotals,
)
from server.fleet.roles import WHOLE, Scope
from server.store.noun import Noun, among, within

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
  t.end_reason, t.went_on_at_s, t.assurance, t.wrong_site, t.start_doubtful, t.end_doubtful,
  t.private,
  t.start_lat_e7, t.start_lon_e7, t.end_lat_e7, t.end_lon_e7,
  t.received_at_s, t.listed_at_s, t.time_doubtful, t.distance_doubtful, t.is_counted,
  m.full_name AS settled_by, t.settled_at_s
FROM trip t JOIN vehicle v USING (vehicle_id) LEFT JOIN agent a USING (agent_id)
  LEFT JOIN agent m ON m.agent_id = t.settled_by_id
  LEFT JOIN directorate d ON d.directorate_id = t.directorate_id
"""
_REFUSALS = """
SELECT r.refusal_id, r.at_s, r.received_at_s, r.vehicle_id, v.plate, r.reason,
  a.full_name AS agent_name, d.code AS directorate_code, r.booking_id, bv.plate AS booked_plate,
  r.badge_id, h.full_name AS holder_name, h.closed_at_s AS holder_closed_at_s,
  rv.why AS blocked_why
FROM refusal r JOIN vehicle v USING (vehicle_id) LEFT JOIN agent a USING (agent_id)
  LEFT JOIN badge bg ON bg.badge_id = r.badge_id LEFT JOIN agent h ON h.agent_id = bg.agent_id
  LEFT JOIN revocation rv ON rv.revocation_id = bg.revocation_id
  LEFT JOIN directorate d ON d.directorate_id = r.directorate_id
  LEFT JOIN booking b USING (booking_id) LEFT JOIN vehicle bv ON bv.vehicle_id = b.vehicle_id
"""
# The log reads by start, or by arrival where that cannot be, newest first; the same instant by id.
_BEFORE = (
    "(t.listed_at_s, t.trip_id)"
    " < (SELECT listed_at_s, trip_id FROM trip WHERE trip_id = :before_id)"
)
_REFUSED_BEFORE = (
    "(r.received_at_s, r.refusal_id)"
    " < (SELECT received_at_s, refusal_id FROM refusal WHERE refusal_id = :before_id)"
)

_COUNTS = (
    "(CASE WHEN t.time_doubtful = 0 AND t.distance_doubtful = 0 OR t.is_counted = 1"
    " THEN 1 ELSE 0 END)"
)
# Of the trips that ended: nobody had the car since, and its ignition was not seen off.
_LAST_AND_NOT_SEEN_OFF = """t.trip_id = (SELECT last.trip_id FROM trip last
    WHERE last.vehicle_id = t.vehicle_id ORDER BY last.listed_at_s DESC, last.trip_id DESC LIMIT 1)
  AND NOT EXISTS (SELECT 1 FROM record ended
    JOIN record off ON off.box_id = ended.box_id AND (off.epoch, off.seq) > (ended.epoch, ended.seq)
    WHERE ended.trip_id = t.trip_id AND ended.kind_name = 'trip_end' AND off.kind_name = 'leg_end')
"""

# The last word on it: a pause that was carried out ends a wish too, as the end of the trip does.
# A plain join lets SQLite begin with all records there are.
_PENDING = """
SELECT t.trip_id, v.plate, v.label AS vehicle_label, a.full_name AS agent_name,
  (SELECT min(coalesce(r.at_s, r.received_at_s)) FROM record r
    WHERE r.trip_id = t.trip_id AND r.kind_name = 'trip_handover'
      AND NOT EXISTS (SELECT 1 FROM record dropped WHERE dropped.trip_id = t.trip_id
        AND dropped.kind_name = 'trip_handover' AND dropped.fields ->> 'stage' = 'dropped'
        AND (dropped.epoch, dropped.seq) > (r.epoch, r.seq))) AS asked_at_s, 'handover' AS wish
FROM trip t JOIN vehicle v USING (vehicle_id) LEFT JOIN agent a USING (agent_id)
WHERE t.state <> 'ended' AND t.hands_over = 1 AND {which}
UNION ALL
SELECT t.trip_id, v.plate, v.label AS vehicle_label, a.full_name AS agent_name,
  coalesce(r.at_s, r.received_at_s) AS asked_at_s, r.fields ->> 'wish' AS wish
FROM trip t
JOIN vehicle v USING (vehicle_id)
LEFT JOIN agent a USING (agent_id)
CROSS JOIN record r
WHERE t.state <> 'ended' AND {which} AND r.trip_id = t.trip_id AND r.kind_name = 'trip_asked'
  AND r.fields ->> 'wish' <> 'nothing_any_more' AND NOT EXISTS (
    SELECT 1 FROM record later WHERE later.trip_id = t.trip_id
    AND later.kind_name IN ('trip_asked', 'trip_pause')
    AND (later.epoch, later.seq) > (r.epoch, r.seq))
ORDER BY asked_at_s, trip_id LIMIT :limit
"""


_TRUTHS = (
    "wrong_site",
    "start_doubtful",
    "end_doubtful",
    "private",
    "time_doubtful",
    "distance_doubtful",
)


class Trips(Noun):
    """The trip log."""

    async def log(
        self, wanted: TripFilter, limit: int = 50, before_id: int | None = None
    ) -> list[Trip]:
        """Return trips, newest start first; `before_id` is the last trip of the page before."""
        before = [] if before_id is None else [_BEFORE]
        conditions, values = _conditions(wanted)
        where = " AND ".join(conditions + before)
        values |= {"limit": limit, "before_id": before_id}
        return await self._trips(
            f"WHERE {where} ORDER BY t.listed_at_s DESC, t.trip_id DESC LIMIT :limit", values
        )

    async def totals(self, wanted: TripFilter) -> TripTotals:
        """Return number and kilometres of all trips that a filter takes in."""
        conditions, values = _conditions(wanted)
        rows = await self._rows(
            f"SELECT count(*) AS trips, coalesce(sum(distance_m * {_COUNTS}), 0) AS distance_m,"
            f" coalesce(sum(distance_m * private * {_COUNTS}), 0) AS private_m,"
            f" count(*) - coalesce(sum({_COUNTS}), 0) AS left_out FROM trip t"
            f" WHERE {' AND '.join(conditions)}",
            **values,
        )
        return TripTotals(**rows[0])

    async def under_way(self) -> list[Trip]:
        """Return the trips that have not ended, by id."""
        # Sorted here: asked for the order, SQLite reads all trips to have it.
        trips = await self._trips("WHERE t.state <> 'ended'", {})
        return sorted(trips, key=lambda trip: trip.trip_id)

    async def pending(self, limit: int, scope: Scope = WHOLE) -> list[PendingWish]:
        """Return what was asked of trips under way and waits in the car, by when it was asked."""
        which, values = within(scope, "t.vehicle_id", "t.directorate_id")
        rows = await self._rows(_PENDING.format(which=which), limit=limit, **values)
        return [PendingWish(**row) for row in rows]

    async def pending_of(self, trip_id: int) -> PendingWish | None:
        """Return what was asked of one trip and waits in its car."""
        which = _PENDING.format(which="t.trip_id = :trip_id")
        rows = await self._rows(which, trip_id=trip_id, limit=1)
        return PendingWish(**rows[0]) if rows else None

    async def left_running(self, limit: int, scope: Scope = WHOLE) -> list[Trip]:
        """Return the trips that ended with their ignition left on, the newest end first.

        Until somebody has the car, or its ignition was seen off.
        """
        in_scope, values = within(scope, "t.vehicle_id", "t.directorate_id")
        return await self._trips(
            f"WHERE t.end_reason = 'ignition_left_on' AND {_LAST_AND_NOT_SEEN_OFF}"
            f" AND {in_scope} ORDER BY t.ended_at_s DESC, t.trip_id LIMIT :limit",
            {"limit": limit, **values},
        )

    async def drove_on(self) -> list[Trip]:
        """Return the trips whose car drove on after their end, as long as it may be out."""
        return await self._trips(
            f"WHERE t.went_on_at_s IS NOT NULL AND {_LAST_AND_NOT_SEEN_OFF}", {}
        )

    async def of_bookings(self, booking_ids: Iterable[int]) -> list[Trip]:
        """Return the trips of these bookings, by start."""
        places, ids = among(booking_ids)
        return await self._trips(
            f"WHERE t.booking_id IN {places} ORDER BY t.listed_at_s, t.trip_id", ids
        )

    async def one(self, trip_id: int) -> Trip | None:
        """Return one trip by itself: the records of a long one are thousands."""
        found = await self._trips("WHERE t.trip_id = :trip_id", {"trip_id": trip_id})
        return found[0] if found else None

    async def get(self, trip_id: int) -> TripDetail | None:
        """Return one trip with its legs and records."""
        return await self._engine.read(_detail, trip_id, None)

    async def newest_of(
        self, trip_id: int, limit: int, before: tuple[int, int] | None = None
    ) -> TripDetail | None:
        """Return one trip with its legs and its newest records, as many as `limit`.

        `before` is (epoch, seq) of the oldest record of the page before.
        """
        return await self._engine.read(_detail, trip_id, limit, before)

    async def _trips(self, where: str, values: Mapping[str, int | None]) -> list[Trip]:
        return await self._engine.read(read_trips, where, values)


class Refusals(Noun):
    """The badges that cars said no to."""

    async def log(
        self, limit: int = 50, before_id: int | None = None, scope: Scope = WHOLE
    ) -> list[Refusal]:
        """Return refused badges, last received first; `before_id` as in `trips`."""
        before = "TRUE" if before_id is None else _REFUSED_BEFORE
        in_scope, values = within(scope, "r.vehicle_id", "r.directorate_id")
        rows = await self._rows(
            f"{_REFUSALS} WHERE {before} AND {in_scope}"
            " ORDER BY r.received_at_s DESC, r.refusal_id DESC LIMIT :limit",
            limit=limit,
            before_id=before_id,
            **values,
        )
        return [Refusal(**row) for row in rows]

    async def unknown(self, from_s: int) -> dict[bytes, set[bytes]]:
        """Return how boxes in service called the badges refused since then that are nobody's.

        By the box's id on the wire.
        """
        rows = await self._rows(
            "SELECT DISTINCT b.wire_id, r.badge_tag FROM box b JOIN refusal r USING (vehicle_id)"
            " WHERE b.retired_at_s IS NULL AND r.received_at_s >= :from_s"
            " AND r.badge_tag IS NOT NULL",
            from_s=from_s,
        )
        found: dict[bytes, set[bytes]] = {}
        for wire_id, tag in rows:
            found.setdefault(bytes(wire_id), set()).add(bytes(tag))
        return found

    async def know(self, vehicle_id: int, badges: Mapping[bytes, int]) -> None:
        """Note of badges that a car refused as nobody's which they are, by what it called them."""
        await self._engine.write(_know, vehicle_id, badges)

    async def of_agent(self, agent_id: int, from_s: int) -> list[Refusal]:
        """Return the refusals of an agent's badges received since `from_s`, by arrival."""
        rows = await self._rows(
            f"{_REFUSALS} WHERE r.received_at_s >= :from_s AND r.agent_id = :agent_id"
            " ORDER BY r.received_at_s, r.refusal_id",
            from_s=from_s,
            agent_id=agent_id,
        )
        return [Refusal(**row) for row in rows]


def _know(db: sqlite3.Connection, vehicle_id: int, badges: Mapping[bytes, int]) -> None:
    for tag, badge_id in badges.items():
        db.execute(
            "UPDATE refusal SET badge_id = :badge_id, badge_tag = NULL"
            " WHERE vehicle_id = :vehicle_id AND badge_tag = :tag",
            {"badge_id": badge_id, "vehicle_id": vehicle_id, "tag": tag},
        )


_LOST_OF_TRIP = """
SELECT coalesce(sum(g.last_seq - g.first_seq + 1), 0)
FROM (SELECT box_id, epoch, min(seq) AS first_seq, max(seq) AS last_seq
      FROM record WHERE trip_id = :trip_id GROUP BY box_id, epoch) own
  JOIN gap g ON g.box_id = own.box_id AND g.epoch = own.epoch
    AND g.first_seq > own.first_seq AND g.first_seq <= own.last_seq + 1
    AND NOT EXISTS (SELECT 1 FROM record e WHERE e.box_id = own.box_id AND e.epoch = own.epoch
      AND e.seq = own.last_seq AND e.kind_name = 'trip_end' AND g.first_seq > own.last_seq)
"""


_RECORDS = """
SELECT epoch, seq, kind, kind_name, at_s, received_at_s, fields FROM record
WHERE trip_id = :trip_id {before} ORDER BY epoch DESC, seq DESC {limit}
"""


def read_trips(db: sqlite3.Connection, where: str, values: Mapping[str, int | None]) -> list[Trip]:
    """Read trips: `where` is the rest of the statement, on `t`."""
    rows = db.execute(f"{_TRIPS} {where}", values).fetchall()
    places, ids = among(row["trip_id"] for row in rows)
    names: dict[int, list[str]] = {}
    for trip_id, full_name in db.execute(
        "SELECT trip_id, full_name FROM occupant JOIN agent USING (agent_id)"
        f" WHERE trip_id IN {places} ORDER BY full_name",
        ids,
    ):
        names.setdefault(trip_id, []).append(full_name)
    return [
        Trip(
            **{
                **row,
                **{name: bool(row[name]) for name in _TRUTHS},
                "is_counted": None if row["is_counted"] is None else bool(row["is_counted"]),
                "occupants": tuple(names.get(row["trip_id"], ())),
            }
        )
        for row in rows
    ]


def _conditions(wanted: TripFilter) -> tuple[list[str], dict[str, int | None]]:
    """Return SQL conditions on `t`, and their values by name."""
    in_scope, of_scope = within(wanted.within, "t.vehicle_id", "t.directorate_id")
    if wanted.or_of_agent_id is not None:
        in_scope = f"({in_scope} OR t.agent_id = :or_of_agent_id)"
    conditions = {
        "agent_id": "t.agent_id = :agent_id",
        "vehicle_id": "t.vehicle_id = :vehicle_id",
        "directorate_id": "t.directorate_id = :directorate_id",
        "from_s": "t.listed_at_s >= :from_s",
        "to_s": "t.listed_at_s < :to_s",
    }
    given = [sql for name, sql in conditions.items() if getattr(wanted, name) is not None]
    values = {name: getattr(wanted, name) for name in (*conditions, "or_of_agent_id")}
    return [in_scope, *given], values | of_scope


def _detail(
    db: sqlite3.Connection, trip_id: int, limit: int | None, before: tuple[int, int] | None = None
) -> TripDetail | None:
    own: dict[str, int | None] = {"trip_id": trip_id}
    db.execute("BEGIN")  # one moment's view for all the queries
    try:
        trips = read_trips(db, "WHERE t.trip_id = :trip_id", own)
        if not trips:
            return None
        legs = db.execute(
            "SELECT leg_id, started_at_s, ended_at_s, start_odometer_m, last_odometer_m FROM leg"
            " WHERE trip_id = :trip_id ORDER BY leg_id",
            own,
        )
        (lost,) = db.execute(_LOST_OF_TRIP, own).fetchone()
        (count,) = db.execute(
            "SELECT count(*) FROM record WHERE trip_id = :trip_id", own
        ).fetchone()
        sql = _RECORDS.format(
            before="" if before is None else "AND (epoch, seq) < (:epoch, :seq)",
            limit="" if limit is None else "LIMIT :limit",
        )
        epoch, seq = before or (None, None)
        newest = db.execute(sql, {**own, "limit": limit, "epoch": epoch, "seq": seq}).fetchall()
        records = tuple(
            StoredRecord(epoch, seq, kind, kind_name, at_s, received_at_s, json.loads(fields))
            for epoch, seq, kind, kind_name, at_s, received_at_s, fields in reversed(newest)
        )
        return TripDetail(trips[0], tuple(Leg(**leg) for leg in legs), records, count, lost)
    finally:
        db.execute("COMMIT")
