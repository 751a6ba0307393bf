"""What decides over a car's grants, and badges taken out of service, in the database.

A revocation has a number that only rises. A box confirms up to which one the set of grants that it
holds has heard of them; so the boxes that may still open for a lost badge can be named. Never here:
who may do what (fleet/grants.py).
"""

import sqlite3
from dataclasses import dataclass

from server.fleet.grants import OTHER_CAR_AHEAD_S, Access, reach_back_s
from server.fleet.model import Box, Companion, EnrolledBadge, Window
from server.store.base import Base
from server.store.bookings import BOOKINGS, TOUCHING, booking_of
from server.store.cars import BOXES
from server.store.people import all_badges

_SHOWN_BYTES = 2  # of a UID: enough to tell one's badges apart, not enough to copy one


@dataclass(frozen=True, slots=True)
class AccessOfCar:
    """The facts of one moment; `revocation` is the newest that they have heard of."""

    access: Access
    revocation: int


class BadgesAndAccess(Base):
    """Who may use which car, as far as it is written down."""

    async def access_of_car(self, vehicle_id: int, now_s: int) -> AccessOfCar:
        """Return all that decides over the grants of one car, as of one moment."""
        return await self._engine.read(self._access_of_car, vehicle_id, now_s)

    async def enrolled_badges(self, agent_id: int) -> list[EnrolledBadge]:
        """Return an agent's badges as a page may show them."""
        return await self._engine.read(self._enrolled, "agent_id = ?", agent_id)

    async def revoked_badges(self) -> list[EnrolledBadge]:
        """Return the badges that are revoked, as a page may show them."""
        return await self._engine.read(self._enrolled, "revocation_id IS NOT NULL AND ?", 1)

    async def enrolled_badge(self, badge_id: int) -> EnrolledBadge | None:
        """Return one badge as a page may show it."""
        found = await self._engine.read(self._enrolled, "badge_id = ?", badge_id)
        return found[0] if found else None

    async def find_badge(self, uid: bytes) -> EnrolledBadge | None:
        """Return the badge with this UID."""
        index = self._vault.badge_index(uid)
        found = await self._engine.read(self._enrolled, "uid_index = ?", index)
        return found[0] if found else None

    async def revoke_badge(self, badge_id: int, now_s: int) -> None:
        """Let a badge open nothing any more; again is the same."""
        await self._engine.write(_revoke, badge_id, now_s)

    async def restore_badge(self, badge_id: int) -> None:
        """Take a revocation back: the badge was found, and who holds it is known."""
        await self._engine.write(_restore, badge_id)

    async def boxes_without(self, badge_id: int) -> list[Box]:
        """Return the boxes that have not confirmed a revocation, by plate.

        One that was never heard holds no grants and is left out.
        """
        rows = await self._rows(
            f"{BOXES} AND last_seen_s IS NOT NULL AND revocation_confirmed <"
            " (SELECT revocation_id FROM badge WHERE badge_id = ?) ORDER BY v.plate",
            badge_id,
        )
        return [Box(**row) for row in rows]

    async def note_revocations(self, box_id: int, revocation: int) -> None:
        """Take note that a box holds a set that has heard of all up to this revocation."""
        await self._engine.write(_note_revocations, box_id, revocation)

    def _access_of_car(self, db: sqlite3.Connection, vehicle_id: int, now_s: int) -> AccessOfCar:
        db.execute("BEGIN")  # one moment's view for all the queries
        try:
            (revocation,) = db.execute(
                "SELECT coalesce(max(revocation_id), 0) FROM revocation"
            ).fetchone()
            (walk_up,) = db.execute(
                "SELECT walk_up FROM vehicle WHERE vehicle_id = ?", (vehicle_id,)
            ).fetchone()
            bookings = db.execute(
                f"{BOOKINGS} WHERE {TOUCHING} AND (b.vehicle_id = ? OR b.starts_at_s < ?)",
                (1 << 62, reach_back_s(now_s), vehicle_id, now_s + 2 * OTHER_CAR_AHEAD_S),
            ).fetchall()
            companions = db.execute(
                "SELECT c.* FROM companion c JOIN booking USING (booking_id)"
                " WHERE state = 'active' AND ends_at_s > ?",
                (reach_back_s(now_s),),
            )
            technicians = db.execute("SELECT agent_id FROM agent WHERE role = 'technician'")
            spans = db.execute(
                "SELECT from_s, to_s FROM out_of_service WHERE vehicle_id = ?", (vehicle_id,)
            )
            access = Access(
                vehicle_id,
                bool(walk_up),
                tuple(booking_of(row) for row in bookings),
                tuple(Companion(row[0], row[1], bool(row[2])) for row in companions),
                tuple(all_badges(db, self._vault)),
                frozenset(row[0] for row in technicians),
                tuple(Window(*row) for row in spans),
            )
            return AccessOfCar(access, revocation)
        finally:
            db.execute("COMMIT")

    def _enrolled(
        self, db: sqlite3.Connection, condition: str, value: int | bytes
    ) -> list[EnrolledBadge]:
        rows = db.execute(
            "SELECT badge_id, agent_id, uid_sealed, key_sealed IS NOT NULL, revoked_at_s"
            f" FROM badge LEFT JOIN revocation USING (revocation_id) WHERE {condition}"
            " ORDER BY badge_id",
            (value,),
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


def _revoke(db: sqlite3.Connection, badge_id: int, now_s: int) -> None:
    if db.execute(
        "SELECT 1 FROM badge WHERE badge_id = ? AND revocation_id IS NULL", (badge_id,)
    ).fetchone():
        revocation_id = db.execute(
            "INSERT INTO revocation (revoked_at_s) VALUES (?)", (now_s,)
        ).lastrowid
        db.execute(
            "UPDATE badge SET revocation_id = ? WHERE badge_id = ?", (revocation_id, badge_id)
        )


def _restore(db: sqlite3.Connection, badge_id: int) -> None:
    db.execute("UPDATE badge SET revocation_id = NULL WHERE badge_id = ?", (badge_id,))


def _note_revocations(db: sqlite3.Connection, box_id: int, revocation: int) -> None:
    db.execute(
        "UPDATE box SET revocation_confirmed = max(revocation_confirmed, ?) WHERE box_id = ?",
        (revocation, box_id),
    )
