"""Cars in the database. Never here: their boxes (boxes.py), their trips (trips.py)."""

import sqlite3
from collections.abc import Iterable

from server.fleet.model import Site, Vehicle, Window
from server.fleet.roles import WHOLE, Scope
from server.store.noun import Noun, within

VEHICLES = """
SELECT v.vehicle_id, v.plate, v.label, v.site_id, s.code AS site_code, s.name AS site_name,
  b.box_id, v.private_use
FROM vehicle v JOIN site s USING (site_id)
  LEFT JOIN box b ON b.vehicle_id = v.vehicle_id AND b.retired_at_s IS NULL
"""
_AFTER = "v.plate > (SELECT plate FROM vehicle WHERE vehicle_id = :vehicle_id)"


class Vehicles(Noun):
    """The cars of the pool."""

    async def all(self) -> list[Vehicle]:
        """Return every car, by plate."""
        rows = await self._rows(f"{VEHICLES} ORDER BY v.plate")
        return [vehicle_of(row) for row in rows]

    async def get(self, vehicle_id: int) -> Vehicle | None:
        """Return one car."""
        rows = await self._rows(f"{VEHICLES} WHERE v.vehicle_id = :id", id=vehicle_id)
        return vehicle_of(rows[0]) if rows else None

    async def page(
        self, limit: int, after_id: int | None = None, scope: Scope = WHOLE
    ) -> list[Vehicle]:
        """Return cars, by plate; `after_id` is the last car of the page before."""
        after = "TRUE" if after_id is None else _AFTER
        in_scope, values = within(scope, "v.vehicle_id")
        sql = f"{VEHICLES} WHERE {after} AND {in_scope} ORDER BY v.plate LIMIT :limit"
        rows = await self._rows(sql, limit=limit, vehicle_id=after_id, **values)
        return [vehicle_of(row) for row in rows]

    async def sites(self) -> list[Site]:
        """Return the car parks, by code."""
        rows = await self._rows("SELECT site_id, code, name FROM site ORDER BY code")
        return [Site(**row) for row in rows]

    async def out_of_service(self, from_s: int, to_s: int) -> dict[int, tuple[Window, ...]]:
        """Return vehicle id -> when it is out of service, of the windows that touch this span."""
        return windows_of(
            await self._rows(
                "SELECT vehicle_id, from_s, to_s FROM out_of_service"
                " WHERE from_s < :to_s AND to_s > :from_s ORDER BY from_s",
                from_s=from_s,
                to_s=to_s,
            )
        )


def vehicle_of(row: sqlite3.Row) -> Vehicle:
    """Read a row of VEHICLES."""
    return Vehicle(**{**row, "private_use": bool(row["private_use"])})


def windows_of(rows: Iterable[sqlite3.Row]) -> dict[int, tuple[Window, ...]]:
    """Read rows of times out of service: vehicle id -> its windows."""
    found: dict[int, tuple[Window, ...]] = {}
    for row in rows:
        window = Window(row["from_s"], row["to_s"])
        found[row["vehicle_id"]] = (*found.get(row["vehicle_id"], ()), window)
    return found
