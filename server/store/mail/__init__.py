"""The outbox in the database: letters that wait, and what became of those that do not.

A letter is sealed (a copy of the database opens no link) and forgotten once nobody needs it. Never
here: sending (server/mail/), when a letter is tried again (fleet/accounts/mail.py).
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict

from server.fleet.accounts.mail import (
    KEPT_S,
    MOST_KEPT,
    MOST_LETTERS,
    MOST_WAITING,
    Letter,
    Mail,
    NewMail,
    Outcome,
    WaitingMail,
    next_try_s,
)
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import OF_ONES_OWN, WHOLE, Scope
from server.store.noun import Noun, of_people
from server.store.vault import Vault

_LETTER = "letter"  # what it is sealed as
_LONGEST_SAID = 300
_WAITS = "state = 'waiting'"


class Outbox(Noun):
    """Mail to be sent, and mail of before."""

    async def due(self, now_s: int, limit: int) -> list[WaitingMail]:
        """Return the mails to be tried now, those that wait longest first."""
        rows = await self._rows(
            "SELECT mail_id, recipient, letter_sealed, made_at_s, tries FROM mail"
            f" WHERE {_WAITS} AND next_try_at_s <= :now_s AND good_until_s > :now_s"
            " ORDER BY next_try_at_s, mail_id LIMIT :limit",
            now_s=now_s,
            limit=limit,
        )
        return [
            WaitingMail(
                row["mail_id"],
                row["recipient"],
                _open(self._vault, row["letter_sealed"]),
                row["made_at_s"],
                row["tries"],
            )
            for row in rows
        ]

    async def tried(self, mail_id: int, outcome: Outcome, now_s: int) -> None:
        """Write down what came of a try; one that was dropped meanwhile stays dropped."""
        await self._engine.write(_tried, mail_id, outcome, now_s)

    async def give_up_late(self, now_s: int) -> None:
        """Give up what nobody needs any more; forget its letters, and what is long over."""
        await self._engine.write(_give_up_late, now_s)

    async def log(
        self,
        limit: int,
        before: int | None,
        now_s: int,
        scope: Scope = WHOLE,
        own_id: int | None = None,
    ) -> list[Mail]:
        """Return mails to people there, the newest first, from before the id `before`.

        Of a part of the fleet, those to people with a role that reaches beyond one's own are
        nobody's there to see, but that person's own (`own_id`).
        """
        in_scope, values = _to_people(scope, "m.agent_id", now_s, own_id)
        rows = await self._rows(
            "SELECT m.mail_id, a.full_name AS agent_name, m.kind, m.recipient, m.made_at_s,"
            " m.good_until_s, m.state, m.tries, m.next_try_at_s, m.ended_at_s, m.said,"
            " m.letter_sealed IS NOT NULL AND m.good_until_s > :now_s AS may_retry"
            " FROM mail m JOIN agent a USING (agent_id)"
            f" WHERE m.mail_id < coalesce(:before, m.mail_id + 1) AND {in_scope}"
            " ORDER BY m.mail_id DESC LIMIT :limit",
            limit=limit,
            before=before,
            **{"now_s": now_s, **values},
        )
        return [Mail(**dict(row) | {"may_retry": bool(row["may_retry"])}) for row in rows]

    async def retry(self, mail_id: int, now_s: int) -> bool:
        """Let a mail be tried at once, as if for the first time; False: it is over."""
        return await self._engine.write(_retry, mail_id, now_s)

    async def drop(self, mail_id: int, now_s: int) -> bool:
        """Send a mail no more, and forget its letter; False: it is over."""
        return await self._engine.write(_drop, mail_id, now_s)

    async def exists(self, mail_id: int, now_s: int, scope: Scope, own_id: int | None) -> bool:
        """Say whether there is such a mail that `log` shows."""
        in_scope, values = _to_people(scope, "mail.agent_id", now_s, own_id)
        which = f"SELECT 1 FROM mail WHERE mail_id = :mail_id AND {in_scope}"
        return bool(await self._rows(which, mail_id=mail_id, **values))


def _to_people(
    scope: Scope, agent: str, now_s: int, own_id: int | None
) -> tuple[str, Mapping[str, int | str | None]]:
    """Return the condition that a mail is shown to somebody of this part, and its values."""
    in_scope, values = of_people(scope, agent)
    if scope.is_whole:
        return in_scope, values
    own = {f"role{i}": role.value for i, role in enumerate(sorted(OF_ONES_OWN))}
    beyond = (
        "SELECT 1 FROM role_grant g WHERE g.agent_id = " + agent + " AND g.withdrawn_at_s IS NULL"
        " AND (g.to_s IS NULL OR g.to_s > :now_s)"
        f" AND g.role NOT IN ({', '.join(f':{name}' for name in own)})"
    )
    seen = f"{in_scope} AND ({agent} = :own_id OR NOT EXISTS ({beyond}))"
    return seen, {**values, **own, "now_s": now_s, "own_id": own_id}


def put(db: sqlite3.Connection, vault: Vault, mail: NewMail, now_s: int) -> None:
    """Put a mail into the outbox, in the transaction of what it tells of.

    Raises:
        Refused: OUTBOX_FULL.
    """
    letter = json.dumps(asdict(mail.letter)).encode()
    assert len(letter) <= MOST_LETTERS, "our templates are short, and so are names"
    _tidy(db, now_s)
    (waiting,) = db.execute(f"SELECT count(*) FROM mail WHERE {_WAITS}").fetchone()
    if waiting >= MOST_WAITING:
        raise Refused(Refusal("", Reason.OUTBOX_FULL, {"mails": MOST_WAITING}))
    db.execute(
        "INSERT INTO mail (agent_id, kind, recipient, letter_sealed, made_at_s, good_until_s,"
        " state, next_try_at_s)"
        " VALUES (:agent_id, :kind, :recipient, :sealed, :now_s, :good_until_s, 'waiting', :now_s)",
        {
            "agent_id": mail.agent_id,
            "kind": mail.kind,
            "recipient": mail.recipient,
            "sealed": vault.seal(letter, _LETTER),
            "now_s": now_s,
            "good_until_s": mail.good_until_s,
        },
    )


def drop_all(db: sqlite3.Connection, agent_id: int, now_s: int) -> None:
    """Send somebody nothing of what waits: its links open nothing any more."""
    _end(db, f"agent_id = :which AND {_WAITS}", agent_id, "dropped", now_s)


def _tidy(db: sqlite3.Connection, now_s: int) -> None:
    db.execute(
        "DELETE FROM mail WHERE state <> 'waiting' AND (ended_at_s < :kept_s OR mail_id <="
        " (SELECT max(mail_id) FROM mail) - :most)",
        {"kept_s": now_s - KEPT_S, "most": MOST_KEPT},
    )


def _open(vault: Vault, sealed: bytes) -> Letter:
    return Letter(**json.loads(vault.open_sealed(sealed, _LETTER)))


def _tried(db: sqlite3.Connection, mail_id: int, outcome: Outcome, now_s: int) -> None:
    mail = {"mail_id": mail_id, "said": outcome.said[:_LONGEST_SAID], "now_s": now_s}
    row = db.execute(
        "UPDATE mail SET tries = tries + 1, said = :said"
        f" WHERE mail_id = :mail_id AND {_WAITS} RETURNING tries",
        mail,
    ).fetchone()
    if row is None:
        return
    again_s = next_try_s(row["tries"], now_s) if outcome.state == "later" else None
    if again_s is not None:
        db.execute(
            "UPDATE mail SET next_try_at_s = :again_s WHERE mail_id = :mail_id",
            mail | {"again_s": again_s},
        )
    elif outcome.state == "sent":
        _end(db, "mail_id = :which", mail_id, "sent", now_s)
    else:  # its letter stays for a person who has mended what was wrong
        db.execute(
            "UPDATE mail SET state = 'failed', ended_at_s = :now_s WHERE mail_id = :mail_id", mail
        )


def _give_up_late(db: sqlite3.Connection, now_s: int) -> None:
    _tidy(db, now_s)
    _end(db, f"good_until_s <= :which AND {_WAITS}", now_s, "failed", now_s)
    db.execute(
        "UPDATE mail SET letter_sealed = NULL"
        " WHERE good_until_s <= :now_s AND letter_sealed IS NOT NULL",
        {"now_s": now_s},
    )


def _retry(db: sqlite3.Connection, mail_id: int, now_s: int) -> bool:
    again = db.execute(
        "UPDATE mail SET state = 'waiting', tries = 0, next_try_at_s = :now_s, ended_at_s = NULL"
        " WHERE mail_id = :mail_id AND letter_sealed IS NOT NULL AND good_until_s > :now_s",
        {"mail_id": mail_id, "now_s": now_s},
    )
    return again.rowcount == 1


def _drop(db: sqlite3.Connection, mail_id: int, now_s: int) -> bool:
    return _end(
        db, "mail_id = :which AND state IN ('waiting', 'failed')", mail_id, "dropped", now_s
    )


def _end(db: sqlite3.Connection, which: str, value: int, state: str, now_s: int) -> bool:
    """Let mails be over, and forget their letters."""
    ended = db.execute(
        f"UPDATE mail SET state = :state, ended_at_s = :now_s, letter_sealed = NULL WHERE {which}",
        {"which": value, "state": state, "now_s": now_s},
    )
    return ended.rowcount > 0
