"""Contradictions of cars' signs in the database, and who has seen them.

Never here: what contradicts what (the box), who may say that they have seen it.
"""

import sqlite3

from server.fleet.model.boxes import ToldContradiction
from server.fleet.roles import WHOLE, Scope
from server.store.noun import Noun, within

_CONTRADICTIONS = """
SELECT c.contradiction_id, b.vehicle_id, v.plate, v.label AS vehicle_label, c.kind, c.times,
  c.first_at_s, c.last_at_s, a.full_name AS seen_by, c.seen_at_s
FROM contradiction c JOIN box b USING (box_id) JOIN vehicle v USING (vehicle_id)
  LEFT JOIN agent a ON a.agent_id = c.seen_by_id
"""


class Contradictions(Noun):
    """What the signs of all cars said against each other."""

    async def car(self, contradiction_id: int) -> int | None:
        """Return whose car's signs these were."""
        rows = await self._rows(
            f"{_CONTRADICTIONS} WHERE c.contradiction_id = :id", id=contradiction_id
        )
        return int(rows[0]["vehicle_id"]) if rows else None

    async def unseen(self, limit: int, scope: Scope = WHOLE) -> list[ToldContradiction]:
        """Return those of boxes in service that nobody has seen, the oldest first."""
        in_scope, values = within(scope, "b.vehicle_id")
        rows = await self._rows(
            f"{_CONTRADICTIONS} WHERE c.seen_at_s IS NULL AND b.retired_at_s IS NULL"
            f" AND {in_scope} ORDER BY c.first_at_s, c.contradiction_id LIMIT :limit",
            limit=limit,
            **values,
        )
        return [ToldContradiction(**row) for row in rows]

    async def seen(
        self, limit: int, before_id: int | None = None, scope: Scope = WHOLE
    ) -> list[ToldContradiction]:
        """Return those that somebody has seen, the last seen first.

        `before_id` is the last of the page before.
        """
        before, (in_scope, values) = "TRUE", within(scope, "b.vehicle_id")
        if before_id is not None:
            before = (
                "(c.seen_at_s, c.contradiction_id) < (SELECT seen_at_s, contradiction_id"
                " FROM contradiction WHERE contradiction_id = :before_id)"
            )
        rows = await self._rows(
            f"{_CONTRADICTIONS} WHERE c.seen_at_s IS NOT NULL AND {before} AND {in_scope}"
            " ORDER BY c.seen_at_s DESC, c.contradiction_id DESC LIMIT :limit",
            limit=limit,
            before_id=before_id,
            **values,
        )
        return [ToldContradiction(**row) for row in rows]

    async def note_seen(
        self, contradiction_id: int, times: int, agent_id: int, now_s: int
    ) -> ToldContradiction | None:
        """Take note that an agent has seen what was told so many times.

        Returns:
            None when it was told once more meanwhile, or somebody has seen it already.
        """
        return await self._engine.write(_note_seen, contradiction_id, times, agent_id, now_s)


def note(db: sqlite3.Connection, box_id: int, kind: str, at_s: int) -> None:
    """Keep that a box told a contradiction: on the list from now on, if it is not there yet."""
    db.execute(
        "INSERT INTO contradiction (box_id, kind, times, first_at_s, last_at_s)"
        " VALUES (:box_id, :kind, 1, :at_s, :at_s)"
        " ON CONFLICT (box_id, kind) WHERE seen_at_s IS NULL"
        " DO UPDATE SET times = contradiction.times + 1, last_at_s = excluded.last_at_s",
        {"box_id": box_id, "kind": kind, "at_s": at_s},
    )


def _note_seen(
    db: sqlite3.Connection, contradiction_id: int, times: int, agent_id: int, now_s: int
) -> ToldContradiction | None:
    values = {"id": contradiction_id, "times": times, "agent_id": agent_id, "now_s": now_s}
    changed = db.execute(
        "UPDATE contradiction SET seen_by_id = :agent_id, seen_at_s = :now_s"
        " WHERE contradiction_id = :id AND times = :times AND seen_at_s IS NULL",
        values,
    )
    if changed.rowcount == 0:
        return None
    row = db.execute(f"{_CONTRADICTIONS} WHERE c.contradiction_id = :id", values).fetchone()
    return ToldContradiction(**row)
