"""What decides over a car's grants, read from the database as of one moment.

Never here: who may do what (fleet/grants.py).
"""

import sqlite3
from dataclasses import dataclass

from server.fleet.grants import OTHER_CAR_AHEAD_S, Access, reach_back_s
from server.fleet.model import Companion, Window
from server.store.badges import all_badges
from server.store.bookings import BOOKINGS, TOUCHING, booking_of
from server.store.noun import Noun


@dataclass(frozen=True, slots=True)
class AccessOfCar:
    """The facts of one moment; `revocation` is the newest that they have heard of."""

    access: Access
    revocation: int


class AccessOfCars(Noun):
    """Who may use which car, as far as it is written down."""

    async def of_car(self, vehicle_id: int, now_s: int) -> AccessOfCar:
        """Return all that decides over the grants of one car, as of one moment."""
        return await self._engine.read(self._access_of_car, vehicle_id, now_s)

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
                f"{BOOKINGS} WHERE {TOUCHING}"
                " AND (b.vehicle_id = :vehicle_id OR b.starts_at_s < :soon_s)",
                {
                    "from_s": reach_back_s(now_s),
                    "to_s": 1 << 62,
                    "vehicle_id": vehicle_id,
                    "soon_s": now_s + 2 * OTHER_CAR_AHEAD_S,
                },
            ).fetchall()
            companions = db.execute(
                "SELECT c.* FROM companion c JOIN booking USING (booking_id)"
                " WHERE state = 'active' AND ends_at_s > ?",
                (reach_back_s(now_s),),
            )
            technicians = db.execute("SELECT agent_id FROM agent WHERE role = 'technician'")
            without_licence = db.execute("SELECT agent_id FROM agent WHERE NOT licence_recorded")
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
                frozenset(row[0] for row in without_licence),
                tuple(Window(*row) for row in spans),
            )
            return AccessOfCar(access, revocation)
        finally:
            db.execute("COMMIT")
