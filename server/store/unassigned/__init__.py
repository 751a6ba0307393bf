"""Kilometres without a trip in the database. Never here: which metres these are."""

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from server.fleet.own_time import When
from server.fleet.roles import WHOLE, Scope
from server.fleet.trips import TripDraft
from server.fleet.unassigned import Reading, Unassigned, UnassignedDraft
from server.store import dated
from server.store.noun import Noun, within

_UNASSIGNED = """
SELECT u.unassigned_id, u.vehicle_id, v.plate, v.label AS vehicle_label, u.from_s, u.to_s,
  u.distance_m, u.is_gap, u.is_handover, ta.went_on_at_s IS NOT NULL AS went_on, u.after_trip_id,
  aa.full_name AS after_agent_name, u.before_trip_id, ba.full_name AS before_agent_name,
  u.agent_id, a.full_name AS agent_name, d.code AS directorate_code,
  m.full_name AS attributed_by, u.attributed_at_s, n.full_name AS taking_name
FROM unassigned u JOIN vehicle v USING (vehicle_id)
  LEFT JOIN trip ta ON ta.trip_id = u.after_trip_id
  LEFT JOIN agent aa ON aa.agent_id = ta.agent_id
  LEFT JOIN trip tb ON tb.trip_id = u.before_trip_id
  LEFT JOIN agent ba ON ba.agent_id = tb.agent_id
  LEFT JOIN agent a ON a.agent_id = u.agent_id
  LEFT JOIN directorate d ON d.directorate_id = u.directorate_id
  LEFT JOIN agent m ON m.agent_id = u.attributed_by_id
  LEFT JOIN agent n ON n.agent_id = u.taking_agent_id
"""


class Known(NamedTuple):
    """What is known before the next records: the box's odometer, and metres no trip follows."""

    reading: Reading | None
    open_row: UnassignedDraft | None


class UnassignedDistances(Noun):
    """The kilometres without a trip of all cars."""

    async def log(
        self, limit: int, before_id: int | None = None, scope: Scope = WHOLE
    ) -> list[Unassigned]:
        """Return rows, the newest first; `before_id` is the last of the page before."""
        older = "TRUE" if before_id is None else "u.unassigned_id < :before_id"
        in_scope, values = within(scope, "u.vehicle_id")
        rows = await self._rows(
            f"{_UNASSIGNED} WHERE {older} AND {in_scope}"
            " ORDER BY u.unassigned_id DESC LIMIT :limit",
            limit=limit,
            before_id=before_id,
            **values,
        )
        return [_unassigned(row) for row in rows]

    async def nobodys(self, limit: int, scope: Scope = WHOLE) -> list[Unassigned]:
        """Return rows that nobody was given yet, the oldest first."""
        in_scope, values = within(scope, "u.vehicle_id")
        rows = await self._rows(
            f"{_UNASSIGNED} WHERE u.attributed_at_s IS NULL AND {in_scope}"
            " ORDER BY u.unassigned_id LIMIT :limit",
            limit=limit,
            **values,
        )
        return [_unassigned(row) for row in rows]

    async def given(self, limit: int, scope: Scope = WHOLE) -> list[Unassigned]:
        """Return rows that somebody was given, the last given first."""
        in_scope, values = within(scope, "u.vehicle_id")
        rows = await self._rows(
            f"{_UNASSIGNED} WHERE u.attributed_at_s IS NOT NULL AND {in_scope}"
            " ORDER BY u.attributed_at_s DESC, u.unassigned_id DESC LIMIT :limit",
            limit=limit,
            **values,
        )
        return [_unassigned(row) for row in rows]

    async def get(self, unassigned_id: int) -> Unassigned | None:
        """Return one row."""
        rows = await self._rows(
            f"{_UNASSIGNED} WHERE u.unassigned_id = :unassigned_id", unassigned_id=unassigned_id
        )
        return _unassigned(rows[0]) if rows else None

    async def attribute(
        self, unassigned_id: int, distance_m: int, agent_id: int, by_agent_id: int, now_s: int
    ) -> bool:
        """Give a row to an agent and the directorate they were of when its metres ended.

        Returns:
            False when it has been given already, or is no longer of that length.
        """
        return await self._engine.write(
            _attribute, unassigned_id, distance_m, agent_id, by_agent_id, now_s
        )


def known(db: sqlite3.Connection, box_id: int, vehicle_id: int) -> Known:
    """Read what is known of a box before its next records, which are of that car."""
    of_box = {"box_id": box_id, "vehicle_id": vehicle_id}
    (odometer_m, at_s) = db.execute(
        "SELECT odometer_m, odometer_at_s FROM box WHERE box_id = :box_id", of_box
    ).fetchone()
    row = db.execute(
        "SELECT unassigned_id AS row_id, from_s, to_s, distance_m, is_gap, is_handover,"
        " taking_agent_id FROM unassigned"
        " WHERE box_id = :box_id AND vehicle_id = :vehicle_id"
        " AND before_trip_id IS NULL AND attributed_at_s IS NULL",
        of_box,
    ).fetchone()
    return Known(
        None if odometer_m is None else Reading(odometer_m, at_s),
        None if row is None else UnassignedDraft(**_with_truths(row)),
    )


def save(
    db: sqlite3.Connection,
    box_id: int,
    vehicle_id: int,
    rows: Sequence[UnassignedDraft],
    reading: Reading | None,
    trips: Sequence[TripDraft],
    trip_ids: Sequence[int],
) -> None:
    """Keep what a batch tells of a box; `trip_ids` are the stored numbers of its `trips`."""
    if reading is not None:
        db.execute(
            "UPDATE box SET odometer_m = :odometer_m, odometer_at_s = :at_s WHERE box_id = :box_id",
            {"odometer_m": reading.odometer_m, "at_s": reading.at_s, "box_id": box_id},
        )
    new_ids = [n for n, trip in zip(trip_ids, trips, strict=True) if trip.trip_id is None]
    for row in rows:
        values = {
            "unassigned_id": row.row_id,
            "box_id": box_id,
            "vehicle_id": vehicle_id,
            "from_s": row.from_s,
            "to_s": row.to_s,
            "distance_m": row.distance_m,
            "is_gap": int(row.is_gap),
            "is_handover": int(row.is_handover),
            "taking_agent_id": row.taking_agent_id,
            "after": None if row.after is None else trip_ids[row.after],
            "before": None if row.before is None else trip_ids[row.before],
            "next_new_trip": min(new_ids, default=None),
        }
        if row.row_id is not None:
            db.execute(
                "UPDATE unassigned SET to_s = :to_s, distance_m = :distance_m, is_gap = :is_gap,"
                " before_trip_id = :before WHERE unassigned_id = :unassigned_id",
                values,
            )
            continue
        db.execute(
            "INSERT INTO unassigned (box_id, vehicle_id, from_s, to_s, distance_m, is_gap,"
            " is_handover, taking_agent_id, after_trip_id, before_trip_id)"
            " VALUES (:box_id, :vehicle_id, :from_s, :to_s, :distance_m, :is_gap, :is_handover,"
            " :taking_agent_id, coalesce(:after, (SELECT trip_id FROM trip"
            " WHERE vehicle_id = :vehicle_id"
            " AND (:next_new_trip IS NULL OR trip_id < :next_new_trip)"
            " ORDER BY listed_at_s DESC, trip_id DESC LIMIT 1)), :before)",
            values,
        )


def _attribute(
    db: sqlite3.Connection,
    unassigned_id: int,
    distance_m: int,
    agent_id: int,
    by_agent_id: int,
    now_s: int,
) -> bool:
    to_s = db.execute(
        "SELECT to_s FROM unassigned WHERE unassigned_id = :unassigned_id",
        {"unassigned_id": unassigned_id},
    ).fetchone()["to_s"]
    changed = db.execute(
        "UPDATE unassigned SET agent_id = :agent_id, directorate_id = coalesce(:directorate_id,"
        " (SELECT directorate_id FROM agent WHERE agent_id = :agent_id)),"
        " attributed_by_id = :by_agent_id, attributed_at_s = :now_s"
        " WHERE unassigned_id = :unassigned_id"
        " AND distance_m = :distance_m AND attributed_at_s IS NULL",
        {
            "agent_id": agent_id,
            "directorate_id": dated.directorate_of(db, agent_id, When(to_s, to_s)),
            "by_agent_id": by_agent_id,
            "now_s": now_s,
            "unassigned_id": unassigned_id,
            "distance_m": distance_m,
        },
    )
    return changed.rowcount == 1


def _unassigned(row: sqlite3.Row) -> Unassigned:
    return Unassigned(**_with_truths(row))


def _with_truths(row: sqlite3.Row) -> dict[str, Any]:
    truths = ("is_gap", "is_handover", "went_on")
    return {**row, **{name: bool(row[name]) for name in truths if name in row.keys()}}  # noqa: SIM118 - of a Row
