"""Pieces of equipment in the database; which booking has them is in bookings.py."""

import sqlite3

from server.fleet.model import Equipment
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


def piece_of(row: sqlite3.Row) -> Equipment:
    """Read a row of PIECES."""
    return Equipment(**row)
