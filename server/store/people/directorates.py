"""Directorates in the database: added, renamed, ended, opened again.

Never here: whose trips they bear (memberships.py).
"""

import sqlite3

from server.fleet.model.people import Directorate
from server.fleet.refusals import Reason, Refusal, Refused
from server.store.noun import Noun
from server.store.people.memberships import move


class Directorates(Noun):
    """The cost centres."""

    async def all(self) -> list[Directorate]:
        """Return every directorate, by code."""
        rows = await self._rows("SELECT * FROM directorate ORDER BY code")
        return [Directorate(**row) for row in rows]

    async def get(self, directorate_id: int) -> Directorate | None:
        """Return one directorate."""
        rows = await self._rows(
            "SELECT * FROM directorate WHERE directorate_id = :id", id=directorate_id
        )
        return Directorate(**rows[0]) if rows else None

    async def members(self, at_s: int) -> dict[int, int]:
        """Return directorate id -> how many open accounts are of it at that time, or come later."""
        rows = await self._rows(
            "SELECT m.directorate_id, count(DISTINCT m.agent_id) AS people"
            " FROM membership m JOIN agent a USING (agent_id)"
            " WHERE (m.to_s IS NULL OR m.to_s > :at_s) AND a.closed_at_s IS NULL"
            " GROUP BY m.directorate_id",
            at_s=at_s,
        )
        return {row["directorate_id"]: row["people"] for row in rows}

    async def add(self, code: str, name: str) -> int:
        """Add a directorate, and return its number; raises Refused: ALREADY_THERE."""
        return await self._engine.write(_add, code, name)

    async def rename(self, directorate_id: int, name: str, seen: str) -> None:
        """Call it otherwise.

        Raises:
            Refused: CHANGED_MEANWHILE: it was called neither `seen` nor `name` any more.
        """
        await self._engine.write(_rename, directorate_id, name, seen)

    async def close(self, directorate_id: int, from_s: int, into_id: int | None) -> int:
        """Let nobody be of it from then on, and all who would be be of the other.

        Returns:
            how many people that were.

        Raises:
            Refused: HAS_MEMBERS, and nothing is told where they go.
        """
        return await self._engine.write(_close, directorate_id, from_s, into_id)

    async def reopen(self, directorate_id: int) -> None:
        """Let people be of it again; who went elsewhere stays there."""
        await self._engine.write(_reopen, directorate_id)


def _add(db: sqlite3.Connection, code: str, name: str) -> int:
    if db.execute("SELECT 1 FROM directorate WHERE code = :code", {"code": code}).fetchone():
        raise Refused(Refusal("code", Reason.ALREADY_THERE))
    (directorate_id,) = db.execute(
        "INSERT INTO directorate (code, name) VALUES (:code, :name) RETURNING directorate_id",
        {"code": code, "name": name},
    ).fetchone()
    return int(directorate_id)


def _rename(db: sqlite3.Connection, directorate_id: int, name: str, seen: str) -> None:
    words = {"id": directorate_id, "name": name}
    (now,) = db.execute("SELECT name FROM directorate WHERE directorate_id = :id", words).fetchone()
    if now not in (seen, name):
        raise Refused(Refusal("name", Reason.CHANGED_MEANWHILE, {"now": now}))
    db.execute("UPDATE directorate SET name = :name WHERE directorate_id = :id", words)


def _close(db: sqlite3.Connection, directorate_id: int, from_s: int, into_id: int | None) -> int:
    closed = {"id": directorate_id, "from_s": from_s, "into_id": into_id}
    # Each stay that lasts beyond that day goes on elsewhere, from that day or from its own start.
    stays = db.execute(
        "SELECT m.agent_id, a.closed_at_s,"
        " CASE WHEN m.from_s > :from_s THEN m.from_s ELSE :from_s END AS since_s"
        " FROM membership m JOIN agent a USING (agent_id)"
        " WHERE m.directorate_id = :id AND (m.to_s IS NULL OR m.to_s > :from_s)",
        closed,
    ).fetchall()
    people = {row["agent_id"] for row in stays if row["closed_at_s"] is None}
    if into_id is None and people:
        raise Refused(Refusal("into_id", Reason.HAS_MEMBERS, {"people": len(people)}))
    if into_id is not None:
        for row in stays:
            _go_on_elsewhere(db, row["agent_id"], into_id, row["since_s"])
    db.execute(
        "UPDATE directorate SET closed_from_s = :from_s, merged_into_id = :into_id"
        " WHERE directorate_id = :id",
        closed,
    )
    return len(people)


def _go_on_elsewhere(db: sqlite3.Connection, agent_id: int, into_id: int, from_s: int) -> None:
    """Move somebody, and let what was said of later than that stay's end hold as it was."""
    later = db.execute(
        "SELECT m.directorate_id, m.from_s FROM membership m"
        " WHERE m.agent_id = :agent_id AND m.from_s > :from_s ORDER BY m.from_s",
        {"agent_id": agent_id, "from_s": from_s},
    ).fetchall()
    move(db, agent_id, into_id, from_s)
    for row in later:
        move(db, agent_id, row["directorate_id"], row["from_s"])


def _reopen(db: sqlite3.Connection, directorate_id: int) -> None:
    db.execute(
        "UPDATE directorate SET closed_from_s = NULL, merged_into_id = NULL"
        " WHERE directorate_id = :id",
        {"id": directorate_id},
    )
