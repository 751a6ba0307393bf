"""Pieces of equipment in the database; which booking has them is in bookings.py."""

from server.fleet.model import Equipment
from server.store.noun import Noun


class Pieces(Noun):
    """What can be booked together with a car."""

    async def all(self) -> list[Equipment]:
        """Return every piece, by site and name."""
        rows = await self._rows(
            "SELECT equipment_id, e.code, e.name, site_id, s.name AS site_name"
            " FROM equipment e JOIN site s USING (site_id) ORDER BY s.name, e.name, e.code"
        )
        return [Equipment(**row) for row in rows]
