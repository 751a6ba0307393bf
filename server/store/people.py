"""Directorates, agents and their badges in the database. Never here: cars and bookings."""

import sqlite3

from server.fleet.model import Agent, Badge, Directorate
from server.store.base import Base
from server.store.vault import Vault

_AGENTS = """
SELECT a.agent_id, a.login, a.full_name, a.directorate_id, a.role, a.password_hash,
  d.code AS directorate_code, d.name AS directorate_name
FROM agent a JOIN directorate d USING (directorate_id)
"""


class People(Base):
    """Who may sign in, book and drive."""

    async def find_agent_by_login(self, login: str) -> Agent | None:
        """Return the agent of this login, capitals or not."""
        rows = await self._rows(f"{_AGENTS} WHERE login = ?", login.strip().lower())
        return _agent(rows[0]) if rows else None

    async def find_agent(self, agent_id: int) -> Agent | None:
        """Return one agent."""
        rows = await self._rows(f"{_AGENTS} WHERE agent_id = ?", agent_id)
        return _agent(rows[0]) if rows else None

    async def agents(self) -> list[Agent]:
        """Return every agent, by name."""
        return [_agent(row) for row in await self._rows(f"{_AGENTS} ORDER BY full_name")]

    async def directorates(self) -> list[Directorate]:
        """Return every directorate, by code."""
        rows = await self._rows("SELECT * FROM directorate ORDER BY code")
        return [Directorate(**row) for row in rows]

    async def badges(self) -> list[Badge]:
        """Return every badge with its UID and key in clear: for the gateway, never for a page."""
        return await self._engine.read(all_badges, self._vault)


def all_badges(db: sqlite3.Connection, vault: Vault) -> list[Badge]:
    """Read and open every badge, revoked ones too."""
    rows = db.execute(
        "SELECT badge_id, agent_id, uid_sealed, key_sealed, revoked_at_s"
        " FROM badge LEFT JOIN revocation USING (revocation_id)"
    )
    return [
        Badge(
            badge_id,
            agent_id,
            vault.open_sealed(uid_sealed, "badge"),
            None if key_sealed is None else vault.open_sealed(key_sealed, "card key"),
            revoked_at_s,
        )
        for badge_id, agent_id, uid_sealed, key_sealed, revoked_at_s in rows
    ]


def _agent(row: sqlite3.Row) -> Agent:
    return Agent(**row)
