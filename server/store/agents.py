"""Agents in the database.

Never here: badges (badges.py), sessions and passwords (accounts/), directorates (people/), giving
roles (roles/).
"""

import sqlite3
from collections.abc import Iterable, Mapping
from itertools import islice

from server.fleet.model.people import Agent
from server.fleet.names import is_called
from server.fleet.roles import WHOLE, Scope
from server.store.noun import Noun, among, of_people
from server.store.roles import grants_of

_NAMED = 200  # in one statement
# With the directorate of `:at_s`; of before the first that is on record, the last.
AGENTS = """
SELECT a.agent_id, a.login, a.full_name, d.directorate_id, a.password_hash, a.closed_at_s, a.email,
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
        found = await self._agents("WHERE login = :login", {"login": login.strip().lower()}, at_s)
        return found[0] if found else None

    async def get(self, agent_id: int, at_s: int = LAST_S) -> Agent | None:
        """Return one agent."""
        found = await self._agents("WHERE agent_id = :id", {"id": agent_id}, at_s)
        return found[0] if found else None

    async def has_licence(self, agent_id: int) -> bool:
        """Return whether the fleet has seen an agent's driving licence."""
        rows = await self._rows(
            "SELECT licence_recorded FROM agent WHERE agent_id = :id", id=agent_id
        )
        return bool(rows and rows[0]["licence_recorded"])

    async def called(
        self, name: str, limit: int, scope: Scope = WHOLE, at_s: int = LAST_S
    ) -> list[Agent]:
        """Return the first agents of this name (fleet/names.py) there, by name."""
        return await self._engine.read(_called, name, limit, scope, at_s)

    async def by_id(self, agent_ids: Iterable[int], at_s: int = LAST_S) -> dict[int, Agent]:
        """Return those of these agents that exist."""
        places, ids = among(agent_ids)
        found = await self._agents(f"WHERE agent_id IN {places}", ids, at_s)
        return {agent.agent_id: agent for agent in found}

    async def all(self, at_s: int = LAST_S) -> list[Agent]:
        """Return every agent, by name."""
        return await self._agents("ORDER BY full_name", {}, at_s)

    async def _agents(self, which: str, values: Mapping[str, int | str], at_s: int) -> list[Agent]:
        return await self._engine.read(read_agents, which, values, at_s)


def _called(db: sqlite3.Connection, name: str, limit: int, scope: Scope, at_s: int) -> list[Agent]:
    in_scope, values = of_people(scope, "agent_id")
    everyone = db.execute(
        f"SELECT agent_id, full_name FROM agent WHERE {in_scope} ORDER BY full_name, agent_id",
        values,
    )
    found = (agent_id for agent_id, full_name in everyone if is_called(full_name, name))
    places, ids = among(islice(found, limit))
    return read_agents(db, f"WHERE agent_id IN {places} ORDER BY full_name, agent_id", ids, at_s)


def read_agents(
    db: sqlite3.Connection, which: str, values: Mapping[str, int | str], at_s: int
) -> list[Agent]:
    """Read agents with their roles: `which` is the rest of the statement, on `a`."""
    rows = db.execute(f"{AGENTS} {which}", {**values, "at_s": at_s}).fetchall()
    ids = [row["agent_id"] for row in rows] if len(rows) <= _NAMED else None
    roles = grants_of(db, ids)  # of everybody where many are read: few have one
    return [Agent(**row, roles=roles.get(row["agent_id"], ())) for row in rows]
