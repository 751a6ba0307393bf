"""Agents and their directorates in the database.

Never here: badges (badges.py), sessions and passwords (accounts/).
"""

import sqlite3
from collections.abc import Iterable
from itertools import islice

from server.fleet.model import Agent, Directorate
from server.fleet.names import is_called
from server.store.noun import Noun, among

AGENTS = """
SELECT a.agent_id, a.login, a.full_name, a.directorate_id, a.role, a.password_hash,
  a.closed_at_s, a.email,
  d.code AS directorate_code, d.name AS directorate_name
FROM agent a JOIN directorate d USING (directorate_id)
"""


class Agents(Noun):
    """Who may sign in, book and drive."""

    async def by_login(self, login: str) -> Agent | None:
        """Return the agent of this login, capitals or not."""
        rows = await self._rows(f"{AGENTS} WHERE login = :login", login=login.strip().lower())
        return agent_of(rows[0]) if rows else None

    async def get(self, agent_id: int) -> Agent | None:
        """Return one agent."""
        rows = await self._rows(f"{AGENTS} WHERE agent_id = :id", id=agent_id)
        return agent_of(rows[0]) if rows else None

    async def called(self, name: str, limit: int) -> list[Agent]:
        """Return the first agents of this name (fleet/names.py), by name."""
        return await self._engine.read(_called, name, limit)

    async def by_id(self, agent_ids: Iterable[int]) -> dict[int, Agent]:
        """Return those of these agents that exist."""
        places, ids = among(agent_ids)
        rows = await self._rows(f"{AGENTS} WHERE agent_id IN {places}", **ids)
        return {row["agent_id"]: agent_of(row) for row in rows}

    async def all(self) -> list[Agent]:
        """Return every agent, by name."""
        return [agent_of(row) for row in await self._rows(f"{AGENTS} ORDER BY full_name")]


class Directorates(Noun):
    """The cost centres."""

    async def all(self) -> list[Directorate]:
        """Return every directorate, by code."""
        rows = await self._rows("SELECT * FROM directorate ORDER BY code")
        return [Directorate(**row) for row in rows]


def _called(db: sqlite3.Connection, name: str, limit: int) -> list[Agent]:
    everyone = db.execute("SELECT agent_id, full_name FROM agent ORDER BY full_name, agent_id")
    found = (agent_id for agent_id, full_name in everyone if is_called(full_name, name))
    places, ids = among(islice(found, limit))
    rows = db.execute(f"{AGENTS} WHERE agent_id IN {places} ORDER BY full_name, agent_id", ids)
    return [agent_of(row) for row in rows]


def agent_of(row: sqlite3.Row) -> Agent:
    """Read a row of AGENTS."""
    return Agent(**row)
