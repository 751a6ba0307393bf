"""When a car is out of service, in the database. Never here: what that keeps anybody from."""

import sqlite3

from server.fleet.pool import OutOfService
from server.fleet.refusals import Reason, Refusal, Refused
from server.store.news import tell
from server.store.noun import Noun

_TIMES = """
SELECT o.vehicle_id, o.from_s, o.to_s, o.reason, a.full_name AS said_by
FROM out_of_service o LEFT JOIN agent a ON a.agent_id = o.said_by_id
"""


class Service(Noun):
    """The times out of service of each car."""

    async def of_car(self, vehicle_id: int, limit: int) -> list[OutOfService]:
        """Return a car's times out of service, the last first."""
        rows = await self._rows(
            f"{_TIMES} WHERE o.vehicle_id = :id ORDER BY o.from_s DESC LIMIT :limit",
            id=vehicle_id,
            limit=limit,
        )
        return [OutOfService(**row) for row in rows]

    async def now(self, now_s: int) -> dict[int, OutOfService]:
        """Return vehicle id -> the time out of service that it is in."""
        rows = await self._rows(
            f"{_TIMES} WHERE o.from_s <= :now_s AND o.to_s > :now_s ORDER BY o.to_s", now_s=now_s
        )
        return {row["vehicle_id"]: OutOfService(**row) for row in rows}

    async def add(self, out: OutOfService, said_by_id: int | None) -> None:
        """Insert a time out of service.

        Raises:
            Refused: SAME_START.
        """
        await self._engine.write(_add, out, said_by_id)

    async def end(self, vehicle_id: int, from_s: int, now_s: int) -> None:
        """Let a time out of service end now; one that has not begun never was."""
        await self._engine.write(_end, vehicle_id, from_s, now_s)


def _add(db: sqlite3.Connection, out: OutOfService, said_by_id: int | None) -> None:
    try:
        db.execute(
            "INSERT INTO out_of_service (vehicle_id, from_s, to_s, reason, said_by_id)"
            " VALUES (:vehicle_id, :from_s, :to_s, :reason, :said_by_id)",
            {
                "vehicle_id": out.vehicle_id,
                "from_s": out.from_s,
                "to_s": out.to_s,
                "reason": out.reason,
                "said_by_id": said_by_id,
            },
        )
    except sqlite3.IntegrityError:
        raise Refused(Refusal("from_s", Reason.SAME_START)) from None
    tell(db, out.vehicle_id)


def _end(db: sqlite3.Connection, vehicle_id: int, from_s: int, now_s: int) -> None:
    which = {"id": vehicle_id, "from_s": from_s, "now_s": now_s}
    where = "vehicle_id = :id AND from_s = :from_s AND to_s > :now_s"
    gone = db.execute(f"DELETE FROM out_of_service WHERE {where} AND from_s >= :now_s", which)
    ended = db.execute(f"UPDATE out_of_service SET to_s = :now_s WHERE {where}", which)
    if gone.rowcount or ended.rowcount:
        tell(db, vehicle_id)
