"""What is asked of boxes, in the database. Never here: how long a request is worth carrying out."""

import sqlite3

from server.fleet.counters import MAX_COMMAND_STEP
from server.fleet.model.boxes import Command, CommandKind, EndFromAfar
from server.fleet.roles import WHOLE, Scope
from server.store.news import tell
from server.store.noun import Noun, within

# Of a trip under way: what was asked before it began was about another.
_ENDS_FROM_AFAR = """
SELECT e.command_id, t.trip_id, t.vehicle_id, v.plate, v.label AS vehicle_label,
  a.full_name AS agent_name,
  m.full_name AS asked_by, e.created_at_s AS asked_at_s, e.expires_at_s, e.state,
  EXISTS (SELECT 1 FROM command w WHERE w.box_id = e.box_id AND w.kind = 'withdraw-end'
    AND w.command_id > e.command_id AND w.state = 'queued') AS is_withdrawn
FROM trip t
JOIN vehicle v USING (vehicle_id)
JOIN command e ON e.box_id = t.box_id AND e.created_at_s >= t.started_at_s
LEFT JOIN agent a ON a.agent_id = t.agent_id
LEFT JOIN agent m ON m.agent_id = e.agent_id
WHERE t.state <> 'ended' AND e.kind IN ('end-from-afar', 'end-from-afar-without-keys')
  AND e.state IN ('queued', 'pending') AND e.expires_at_s > :now_s
"""


class Commands(Noun):
    """Requests to boxes, and what became of them."""

    async def queue(
        self,
        box_id: int,
        kind: CommandKind,
        now_s: int,
        expires_at_s: int,
        by_agent_id: int | None = None,
    ) -> Command:
        """Store a command for a box; its id is above every earlier one."""
        return await self._engine.write(queue, box_id, kind, now_s, expires_at_s, by_agent_id)

    async def queued(self, box_id: int) -> tuple[Command, ...]:
        """Return a box's unanswered commands, in order, those that have expired too."""
        return tuple(await self._engine.read(queued, box_id))

    async def unanswered(self, box_id: int, highest_taken: int, now_s: int) -> list[Command]:
        """Return a box's unanswered commands, in order, but those that came too late to be taken.

        Those up to `highest_taken` have reached it: it answers them again and does nothing.
        """
        return [
            order
            for order in await self._engine.read(queued, box_id, lane="car")
            if order.command_id <= highest_taken or order.expires_at_s > now_s
        ]

    async def end_order(self, trip_id: int, now_s: int) -> Command | None:
        """Return the newest request to end this trip; one that came too late has expired."""
        rows = await self._rows(
            "SELECT c.command_id, c.box_id, c.kind, c.created_at_s, c.expires_at_s, c.agent_id,"
            " CASE WHEN c.state = 'queued' AND c.expires_at_s <= :now_s THEN 'expired'"
            " ELSE c.state END AS state"
            " FROM command c JOIN trip t USING (box_id) WHERE t.trip_id = :trip_id"
            " AND c.kind IN ('end-trip', 'end-trip-without-keys', 'end-from-afar',"
            " 'end-from-afar-without-keys')"
            " AND c.created_at_s >= t.started_at_s"
            " AND c.created_at_s <= coalesce(t.ended_at_s, c.created_at_s)"
            " ORDER BY command_id DESC LIMIT 1",
            now_s=now_s,
            trip_id=trip_id,
        )
        return Command(**rows[0]) if rows else None

    async def ends_from_afar(
        self, now_s: int, limit: int, trip_id: int | None = None, scope: Scope = WHOLE
    ) -> list[EndFromAfar]:
        """Return the ends that others than their drivers asked for and that wait, oldest first.

        `trip_id`: only of that trip.
        """
        of_trip = "TRUE" if trip_id is None else "t.trip_id = :trip_id"
        in_scope, values = within(scope, "t.vehicle_id", "t.directorate_id")
        rows = await self._rows(
            f"{_ENDS_FROM_AFAR} AND {of_trip} AND {in_scope}",
            now_s=now_s,
            trip_id=trip_id,
            **values,
        )
        found = [
            EndFromAfar(**{**row, "is_withdrawn": bool(row["is_withdrawn"])})
            for row in map(dict, rows)
        ]
        # Sorted here: asked for the order, SQLite reads all commands to have it.
        return sorted(found, key=lambda end: end.command_id)[:limit]


def queued(db: sqlite3.Connection, box_id: int) -> list[Command]:
    """Read a box's unanswered commands, in order, those that have expired too."""
    rows = db.execute(
        "SELECT * FROM command WHERE box_id = :box_id AND state = 'queued' ORDER BY command_id",
        {"box_id": box_id},
    )
    return [Command(**row) for row in rows]


def queue(
    db: sqlite3.Connection,
    box_id: int,
    kind: CommandKind,
    now_s: int,
    expires_at_s: int,
    by_agent_id: int | None,
) -> Command:
    """Write a command for a box; its id is above every earlier one."""
    row = db.execute(
        # Numbers given while this server's clock was far ahead do not count: boxes refuse them.
        # At least the present second: so an id rises also after an older backup was restored.
        "INSERT INTO command"
        " (command_id, box_id, kind, created_at_s, expires_at_s, state, agent_id)"
        " VALUES (coalesce((SELECT 1 + max(command_id) FROM command"
        " WHERE command_id BETWEEN :now_s AND :now_s + :step), :now_s),"
        " :box_id, :kind, :now_s, :expires_at_s, 'queued', :agent_id) RETURNING *",
        {
            "box_id": box_id,
            "kind": kind,
            "now_s": now_s,
            "expires_at_s": expires_at_s,
            "agent_id": by_agent_id,
            "step": MAX_COMMAND_STEP // 2,
        },
    ).fetchone()
    car = db.execute("SELECT vehicle_id FROM box WHERE box_id = :id", {"id": box_id}).fetchone()
    tell(db, *car)
    return Command(**row)
