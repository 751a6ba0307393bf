"""Who was informed of what is recorded of them, when and how; kept, never changed.

Never here: which version of the notice holds (fleet/privacy/notice.py), who may record it.
"""

import sqlite3

from server.fleet.privacy.notice import How, Noted
from server.store.news import tell
from server.store.noun import Noun

_CURRENT = (
    "coalesce((SELECT version FROM notice_version ORDER BY notice_version_id DESC LIMIT 1), '')"
)


class Notices(Noun):
    """What is on record of the notice."""

    async def announce(self, version: str, now_s: int) -> None:
        """Let this be the version that holds; it asks everybody anew where it is another."""
        await self._engine.write(_announce, {"version": version, "now_s": now_s})

    async def note(
        self, agent_id: int, how: How, at_s: int, noted_at_s: int, noted_by_id: int | None
    ) -> bool:
        """Write down that somebody was informed by the version that holds; again changes nothing.

        Args:
            agent_id: who.
            how: on the page, or on paper.
            at_s: when they were.
            noted_at_s: the present.
            noted_by_id: who says so; None: the operator.

        Returns:
            whether it is the first that is recorded for them: cars must hear of that.
        """
        row = {
            "agent_id": agent_id,
            "how": how,
            "at_s": at_s,
            "noted_at_s": noted_at_s,
            "noted_by_id": noted_by_id,
        }
        return await self._engine.write(_note, row)

    async def of(self, agent_id: int) -> list[Noted]:
        """Return what is on record for somebody, the newest first."""
        rows = await self._rows(
            "SELECT n.version, n.how, n.at_s, n.noted_at_s, n.noted_by_id = n.agent_id AS by_self,"
            " a.full_name AS noted_by"
            " FROM notice n LEFT JOIN agent a ON a.agent_id = n.noted_by_id"
            " WHERE n.agent_id = :agent_id ORDER BY n.notice_id DESC",
            agent_id=agent_id,
        )
        return [Noted(**{**row, "by_self": bool(row["by_self"])}) for row in rows]

    async def is_informed(self, agent_id: int) -> bool:
        """Return whether somebody was informed by the version that holds."""
        return bool(
            await self._rows(
                f"SELECT 1 FROM notice WHERE agent_id = :agent_id AND version = {_CURRENT} LIMIT 1",
                agent_id=agent_id,
            )
        )

    async def has_any(self, agent_id: int) -> bool:
        """Return whether any notice is recorded for somebody."""
        rows = await self._rows(
            "SELECT has_notice FROM agent WHERE agent_id = :agent_id", agent_id=agent_id
        )
        return bool(rows and rows[0]["has_notice"])


def _announce(db: sqlite3.Connection, row: dict[str, object]) -> None:
    db.execute(
        "INSERT INTO notice_version (version, from_s)"
        f" SELECT :version, :now_s WHERE {_CURRENT} <> :version",
        row,
    )


def _note(db: sqlite3.Connection, row: dict[str, object]) -> bool:
    db.execute(
        "INSERT INTO notice (agent_id, version, how, at_s, noted_at_s, noted_by_id)"
        f" SELECT :agent_id, {_CURRENT}, :how, :at_s, :noted_at_s, :noted_by_id"
        " WHERE NOT EXISTS (SELECT 1 FROM notice"
        f" WHERE agent_id = :agent_id AND version = {_CURRENT})",
        row,
    )
    first = db.execute(
        "UPDATE agent SET has_notice = 1 WHERE agent_id = :agent_id AND has_notice = 0", row
    )
    if first.rowcount:
        tell(db)
    return bool(first.rowcount)
