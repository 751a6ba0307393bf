"""Agents in the database.

Never here: badges (badges.py), sessions and passwords (accounts/), directorates (people/).
"""

import sqlite3
from collections.abc import Iterable
from itertools import islice

from server.fleet.model import Agent
from server.fleet.names import is_called
from server.store.noun import Noun, among

# With the directorate of `:at_s`; of before the first that is on record, the last.
AGENTS = """
SELECT a.agent_id, a.login, a.full_name, d.directorate_id, a.role, a.password_hash,
  a.closed_at_s,
  d.code AS directorate_code, d.name AS directorate_name
FROM agent a JOIN directorate d ON d.directorate_id = coalesce(
  (SELECT m.directorate_id FROM membership m WHERE m.agent_id = a.agent_id
    AND m.from_s <= :at_s AND (m.to_s IS NULL OR m.to_s > :at_s)),
  a.directorate_id)
"""
LAST_S = 1 << 40  # after every instant there is: with the directorate that was said last


class Agents(Noun):
    """Who may sign in, book and drive; each with the directorate of `at_s`, of the last move."""

    async def by_login(self, login: str, at_s: int = LAST_S) -> Agent | None:
        """Return the agent of this login, capitals or not."""
        rows = await self._rows(
            f"{AGENTS} WHERE login = :login", login=login.strip().lower(), at_s=at_s
        )
        return agent_of(rows[0]) if rows else None

    async def get(self, agent_id: int, at_s: int = LAST_S) -> Agent | None:
        """Return one agent."""
        rows = await self._rows(f"{AGENTS} WHERE agent_id = :id", id=agent_id, at_s=at_s)
        return agent_of(rows[0]) if rows else None

    async def called(self, name: str, limit: int, at_s: int = LAST_S) -> list[Agent]:
        """Return the first agents of this name (fleet/names.py), by name."""
        return await self._engine.read(_called, name, limit, at_s)

    async def by_id(self, agent_ids: Iterable[int], at_s: int = LAST_S) -> dict[int, Agent]:
        """Return those of these agents that exist."""
        places, ids = among(agent_ids)
        rows = await self._rows(f"{AGENTS} WHERE agent_id IN {places}", **ids, at_s=at_s)
        return {row["agent_id"]: agent_of(row) for row in rows}

    async def all(self, at_s: int = LAST_S) -> list[Agent]:
        """Return every agent, by name."""
        rows = await self._rows(f"{AGENTS} ORDER BY full_name", at_s=at_s)
        return [agent_of(row) for row in rows]


def _called(db: sqlite3.Connection, name: str, limit: int, at_s: int) -> list[Agent]:
    everyone = db.execute("SELECT agent_id, full_name FROM agent ORDER BY full_name, agent_id")
    found = (agent_id for agent_id, full_name in everyone if is_called(full_name, name))
    places, ids = among(islice(found, limit))
    rows = db.execute(
        f"{AGENTS} WHERE agent_id IN {places} ORDER BY full_name, agent_id", {**ids, "at_s": at_s}
    )
    return [agent_of(row) for row in rows]


def agent_of(row: sqlite3.Row) -> Agent:
    """Read a row of AGENTS."""
    return Agent(**row)
