"""Accounts in the database: passwords, the codes that reset them, sessions, and their end.

A session is known by a hash of its secret, so that a copy of the database opens nothing. Never
here: cookies, what a good password is (fleet/accounts/passwords.py).
"""

import sqlite3

from server.fleet.model.people import Agent, Session, UsedCode
from server.store import mail
from server.store.agents import LAST_S, read_agents
from server.store.badges import take_away
from server.store.news import tell
from server.store.noun import Noun
from server.store.roles import is_last_administrator

_MOST_SESSIONS = 20  # of one person; the oldest ends when there is one more
_TRIES = 5  # at one code


class Accounts(Noun):
    """Who is signed in, and who may be."""

    async def begin(
        self, agent: Agent, session_id: str, browser: str, now_s: int, expired_s: int
    ) -> bool:
        """Begin a session, unless the account has closed or its password changed meanwhile.

        Args:
            agent: whose, as read before the password was verified.
            session_id: the hash of its secret.
            browser: what it is shown by.
            now_s: the present.
            expired_s: sessions of before then are over.
        """
        return await self._engine.write(_begin, agent, session_id, browser, now_s, expired_s)

    async def agent_of(self, session_id: str, expired_s: int, now_s: int = LAST_S) -> Agent | None:
        """Return whose session this is; None when it has ended, or began before `expired_s`."""
        found = await self._engine.read(
            read_agents,
            "JOIN session s ON s.agent_id = a.agent_id"
            " WHERE s.session_id = :session_id AND s.started_at_s >= :expired_s"
            " AND a.closed_at_s IS NULL",
            {"session_id": session_id, "expired_s": expired_s},
            now_s,
        )
        return found[0] if found else None

    async def sessions(self, agent_id: int, expired_s: int) -> list[Session]:
        """Return a person's sessions, the newest first."""
        rows = await self._rows(
            "SELECT session_id, started_at_s, browser FROM session"
            " WHERE agent_id = :agent_id AND started_at_s >= :expired_s"
            " ORDER BY started_at_s DESC, session_id",
            agent_id=agent_id,
            expired_s=expired_s,
        )
        return [Session(**row) for row in rows]

    async def end(self, agent_id: int, session_id: str) -> None:
        """End one of a person's sessions; again, or of somebody else, is nothing."""
        await self._engine.write(_end, agent_id, session_id)

    async def set_password(self, agent_id: int, password_hash: str, instead_of: str | None) -> bool:
        """Give an account a password that was chosen for it; ends its sessions.

        Returns:
            False: its hash is not `instead_of` any more, or it has closed; nothing changed.
        """
        return await self._engine.write(set_password_of, agent_id, password_hash, instead_of)

    async def give_code(
        self,
        agent_id: int,
        code_hash: str,
        given_by_id: int | None,
        now_s: int,
        removes_factor: bool = False,
    ) -> None:
        """Keep the code by which somebody may choose a password; one of before is void.

        Args:
            agent_id: whose it is.
            code_hash: of the code.
            given_by_id: who hands it over; None: an operator.
            now_s: the present.
            removes_factor: whether using it removes the second factor too.
        """
        await self._engine.write(
            _give_code, agent_id, code_hash, given_by_id, now_s, removes_factor
        )

    async def try_code(self, agent_id: int, given_s: int) -> str | None:
        """Take one of the tries at a code given since then, and return its hash; None: no more."""
        return await self._engine.write(_try_code, agent_id, given_s)

    async def use_code(self, agent_id: int, code_hash: str, password_hash: str, now_s: int) -> bool:
        """Set the password that was chosen by a code, and end all sessions; a code works once."""
        return await self._engine.write(_use_code, agent_id, code_hash, password_hash, now_s)

    async def give_back_try(self, agent_id: int, code_hash: str) -> None:
        """Let a try at the right code not count."""
        await self._engine.write(_give_back_try, agent_id, code_hash)

    async def used_code(self, agent_id: int) -> UsedCode | None:
        """Return the code by which somebody last chose their password."""
        rows = await self._rows(
            "SELECT b.full_name AS given_by, used_at_s FROM reset_code c"
            " LEFT JOIN agent b ON b.agent_id = c.given_by_id"
            " WHERE c.agent_id = :agent_id AND used_at_s IS NOT NULL",
            agent_id=agent_id,
        )
        return UsedCode(**rows[0]) if rows else None

    async def set_email(self, agent_id: int, email: str) -> None:
        """Say where somebody's mail goes; the database ends the links that went elsewhere."""
        await self._engine.write(_set_email, agent_id, email)

    async def close(self, agent_id: int, now_s: int) -> bool:
        """Close an account: as `close_account`.

        Returns:
            False: nobody could name another administrator then, so it stays open.
        """
        return await self._engine.write(_close, agent_id, now_s)

    async def reopen(self, agent_id: int) -> None:
        """Let somebody sign in again, with the password of before where it is kept still.

        Badges stay revoked.
        """
        await self._engine.write(reopen_account, agent_id)


def void_code(db: sqlite3.Connection, agent_id: int) -> None:
    """Let a code that nobody has used set no password any more."""
    db.execute(
        "DELETE FROM reset_code WHERE agent_id = :id AND used_at_s IS NULL", {"id": agent_id}
    )


def void_links(db: sqlite3.Connection, agent_id: int) -> None:
    """Let no link that was sent set a password any more."""
    db.execute("DELETE FROM link WHERE agent_id = :id", {"id": agent_id})


def void_all(db: sqlite3.Connection) -> None:
    """Let no session, link, code or letter of an older copy come back: it may have ended since."""
    db.execute("DELETE FROM session")
    db.execute("DELETE FROM link")
    db.execute("DELETE FROM reset_code WHERE used_at_s IS NULL")
    db.execute("DELETE FROM mail WHERE letter_sealed IS NOT NULL")


def remove_second_factor(db: sqlite3.Connection, agent_id: int) -> None:
    """Let somebody sign in without a second step, until they set up another."""
    for table in ("second_factor", "recovery_code"):
        db.execute(f"DELETE FROM {table} WHERE agent_id = :id", {"id": agent_id})


def end_sessions(db: sqlite3.Connection, agent_id: int) -> None:
    """Sign somebody out everywhere."""
    db.execute("DELETE FROM session WHERE agent_id = :id", {"id": agent_id})


def close_account(db: sqlite3.Connection, agent_id: int, now_s: int) -> None:
    """Let somebody sign in no more, and their badges open nothing; again is the same."""
    db.execute(
        "UPDATE agent SET closed_at_s = coalesce(closed_at_s, :now_s) WHERE agent_id = :id",
        {"id": agent_id, "now_s": now_s},
    )
    end_sessions(db, agent_id)
    void_code(db, agent_id)
    void_links(db, agent_id)
    mail.drop_all(db, agent_id, now_s)
    held = db.execute(
        "SELECT badge_id FROM badge WHERE agent_id = :id AND revocation_id IS NULL",
        {"id": agent_id},
    ).fetchall()
    for badge in held:
        take_away(db, badge["badge_id"], now_s, by_file=True)


def reopen_account(db: sqlite3.Connection, agent_id: int) -> None:
    """Open an account again."""
    db.execute("UPDATE agent SET closed_at_s = NULL WHERE agent_id = :id", {"id": agent_id})
    tell(db)


def _set_email(db: sqlite3.Connection, agent_id: int, email: str) -> None:
    db.execute(
        "UPDATE agent SET email = :email WHERE agent_id = :agent_id",
        {"agent_id": agent_id, "email": email},
    )


def _close(db: sqlite3.Connection, agent_id: int, now_s: int) -> bool:
    if is_last_administrator(db, agent_id, now_s):
        return False
    close_account(db, agent_id, now_s)
    return True


def _begin(
    db: sqlite3.Connection,
    agent: Agent,
    session_id: str,
    browser: str,
    now_s: int,
    expired_s: int,
) -> bool:
    db.execute("DELETE FROM session WHERE started_at_s < :expired_s", {"expired_s": expired_s})
    begun = db.execute(
        "INSERT INTO session (session_id, agent_id, started_at_s, browser)"
        " SELECT :session_id, agent_id, :now_s, :browser FROM agent"
        " WHERE agent_id = :agent_id AND password_hash = :password_hash AND closed_at_s IS NULL",
        {
            "session_id": session_id,
            "agent_id": agent.agent_id,
            "now_s": now_s,
            "browser": browser,
            "password_hash": agent.password_hash,
        },
    )
    db.execute(
        "DELETE FROM session WHERE agent_id = :agent_id AND session_id NOT IN"
        " (SELECT session_id FROM session WHERE agent_id = :agent_id"
        " ORDER BY started_at_s DESC, session_id = :session_id DESC LIMIT :most)",
        {"agent_id": agent.agent_id, "session_id": session_id, "most": _MOST_SESSIONS},
    )
    return begun.rowcount == 1


def _end(db: sqlite3.Connection, agent_id: int, session_id: str) -> None:
    db.execute(
        "DELETE FROM session WHERE agent_id = :agent_id AND session_id = :session_id",
        {"agent_id": agent_id, "session_id": session_id},
    )


def set_password_of(
    db: sqlite3.Connection, agent_id: int, password_hash: str, instead_of: str | None
) -> bool:
    """Set the password that was chosen for an account; see `Accounts.set_password`."""
    changed = db.execute(
        "UPDATE agent SET password_hash = :password_hash, password_by_file = 0"
        " WHERE agent_id = :agent_id AND closed_at_s IS NULL"
        " AND coalesce(password_hash, '') = coalesce(:instead_of, '')",
        {"agent_id": agent_id, "password_hash": password_hash, "instead_of": instead_of},
    )
    if changed.rowcount == 1:
        end_sessions(db, agent_id)
        void_code(db, agent_id)
        void_links(db, agent_id)
    return changed.rowcount == 1


def _give_code(
    db: sqlite3.Connection,
    agent_id: int,
    code_hash: str,
    given_by_id: int | None,
    now_s: int,
    removes_factor: bool,
) -> None:
    db.execute("DELETE FROM reset_code WHERE agent_id = :agent_id", {"agent_id": agent_id})
    db.execute(
        "INSERT INTO reset_code (agent_id, code_hash, given_by_id, given_at_s, tries_left,"
        " removes_factor)"
        " VALUES (:agent_id, :code_hash, :given_by_id, :now_s, :tries, :removes_factor)",
        {
            "agent_id": agent_id,
            "code_hash": code_hash,
            "given_by_id": given_by_id,
            "now_s": now_s,
            "tries": _TRIES,
            "removes_factor": int(removes_factor),
        },
    )


def _try_code(db: sqlite3.Connection, agent_id: int, given_s: int) -> str | None:
    row = db.execute(
        "UPDATE reset_code SET tries_left = tries_left - 1"
        " WHERE agent_id = :agent_id AND given_at_s >= :given_s AND tries_left > 0"
        " AND used_at_s IS NULL RETURNING code_hash",
        {"agent_id": agent_id, "given_s": given_s},
    ).fetchone()
    return None if row is None else str(row["code_hash"])


def _use_code(
    db: sqlite3.Connection, agent_id: int, code_hash: str, password_hash: str, now_s: int
) -> bool:
    code = {"agent_id": agent_id, "code_hash": code_hash, "now_s": now_s}
    used = db.execute(
        "UPDATE reset_code SET used_at_s = :now_s WHERE agent_id = :agent_id"
        " AND code_hash = :code_hash AND used_at_s IS NULL RETURNING removes_factor",
        code,
    ).fetchone()
    if used is None:
        return False
    if used["removes_factor"]:
        remove_second_factor(db, agent_id)
    (instead_of,) = db.execute(
        "SELECT password_hash FROM agent WHERE agent_id = :agent_id", code
    ).fetchone()
    return set_password_of(db, agent_id, password_hash, instead_of)


def _give_back_try(db: sqlite3.Connection, agent_id: int, code_hash: str) -> None:
    db.execute(
        "UPDATE reset_code SET tries_left = tries_left + 1"
        " WHERE agent_id = :agent_id AND code_hash = :code_hash",
        {"agent_id": agent_id, "code_hash": code_hash},
    )
