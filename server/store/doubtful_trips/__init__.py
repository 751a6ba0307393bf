"""Trips whose time or distance cannot be, in the database, and who settled whether they count.

Never here: what can be (fleet/own_time, fleet/trips.py).
"""

import sqlite3
from collections.abc import Iterable

from server.fleet.model.trips import Trip
from server.fleet.own_time import is_believable
from server.fleet.roles import WHOLE, Scope
from server.fleet.trips import is_drivable
from server.store.noun import Noun, within
from server.store.trips import read_trips

IS_DOUBTFUL = "(t.time_doubtful = 1 OR t.distance_doubtful = 1)"


class DoubtfulTrips(Noun):
    """The doubtful trips of all cars."""

    async def unsettled(self, limit: int, scope: Scope = WHOLE) -> list[Trip]:
        """Return those that ended and of which nobody has said yet whether they count, by arrival.

        One that goes on may still change.
        """
        in_scope, values = within(scope, "t.vehicle_id", "t.directorate_id")
        return await self._engine.read(
            read_trips,
            f"WHERE {IS_DOUBTFUL} AND t.is_counted IS NULL AND t.state = 'ended' AND {in_scope}"
            " ORDER BY t.received_at_s, t.trip_id LIMIT :limit",
            {"limit": limit, **values},
        )

    async def settled(self, limit: int, scope: Scope = WHOLE) -> list[Trip]:
        """Return those of which somebody has said so, the last said first."""
        in_scope, values = within(scope, "t.vehicle_id", "t.directorate_id")
        return await self._engine.read(
            read_trips,
            f"WHERE {IS_DOUBTFUL} AND t.is_counted IS NOT NULL AND {in_scope}"
            " ORDER BY t.settled_at_s DESC, t.trip_id DESC LIMIT :limit",
            {"limit": limit, **values},
        )

    async def settle(
        self, trip_id: int, distance_m: int, is_counted: bool, agent_id: int, now_s: int
    ) -> bool:
        """Let a doubtful trip that ended count, or not: the last word on it holds.

        Returns:
            False when it is not, or no longer of that length.
        """
        return await self._engine.write(_settle, trip_id, distance_m, is_counted, agent_id, now_s)


def judge(db: sqlite3.Connection, trip_ids: Iterable[int], now_s: int) -> None:
    """Say of trips that have just been stored or mended what of them cannot be.

    Args:
        db: in the transaction that changed them.
        trip_ids: which.
        now_s: when what changed them arrived.
    """
    for trip_id in trip_ids:
        row = db.execute(
            "UPDATE trip SET received_at_s = coalesce(received_at_s, :now_s)"
            " WHERE trip_id = :trip_id RETURNING started_at_s, ended_at_s, received_at_s,"
            " distance_m, listed_at_s, time_doubtful, distance_doubtful",
            {"trip_id": trip_id, "now_s": now_s},
        ).fetchone()
        started_s, ended_s, received_s = tuple(row)[:3]
        doubtful = not (
            is_believable(started_s, received_s)
            and (ended_s is None or is_believable(ended_s, now_s))
        )
        judged = {
            "listed_at_s": received_s if doubtful else started_s,
            "time_doubtful": int(doubtful),
            "distance_doubtful": int(not _is_drivable(db, trip_id, row, now_s)),
        }
        if any(row[name] != value for name, value in judged.items()):
            db.execute(
                "UPDATE trip SET listed_at_s = :listed_at_s, time_doubtful = :time_doubtful,"
                " distance_doubtful = :distance_doubtful WHERE trip_id = :trip_id",
                judged | {"trip_id": trip_id},
            )


def _is_drivable(db: sqlite3.Connection, trip_id: int, row: sqlite3.Row, now_s: int) -> bool:
    until_s = row["ended_at_s"] or max(now_s, row["started_at_s"])
    if is_drivable(row["distance_m"], until_s - row["started_at_s"]):
        return True
    unknown = "SELECT 1 FROM record WHERE trip_id = :trip_id AND at_s IS NULL LIMIT 1"
    is_timeless = db.execute(unknown, {"trip_id": trip_id}).fetchone() is not None
    return is_timeless and is_drivable(row["distance_m"], None)


def _settle(
    db: sqlite3.Connection,
    trip_id: int,
    distance_m: int,
    is_counted: bool,
    agent_id: int,
    now_s: int,
) -> bool:
    changed = db.execute(
        "UPDATE trip AS t SET is_counted = :is_counted, settled_by_id = :agent_id,"
        " settled_at_s = :now_s WHERE t.trip_id = :trip_id AND t.distance_m = :distance_m"
        f" AND t.state = 'ended' AND {IS_DOUBTFUL}",
        {
            "trip_id": trip_id,
            "distance_m": distance_m,
            "is_counted": int(is_counted),
            "agent_id": agent_id,
            "now_s": now_s,
        },
    )
    return changed.rowcount == 1
