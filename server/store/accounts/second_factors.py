"""Second factors in the database: sealed secrets, what was used of them, codes to recover by.

Never here: what a code is (fleet/accounts/second_factor.py), signing in.
"""

import sqlite3
from collections.abc import Iterable

from server.fleet.accounts.second_factor import SecondFactor
from server.store.accounts import end_sessions, remove_second_factor
from server.store.noun import Noun


class SecondFactors(Noun):
    """Who has one, and whether a code of it may be taken."""

    async def of(self, agent_id: int) -> SecondFactor | None:
        """Return the second factor that somebody has confirmed."""
        rows = await self._rows(
            "SELECT secret_sealed, confirmed_at_s,"
            " (SELECT count(*) FROM recovery_code c WHERE c.agent_id = f.agent_id) AS codes_left"
            " FROM second_factor f WHERE agent_id = :agent_id AND confirmed_at_s IS NOT NULL",
            agent_id=agent_id,
        )
        if not rows:
            return None
        secret = self._vault.open_sealed(rows[0]["secret_sealed"], _place(agent_id)).decode()
        return SecondFactor(secret, rows[0]["confirmed_at_s"], rows[0]["codes_left"])

    async def offer(self, agent_id: int, secret: str, now_s: int) -> None:
        """Keep a secret until a code of it is typed, unless there is a confirmed one."""
        sealed = self._vault.seal(secret.encode(), _place(agent_id))
        await self._engine.write(_offer, agent_id, sealed, now_s)

    async def offered(self, agent_id: int, since_s: int) -> str | None:
        """Return the secret that was offered since then and is not confirmed."""
        rows = await self._rows(
            "SELECT secret_sealed FROM second_factor WHERE agent_id = :agent_id"
            " AND confirmed_at_s IS NULL AND made_at_s >= :since_s",
            agent_id=agent_id,
            since_s=since_s,
        )
        if not rows:
            return None
        return self._vault.open_sealed(rows[0]["secret_sealed"], _place(agent_id)).decode()

    async def confirm(self, agent_id: int, step: int, codes: Iterable[str], now_s: int) -> bool:
        """Ask for the offered secret from now on, and end all sessions; False: there is none.

        Args:
            agent_id: whose it is.
            step: of the code that was typed, which is used now.
            codes: those to recover by, in place of all of before.
            now_s: the present.
        """
        indexes = [self._vault.code_index(agent_id, code) for code in codes]
        return await self._engine.write(_confirm, agent_id, step, indexes, now_s)

    async def take_step(self, agent_id: int, step: int) -> bool:
        """Take the code of a step; False: it, or one of a later step, was taken already."""
        return await self._engine.write(_take_step, agent_id, step)

    async def take_code(self, agent_id: int, code: str) -> bool:
        """Take a code to recover by; False: it is none, or was taken already."""
        return await self._engine.write(
            _take_code, agent_id, self._vault.code_index(agent_id, code)
        )

    async def remove(self, agent_id: int) -> None:
        """Remove somebody's second factor, and sign them out everywhere."""
        await self._engine.write(_remove, agent_id)


def _place(agent_id: int) -> str:
    """Return what a secret is sealed as, so that it opens in nobody else's row."""
    return f"second factor {agent_id}"


def _offer(db: sqlite3.Connection, agent_id: int, sealed: bytes, now_s: int) -> None:
    db.execute(
        "INSERT INTO second_factor (agent_id, secret_sealed, made_at_s)"
        " VALUES (:agent_id, :sealed, :now_s)"
        " ON CONFLICT (agent_id) DO UPDATE SET secret_sealed = excluded.secret_sealed,"
        " made_at_s = excluded.made_at_s WHERE second_factor.confirmed_at_s IS NULL",
        {"agent_id": agent_id, "sealed": sealed, "now_s": now_s},
    )


def _confirm(
    db: sqlite3.Connection, agent_id: int, step: int, indexes: list[str], now_s: int
) -> bool:
    confirmed = db.execute(
        "UPDATE second_factor SET confirmed_at_s = :now_s, last_step = :step"
        " WHERE agent_id = :agent_id AND confirmed_at_s IS NULL",
        {"agent_id": agent_id, "step": step, "now_s": now_s},
    )
    if confirmed.rowcount == 0:
        return False
    db.execute("DELETE FROM recovery_code WHERE agent_id = :id", {"id": agent_id})
    db.executemany(
        "INSERT INTO recovery_code (agent_id, code_hash) VALUES (:agent_id, :code_hash)",
        [{"agent_id": agent_id, "code_hash": index} for index in indexes],
    )
    end_sessions(db, agent_id)  # they were begun without a code
    return True


def _take_step(db: sqlite3.Connection, agent_id: int, step: int) -> bool:
    taken = db.execute(
        "UPDATE second_factor SET last_step = :step"
        " WHERE agent_id = :agent_id AND confirmed_at_s IS NOT NULL AND last_step < :step",
        {"agent_id": agent_id, "step": step},
    )
    return taken.rowcount == 1


def _take_code(db: sqlite3.Connection, agent_id: int, index: str) -> bool:
    taken = db.execute(
        "DELETE FROM recovery_code WHERE agent_id = :agent_id AND code_hash = :code_hash",
        {"agent_id": agent_id, "code_hash": index},
    )
    return taken.rowcount == 1


def _remove(db: sqlite3.Connection, agent_id: int) -> None:
    remove_second_factor(db, agent_id)
    end_sessions(db, agent_id)
