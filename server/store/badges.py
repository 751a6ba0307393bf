"""Badges in the database, who holds them, and those taken out of service.

A revocation has a number that only rises. A box confirms up to which one the set of grants that it
holds has heard of them; so the boxes that may still open for a lost badge can be named. Never here:
who may do what (fleet/grants.py).
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.fleet.model.people import Badge, BadgeAct, BadgeDeed, BlockedWhy, EnrolledBadge, Holding
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import WHOLE, Scope
from server.store.dated import BADGE, hold
from server.store.news import tell
from server.store.noun import Noun, of_people
from server.store.vault import Vault

_REVOKED_BEFORE = "revocation_id < (SELECT revocation_id FROM badge WHERE badge_id = :badge_id)"
SHOWN_BYTES = 2  # of a UID: enough to tell one's badges apart, not enough to copy one


@dataclass(frozen=True, slots=True)
class NewBadge:
    """A card that becomes somebody's badge, said by whom (None: the operator).

    `replaces`: the badge that is not in service any more from then on.
    """

    agent_id: int
    issuer: str
    by_id: int | None
    replaces: int | None = None


class Badges(Noun):
    """Who holds which card."""

    async def all(self) -> list[Badge]:
        """Return every badge with its UID and key in clear: for the gateway, never for a page."""
        return await self._engine.read(lambda db: list(open_badges(db, self._vault)))

    def one_by_one(self) -> Iterator[Badge]:
        """Yield what `all` returns; call it in a reader's thread."""
        return open_badges(self._engine.reader(), self._vault)

    def with_key(self) -> Iterator[Badge]:
        """Yield the badges whose cards have a key; call it in a reader's thread."""
        return open_badges(self._engine.reader(), self._vault, "WHERE key_sealed IS NOT NULL")

    async def of_agent(self, agent_id: int) -> list[EnrolledBadge]:
        """Return an agent's badges as a page may show them."""
        return await self._engine.read(
            self._read, "WHERE agent_id = :agent_id ORDER BY badge_id", {"agent_id": agent_id}
        )

    async def revoked(
        self, limit: int = 50, before_id: int | None = None, scope: Scope = WHOLE
    ) -> list[EnrolledBadge]:
        """Return the badges that are revoked, as a page may show them, the last one first.

        `before_id` is the last badge of the page before; of these, those of people of `scope`.
        """
        return await self._engine.read(self._revoked, limit, before_id, scope)

    async def get(self, badge_id: int) -> EnrolledBadge | None:
        """Return one badge as a page may show it."""
        found = await self._engine.read(
            self._read, "WHERE badge_id = :badge_id", {"badge_id": badge_id}
        )
        return found[0] if found else None

    async def by_uid(self, uid: bytes) -> EnrolledBadge | None:
        """Return the badge with this UID."""
        index = self._vault.badge_index(uid)
        found = await self._engine.read(
            self._read, "WHERE uid_index = :uid_index", {"uid_index": index}
        )
        return found[0] if found else None

    async def enrol(self, new: NewBadge, uid: bytes, now_s: int) -> tuple[int, bool]:
        """Make a card somebody's badge.

        Returns:
            The badge, and whether it is a new one: False, and nothing changed, where it is
            somebody's already.

        Raises:
            Refused: ACCOUNT_CLOSED, by when it is written.
        """
        index, sealed = self._vault.badge_index(uid), self._vault.seal(uid, "badge")
        return await self._engine.write(put_in_service, new, index, sealed, now_s)

    async def revoke(
        self, badge_id: int, now_s: int, why: BlockedWhy = "lost", by_id: int | None = None
    ) -> None:
        """Let a badge open nothing any more; again is the same."""
        await self._engine.write(_revoke, badge_id, now_s, why, by_id)

    async def restore(self, badge_id: int, now_s: int, by_id: int | None = None) -> None:
        """Take a revocation back: the badge was found, and who holds it is known."""
        await self._engine.write(_restore, badge_id, now_s, by_id)

    async def hand_over(self, badge_id: int, agent_id: int, now_s: int, by_id: int | None) -> None:
        """Let somebody else hold a badge from now on; one that was blocked is in service again."""
        await self._engine.write(_hand_over, badge_id, agent_id, now_s, by_id)

    async def acts(self, badge_id: int) -> list[BadgeAct]:
        """Return what people did with a badge, the last first."""
        rows = await self._rows(
            "SELECT b.at_s, b.what, a.full_name AS holder, m.full_name AS by FROM badge_act b"
            " JOIN agent a ON a.agent_id = b.agent_id LEFT JOIN agent m ON m.agent_id = b.by_id"
            " WHERE b.badge_id = :badge_id ORDER BY b.badge_act_id DESC LIMIT 50",
            badge_id=badge_id,
        )
        return [BadgeAct(**row) for row in rows]

    async def holdings(self, badge_id: int) -> list[Holding]:
        """Return who held a badge when, the present holder first."""
        rows = await self._rows(
            "SELECT a.full_name AS holder, h.from_s, h.to_s FROM badge_holding h"
            " JOIN agent a USING (agent_id) WHERE h.badge_id = :badge_id ORDER BY h.from_s DESC",
            badge_id=badge_id,
        )
        return [Holding(**row) for row in rows]

    def _revoked(
        self, db: sqlite3.Connection, limit: int, before_id: int | None, scope: Scope
    ) -> list[EnrolledBadge]:
        where = (
            "WHERE revocation_id IS NOT NULL" if before_id is None else f"WHERE {_REVOKED_BEFORE}"
        )
        in_scope, values = of_people(scope, "badge.agent_id")
        return self._read(
            db,
            f"{where} AND {in_scope} ORDER BY revocation_id DESC LIMIT :limit",
            {"limit": limit, "badge_id": before_id, **values},
        )

    def _read(
        self, db: sqlite3.Connection, which: str, values: Mapping[str, Any]
    ) -> list[EnrolledBadge]:
        rows = db.execute(
            "SELECT badge_id, agent_id, uid_sealed, key_sealed IS NOT NULL, revoked_at_s, why,"
            f" issuer FROM badge LEFT JOIN revocation USING (revocation_id) {which}",
            values,
        )
        return [
            EnrolledBadge(
                badge_id,
                agent_id,
                self._vault.open_sealed(sealed, "badge")[-SHOWN_BYTES:].hex(),
                bool(has_key),
                revoked_at_s,
                why,
                issuer,
            )
            for badge_id, agent_id, sealed, has_key, revoked_at_s, why, issuer in rows
        ]


def open_badges(
    db: sqlite3.Connection,
    vault: Vault,
    chosen: str = "",
    values: Mapping[str, int] | None = None,
) -> Iterator[Badge]:
    """Read and open badges one by one, revoked ones too.

    Args:
        db: where they are.
        vault: opens them.
        chosen: which, from WHERE on; all of them when empty.
        values: for the names in `chosen`.
    """
    for badge_id, agent_id, uid_sealed, key_sealed, revoked_at_s in db.execute(
        "SELECT badge_id, b.agent_id, uid_sealed, key_sealed, revoked_at_s"
        f" FROM badge b LEFT JOIN revocation r USING (revocation_id) {chosen}",
        values or {},
    ):
        yield Badge(
            badge_id,
            agent_id,
            vault.open_sealed(uid_sealed, "badge"),
            None if key_sealed is None else vault.open_sealed(key_sealed, "card key"),
            revoked_at_s,
        )


def put_in_service(
    db: sqlite3.Connection, new: NewBadge, uid_index: bytes, uid_sealed: bytes, now_s: int
) -> tuple[int, bool]:
    """As `Badges.enrol`, in a transaction."""
    known = db.execute(
        "SELECT badge_id FROM badge WHERE uid_index = :uid_index", {"uid_index": uid_index}
    ).fetchone()
    if known is not None:
        return known["badge_id"], False
    _refuse_closed(db, new.agent_id, "agent_id")
    (badge_id,) = db.execute(
        "INSERT INTO badge (agent_id, uid_index, uid_sealed, issuer)"
        " VALUES (:agent_id, :uid_index, :uid_sealed, :issuer) RETURNING badge_id",
        {
            "agent_id": new.agent_id,
            "uid_index": uid_index,
            "uid_sealed": uid_sealed,
            "issuer": new.issuer,
        },
    ).fetchone()
    hold(db, BADGE, badge_id, new.agent_id, now_s)
    _write_down(db, badge_id, "given", now_s, new.by_id)
    if new.replaces is not None:
        _revoke(db, new.replaces, now_s, "replaced", new.by_id)
    tell(db)
    return int(badge_id), True


def _revoke(
    db: sqlite3.Connection, badge_id: int, now_s: int, why: BlockedWhy, by_id: int | None
) -> None:
    badge = {"badge_id": badge_id, "why": why}
    db.execute(  # a file that took it away gives it back no more
        "UPDATE revocation SET by_file = 0, why = :why WHERE revocation_id ="
        " (SELECT revocation_id FROM badge WHERE badge_id = :badge_id)",
        badge,
    )
    take_away(db, badge_id, now_s, by_file=False, why=why)
    _write_down(db, badge_id, why, now_s, by_id)


def take_away(
    db: sqlite3.Connection,
    badge_id: int,
    now_s: int,
    *,
    by_file: bool,
    why: BlockedWhy = "withdrawn",
) -> None:
    """Revoke a badge that is not yet; `by_file`: until a fleet file names it again."""
    badge = {"badge_id": badge_id}
    if db.execute(
        "SELECT 1 FROM badge WHERE badge_id = :badge_id AND revocation_id IS NULL", badge
    ).fetchone():
        (revocation_id,) = db.execute(
            "INSERT INTO revocation (revoked_at_s, by_file, why) VALUES (:now_s, :by_file, :why)"
            " RETURNING revocation_id",
            {"now_s": now_s, "by_file": int(by_file), "why": why},
        ).fetchone()
        db.execute(
            "UPDATE badge SET revocation_id = :revocation_id WHERE badge_id = :badge_id",
            badge | {"revocation_id": revocation_id},
        )
        tell(db)


def _restore(db: sqlite3.Connection, badge_id: int, now_s: int, by_id: int | None) -> None:
    (holder_id,) = db.execute(
        "UPDATE badge SET revocation_id = NULL WHERE badge_id = :id RETURNING agent_id",
        {"id": badge_id},
    ).fetchone()
    _refuse_closed(db, holder_id, "")
    _write_down(db, badge_id, "found", now_s, by_id)
    tell(db)


def _hand_over(
    db: sqlite3.Connection, badge_id: int, agent_id: int, now_s: int, by_id: int | None
) -> None:
    _refuse_closed(db, agent_id, "agent_id")
    hold(db, BADGE, badge_id, agent_id, now_s)
    db.execute("UPDATE badge SET revocation_id = NULL WHERE badge_id = :id", {"id": badge_id})
    _write_down(db, badge_id, "given", now_s, by_id)
    tell(db)


def _refuse_closed(db: sqlite3.Connection, agent_id: int, field: str) -> None:
    """Raise Refused, ACCOUNT_CLOSED, when somebody has left, be it a moment ago."""
    row = db.execute(
        "SELECT full_name FROM agent WHERE agent_id = :id AND closed_at_s IS NOT NULL",
        {"id": agent_id},
    ).fetchone()
    if row is not None:
        raise Refused(Refusal(field, Reason.ACCOUNT_CLOSED, {"name": row["full_name"]}))


def _write_down(
    db: sqlite3.Connection, badge_id: int, what: BadgeDeed, now_s: int, by_id: int | None
) -> None:
    """Keep who did what; the same twice in a row is once."""
    db.execute(
        "INSERT INTO badge_act (badge_id, at_s, what, agent_id, by_id)"
        " SELECT badge_id, :now_s, :what, agent_id, :by_id FROM badge b"
        " WHERE badge_id = :badge_id AND (:what = 'given' OR :what <> coalesce((SELECT a.what"
        " FROM badge_act a WHERE a.badge_id = b.badge_id ORDER BY badge_act_id DESC LIMIT 1), ''))",
        {"badge_id": badge_id, "now_s": now_s, "what": what, "by_id": by_id},
    )
