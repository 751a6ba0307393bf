"""Cars in the database. Never here: their boxes (boxes.py), their trips (trips.py)."""

from server.fleet.model import Vehicle, Window
from server.store.noun import Noun

_VEHICLES = """
SELECT v.vehicle_id, v.plate, v.label, v.site_id, s.code AS site_code, s.name AS site_name,
  b.box_id, v.private_use
FROM vehicle v JOIN site s USING (site_id)
  LEFT JOIN box b ON b.vehicle_id = v.vehicle_id AND b.retired_at_s IS NULL
"""


class Vehicles(Noun):
    """The cars of the pool."""

    async def all(self) -> list[Vehicle]:
        """Return every car, by plate."""
        rows = await self._rows(f"{_VEHICLES} ORDER BY v.plate")
        return [Vehicle(**{**row, "private_use": bool(row["private_use"])}) for row in rows]

    async def out_of_service(self, from_s: int, to_s: int) -> dict[int, tuple[Window, ...]]:
        """Return vehicle id -> when it is out of service, of the windows that touch this span."""
        found: dict[int, tuple[Window, ...]] = {}
        for row in await self._rows(
            "SELECT vehicle_id, from_s, to_s FROM out_of_service WHERE from_s < ? AND to_s > ?"
            " ORDER BY from_s",
            to_s,
            from_s,
        ):
            vehicle_id = row["vehicle_id"]
            window = Window(row["from_s"], row["to_s"])
            found[vehicle_id] = (*found.get(vehicle_id, ()), window)
        return found
