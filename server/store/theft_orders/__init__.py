"""Theft orders in the database. Never here: who may say so, and what a car does then."""

import sqlite3

from server.fleet.model.boxes import TheftOrder
from server.fleet.roles import WHOLE, Scope
from server.store.commands import queue
from server.store.noun import Noun, within

_THEFT_ORDERS = """
SELECT s.theft_order_id, s.vehicle_id, v.plate, v.label AS vehicle_label, s.reference,
  s.asked_by_id, a.full_name AS asked_by, s.asked_at_s, b.full_name AS confirmed_by,
  s.confirmed_at_s, c.state, w.full_name AS withdrawn_by, s.withdrawn_at_s,
  d.state AS withdrawal
FROM theft_order s JOIN vehicle v USING (vehicle_id)
  JOIN agent a ON a.agent_id = s.asked_by_id
  LEFT JOIN agent b ON b.agent_id = s.confirmed_by_id
  LEFT JOIN agent w ON w.agent_id = s.withdrawn_by_id
  LEFT JOIN command c ON c.command_id = s.command_id
  LEFT JOIN command d ON d.command_id = s.withdrawal_id
"""


class TheftOrders(Noun):
    """The theft orders of all cars."""

    async def standing(self, limit: int, scope: Scope = WHOLE) -> list[TheftOrder]:
        """Return those that nobody has withdrawn, or whose car has not yet heard so."""
        in_scope, values = within(scope, "s.vehicle_id")
        rows = await self._rows(
            f"{_THEFT_ORDERS} WHERE (s.withdrawn_at_s IS NULL OR d.state = 'queued')"
            f" AND {in_scope} ORDER BY s.theft_order_id LIMIT :limit",
            limit=limit,
            **values,
        )
        return [TheftOrder(**row) for row in rows]

    async def log(
        self, limit: int, before_id: int | None = None, scope: Scope = WHOLE
    ) -> list[TheftOrder]:
        """Return all, the newest first; `before_id` is the last of the page before."""
        older = "TRUE" if before_id is None else "s.theft_order_id < :before_id"
        in_scope, values = within(scope, "s.vehicle_id")
        rows = await self._rows(
            f"{_THEFT_ORDERS} WHERE {older} AND {in_scope}"
            " ORDER BY s.theft_order_id DESC LIMIT :limit",
            limit=limit,
            before_id=before_id,
            **values,
        )
        return [TheftOrder(**row) for row in rows]

    async def of_car(self, vehicle_id: int) -> TheftOrder | None:
        """Return the one that stands of a car."""
        rows = await self._rows(
            f"{_THEFT_ORDERS} WHERE s.vehicle_id = :vehicle_id AND s.withdrawn_at_s IS NULL",
            vehicle_id=vehicle_id,
        )
        return TheftOrder(**rows[0]) if rows else None

    async def get(self, theft_order_id: int) -> TheftOrder | None:
        """Return one."""
        rows = await self._rows(
            f"{_THEFT_ORDERS} WHERE s.theft_order_id = :theft_order_id",
            theft_order_id=theft_order_id,
        )
        return TheftOrder(**rows[0]) if rows else None

    async def ask(
        self, vehicle_id: int, reference: str, by_agent_id: int, now_s: int
    ) -> int | None:
        """Keep that somebody says so, and return its number; None where one of that car stands."""
        return await self._engine.write(_ask, vehicle_id, reference, by_agent_id, now_s)

    async def confirm(
        self, theft_order_id: int, box_id: int, by_agent_id: int, now_s: int, expires_at_s: int
    ) -> bool:
        """Put it in force by a command to the box; False when it is not, or no longer, to do."""
        return await self._engine.write(
            _confirm, theft_order_id, box_id, by_agent_id, now_s, expires_at_s
        )

    async def withdraw(
        self, theft_order_id: int, by_agent_id: int, now_s: int, expires_at_s: int
    ) -> int | None:
        """Take it back, with a command to the box that has it.

        Returns:
            The id of that box, 0 where none has it; None when it was withdrawn before.
        """
        return await self._engine.write(_withdraw, theft_order_id, by_agent_id, now_s, expires_at_s)


def _ask(
    db: sqlite3.Connection, vehicle_id: int, reference: str, by_agent_id: int, now_s: int
) -> int | None:
    row = db.execute(
        "INSERT INTO theft_order (vehicle_id, reference, asked_by_id, asked_at_s)"
        " SELECT :vehicle_id, :reference, :by, :now_s WHERE NOT EXISTS (SELECT 1 FROM theft_order"
        " WHERE vehicle_id = :vehicle_id AND withdrawn_at_s IS NULL) RETURNING theft_order_id",
        {"vehicle_id": vehicle_id, "reference": reference, "by": by_agent_id, "now_s": now_s},
    ).fetchone()
    return None if row is None else int(row[0])


def _confirm(
    db: sqlite3.Connection,
    theft_order_id: int,
    box_id: int,
    by_agent_id: int,
    now_s: int,
    expires_at_s: int,
) -> bool:
    to_do = db.execute(
        "SELECT 1 FROM theft_order WHERE theft_order_id = :id AND confirmed_at_s IS NULL"
        " AND withdrawn_at_s IS NULL",
        {"id": theft_order_id},
    ).fetchone()
    if to_do is None:
        return False
    command = queue(db, box_id, "theft", now_s, expires_at_s, by_agent_id)
    db.execute(
        "UPDATE theft_order SET confirmed_by_id = :by, confirmed_at_s = :now_s,"
        " command_id = :command_id WHERE theft_order_id = :id",
        {
            "by": by_agent_id,
            "now_s": now_s,
            "command_id": command.command_id,
            "id": theft_order_id,
        },
    )
    return True


def _withdraw(
    db: sqlite3.Connection, theft_order_id: int, by_agent_id: int, now_s: int, expires_at_s: int
) -> int | None:
    row = db.execute(
        "UPDATE theft_order SET withdrawn_by_id = :by, withdrawn_at_s = :now_s"
        " WHERE theft_order_id = :id AND withdrawn_at_s IS NULL RETURNING command_id",
        {"by": by_agent_id, "now_s": now_s, "id": theft_order_id},
    ).fetchone()
    if row is None or row[0] is None:
        return None if row is None else 0
    (box_id,) = db.execute(
        "SELECT box_id FROM command WHERE command_id = :id", {"id": row[0]}
    ).fetchone()
    command = queue(db, box_id, "withdraw-theft", now_s, expires_at_s, by_agent_id)
    db.execute(
        "UPDATE theft_order SET withdrawal_id = :command_id WHERE theft_order_id = :id",
        {"command_id": command.command_id, "id": theft_order_id},
    )
    return int(box_id)
