"""Badges in the database, and those taken out of service.

A revocation has a number that only rises. A box confirms up to which one the set of grants that it
holds has heard of them; so the boxes that may still open for a lost badge can be named. Never here:
who may do what (fleet/grants.py).
"""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from server.fleet.model import Badge, EnrolledBadge
from server.fleet.roles import WHOLE, Scope
from server.store.news import tell
from server.store.noun import Noun, of_people
from server.store.vault import Vault

_REVOKED_BEFORE = "revocation_id < (SELECT revocation_id FROM badge WHERE badge_id = :badge_id)"
_SHOWN_BYTES = 2  # of a UID: enough to tell one's badges apart, not enough to copy one


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

    async def revoke(self, badge_id: int, now_s: int) -> None:
        """Let a badge open nothing any more; again is the same."""
        await self._engine.write(_revoke, badge_id, now_s)

    async def restore(self, badge_id: int) -> None:
        """Take a revocation back: the badge was found, and who holds it is known."""
        await self._engine.write(_restore, badge_id)

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
            "SELECT badge_id, agent_id, uid_sealed, key_sealed IS NOT NULL, revoked_at_s"
            f" FROM badge LEFT JOIN revocation USING (revocation_id) {which}",
            values,
        )
        return [
            EnrolledBadge(
                badge_id,
                agent_id,
                self._vault.open_sealed(sealed, "badge")[-_SHOWN_BYTES:].hex(),
                bool(has_key),
                revoked_at_s,
            )
            for badge_id, agent_id, sealed, has_key, revoked_at_s in rows
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


def _revoke(db: sqlite3.Connection, badge_id: int, now_s: int) -> None:
    badge = {"badge_id": badge_id}
    db.execute(  # a file that took it away gives it back no more
        "UPDATE revocation SET by_file = 0 WHERE revocation_id ="
        " (SELECT revocation_id FROM badge WHERE badge_id = :badge_id)",
        badge,
    )
    take_away(db, badge_id, now_s, by_file=False)


def take_away(db: sqlite3.Connection, badge_id: int, now_s: int, *, by_file: bool) -> None:
    """Revoke a badge that is not yet; `by_file`: until a fleet file names it again."""
    badge = {"badge_id": badge_id}
    if db.execute(
        "SELECT 1 FROM badge WHERE badge_id = :badge_id AND revocation_id IS NULL", badge
    ).fetchone():
        (revocation_id,) = db.execute(
            "INSERT INTO revocation (revoked_at_s, by_file) VALUES (:now_s, :by_file)"
            " RETURNING revocation_id",
            {"now_s": now_s, "by_file": int(by_file)},
        ).fetchone()
        db.execute(
            "UPDATE badge SET revocation_id = :revocation_id WHERE badge_id = :badge_id",
            badge | {"revocation_id": revocation_id},
        )
        tell(db)


def _restore(db: sqlite3.Connection, badge_id: int) -> None:
    db.execute("UPDATE badge SET revocation_id = NULL WHERE badge_id = :id", {"id": badge_id})
    tell(db)
