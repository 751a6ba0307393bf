"""The contours of communes in the database. Never here: their file's format, what is shown."""

import json
import sqlite3
from collections.abc import Sequence

from server.fleet.privacy.communes import Commune, is_within
from server.fleet.records import Position
from server.store.noun import Noun

_AROUND = """
SELECT name, rings FROM commune WHERE south_e7 <= :lat_e7 AND north_e7 >= :lat_e7
  AND west_e7 <= :lon_e7 AND east_e7 >= :lon_e7 ORDER BY commune_id
"""


class Communes(Noun):
    """What the operator loaded; nothing, until then."""

    async def load(self, communes: Sequence[Commune]) -> None:
        """Let these be all there are."""
        await self._engine.write(_load, communes)

    async def at(self, place: Position) -> str | None:
        """Return the name of the commune in which a place is; None where nobody knows."""
        return await self._engine.read(_at, place)


def _at(db: sqlite3.Connection, place: Position) -> str | None:
    around = {"lat_e7": place.lat_e7, "lon_e7": place.lon_e7}
    for name, rings in db.execute(_AROUND, around):
        if is_within(place, json.loads(rings)):
            return str(name)
    return None


def _load(db: sqlite3.Connection, communes: Sequence[Commune]) -> None:
    db.execute("DELETE FROM commune")
    for commune in communes:
        west, south, east, north = commune.box_e7
        db.execute(
            "INSERT INTO commune (code, name, west_e7, south_e7, east_e7, north_e7, rings)"
            " VALUES (:code, :name, :west, :south, :east, :north, :rings)",
            {
                "code": commune.code,
                "name": commune.name,
                "west": west,
                "south": south,
                "east": east,
                "north": north,
                "rings": json.dumps(commune.rings, separators=(",", ":")),
            },
        )
