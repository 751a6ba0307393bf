"""What people ask to be corrected of what is known of them, and what was answered.

Never here: the correction itself, which is an act of its own; who may answer.
"""

import sqlite3

from server.fleet.privacy.corrections import Correction
from server.fleet.roles import Scope
from server.store.noun import Noun, of_people

_CORRECTIONS = (
    "SELECT c.correction_id, c.agent_id, a.full_name AS agent_name, c.message, c.asked_at_s,"
    " c.answer, c.answered_at_s, b.full_name AS answered_by FROM correction c"
    " JOIN agent a ON a.agent_id = c.agent_id"
    " LEFT JOIN agent b ON b.agent_id = c.answered_by_id"
)


class Corrections(Noun):
    """Requests, each answered at most once."""

    async def ask(self, agent_id: int, message: str, now_s: int) -> None:
        """Keep a request; the same again while it waits is the same."""
        row = {"agent_id": agent_id, "message": message, "now_s": now_s}
        await self._engine.write(_ask, row)

    async def of(self, agent_id: int) -> list[Correction]:
        """Return what somebody asked for, the newest first."""
        rows = await self._rows(
            f"{_CORRECTIONS} WHERE c.agent_id = :agent_id ORDER BY c.correction_id DESC",
            agent_id=agent_id,
        )
        return [Correction(**row) for row in rows]

    async def get(self, correction_id: int) -> Correction | None:
        """Return one."""
        rows = await self._rows(f"{_CORRECTIONS} WHERE c.correction_id = :id", id=correction_id)
        return Correction(**rows[0]) if rows else None

    async def waiting(self, limit: int, scope: Scope) -> list[Correction]:
        """Return what waits for an answer, the oldest first."""
        condition, values = of_people(scope, "c.agent_id")
        rows = await self._rows(
            f"{_CORRECTIONS} WHERE c.answer IS NULL AND {condition}"
            " ORDER BY c.asked_at_s, c.correction_id LIMIT :limit",
            limit=limit,
            **values,
        )
        return [Correction(**row) for row in rows]

    async def answer(self, correction_id: int, answer: str, by_id: int | None, now_s: int) -> bool:
        """Answer one that waits; False: it has been answered, or there is none."""
        row = {"id": correction_id, "answer": answer, "by_id": by_id, "now_s": now_s}
        return await self._engine.write(_answer, row)


def _ask(db: sqlite3.Connection, row: dict[str, object]) -> None:
    db.execute(
        "INSERT INTO correction (agent_id, message, asked_at_s)"
        " SELECT :agent_id, :message, :now_s WHERE NOT EXISTS (SELECT 1 FROM correction"
        " WHERE agent_id = :agent_id AND message = :message AND answer IS NULL)",
        row,
    )


def _answer(db: sqlite3.Connection, row: dict[str, object]) -> bool:
    done = db.execute(
        "UPDATE correction SET answer = :answer, answered_at_s = :now_s, answered_by_id = :by_id"
        " WHERE correction_id = :id AND answer IS NULL",
        row,
    )
    return bool(done.rowcount)
