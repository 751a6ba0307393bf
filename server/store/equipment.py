"""Pieces of equipment in the database; which booking has them is in bookings.py."""

import sqlite3
from collections.abc import Iterable

from server.fleet.model import Equipment, Window
from server.store.noun import Noun

PIECES = """
SELECT e.equipment_id, e.code, e.name, e.site_id, s.name AS site_name
FROM equipment e JOIN site s USING (site_id)
"""


class Pieces(Noun):
    """What can be booked together with a car."""

    async def all(self) -> list[Equipment]:
        """Return every piece, by site and name."""
        rows = await self._rows(f"{PIECES} ORDER BY s.name, e.name, e.code")
        return [piece_of(row) for row in rows]

    async def taken(self, windows: Iterable[Window]) -> set[str]:
        """Return the codes of the pieces that are with an active booking in these windows."""
        values = [{"from_s": window.from_s, "to_s": window.to_s} for window in windows]
        return await self._engine.read(_taken, values)


def piece_of(row: sqlite3.Row) -> Equipment:
    """Read a row of PIECES."""
    return Equipment(**row)


def _taken(db: sqlite3.Connection, windows: list[dict[str, int]]) -> set[str]:
    return {
        code
        for window in windows
        for (code,) in db.execute(
            "SELECT e.code FROM booking b JOIN booking_equipment USING (booking_id)"
            " JOIN equipment e USING (equipment_id)"
            " WHERE b.state = 'active' AND b.ends_at_s > :from_s AND b.starts_at_s < :to_s",
            window,
        )
    }
