"""Links by which somebody chooses a password: known by a hash of their token, good once.

Never here: what they say (web/letters.py), how long they are good (actions/signing_in/links.py).
"""

import sqlite3

from server.fleet.accounts.mail import LinkKind, NewMail
from server.fleet.model.people import Agent
from server.store import mail
from server.store.accounts import set_password_of
from server.store.agents import read_agents
from server.store.noun import Noun
from server.store.vault import Vault


class Links(Noun):
    """Links that were sent and not used."""

    async def make(self, token_hash: str, until_s: int, letter: NewMail, now_s: int) -> None:
        """Keep a link and put the letter that tells of it into the outbox, both or neither.

        Raises:
            Refused: OUTBOX_FULL.
        """
        await self._engine.write(_make, self._vault, token_hash, until_s, letter, now_s)

    async def made_since(self, agent_id: int, kind: LinkKind, since_s: int) -> int:
        """Return how many of somebody's links were made since then, and not used."""
        rows = await self._rows(
            "SELECT count(*) AS made FROM link"
            " WHERE agent_id = :agent_id AND kind = :kind AND made_at_s > :since_s",
            agent_id=agent_id,
            kind=kind,
            since_s=since_s,
        )
        return int(rows[0]["made"])

    async def owner(self, token_hash: str, now_s: int) -> Agent | None:
        """Return who may choose a password by this link; None: nobody any more."""
        found = await self._engine.read(
            read_agents,
            "JOIN link l ON l.agent_id = a.agent_id WHERE l.token_hash = :token_hash"
            " AND l.until_s > :at_s AND a.closed_at_s IS NULL",
            {"token_hash": token_hash},
            now_s,
        )
        return found[0] if found else None

    async def use(self, token_hash: str, password_hash: str, now_s: int) -> bool:
        """Set the password that was chosen by a link and end all sessions; False: it is over.

        With it all links and codes of its owner are over.
        """
        return await self._engine.write(_use, token_hash, password_hash, now_s)


def _make(
    db: sqlite3.Connection,
    vault: Vault,
    token_hash: str,
    until_s: int,
    letter: NewMail,
    now_s: int,
) -> None:
    db.execute("DELETE FROM link WHERE until_s <= :now_s", {"now_s": now_s})
    db.execute(
        "INSERT INTO link (token_hash, agent_id, kind, made_at_s, until_s)"
        " VALUES (:token_hash, :agent_id, :kind, :now_s, :until_s)",
        {
            "token_hash": token_hash,
            "agent_id": letter.agent_id,
            "kind": letter.kind,
            "now_s": now_s,
            "until_s": until_s,
        },
    )
    mail.put(db, vault, letter, now_s)


def _use(db: sqlite3.Connection, token_hash: str, password_hash: str, now_s: int) -> bool:
    link = {"token_hash": token_hash, "now_s": now_s}
    row = db.execute(
        "SELECT l.agent_id, a.password_hash FROM link l JOIN agent a USING (agent_id)"
        " WHERE l.token_hash = :token_hash AND l.until_s > :now_s",
        link,
    ).fetchone()
    return row is not None and set_password_of(
        db, row["agent_id"], password_hash, row["password_hash"]
    )
