"""In which commune a place is, and the contours of communes as an operator's file gives them.

The file is GeoJSON (RFC 7946): a FeatureCollection of Polygons and MultiPolygons in degrees of
WGS 84, longitude first, as the *contours administratifs* of data.gouv.fr and IGN's ADMIN EXPRESS
are published. A commune's name stands under `nom` (or NOM, NOM_COM, nom_officiel), its number under
`code` (or INSEE_COM, code_insee). Pure. Never here: where contours are kept.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.fleet.records import Position

_E7 = 10**7
_NAMES = ("nom", "NOM", "nom_officiel", "NOM_COM")
_CODES = ("code", "code_insee", "INSEE_COM", "insee")
MOST_POINTS = 20_000_000
"""All of France at its finest has half as many."""

Ring = tuple[tuple[int, int], ...]
"""Corners (longitude, latitude) in degrees times ten million; the last is joined to the first."""


class NoContoursError(Exception):
    """A file holds no contours of communes; the text says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune: what lies within an odd number of its rings is in it, so holes are not."""

    code: str
    name: str
    rings: tuple[Ring, ...]

    @property
    def box_e7(self) -> tuple[int, int, int, int]:
        """Return the west, south, east and north of all that is in it."""
        corners = [corner for ring in self.rings for corner in ring]
        east, north = (max(values) for values in zip(*corners, strict=True))
        west, south = (min(values) for values in zip(*corners, strict=True))
        return west, south, east, north


def is_within(place: Position, rings: Iterable[Ring]) -> bool:
    """Say whether a place lies within an odd number of rings.

    A line due east of it crosses an odd number of their sides. In whole numbers, so a place on a
    border that two communes draw alike is in exactly one of them.
    """
    x, y = place.lon_e7, place.lat_e7
    inside = False
    for ring in rings:
        x1, y1 = ring[-1]
        for x2, y2 in ring:
            if (y1 > y) != (y2 > y):
                # The side is east of the place: x < x1 + (y - y1) (x2 - x1) / (y2 - y1).
                turn = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
                if (turn > 0) == (y2 > y1) and turn != 0:
                    inside = not inside
            x1, y1 = x2, y2
    return inside


def parse(text: str) -> list[Commune]:
    """Read a file of contours.

    Raises:
        NoContoursError: it is none.
    """
    try:
        told = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NoContoursError(f"no JSON: {error}") from None
    features = told.get("features") if isinstance(told, dict) else None
    if not isinstance(features, list) or told.get("type") != "FeatureCollection":
        raise NoContoursError("no GeoJSON FeatureCollection")
    if not features:
        raise NoContoursError("no commune in it")
    found, points = [], 0
    for i, feature in enumerate(features, 1):
        commune = _commune(feature, f"feature {i}")
        points += sum(map(len, commune.rings))
        if points > MOST_POINTS:
            raise NoContoursError(f"more than {MOST_POINTS} points")
        found.append(commune)
    return found


def _commune(feature: Any, where: str) -> Commune:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        raise NoContoursError(f"{where}: properties and geometry are expected")
    name, code = _word(properties, _NAMES), _word(properties, _CODES)
    if not name:
        raise NoContoursError(f"{where}: no name under {', '.join(_NAMES)}")
    where = f"{where} ({name})"
    coordinates = geometry.get("coordinates")
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(
        str(geometry.get("type"))
    )
    if not isinstance(polygons, list):
        raise NoContoursError(f"{where}: a Polygon or a MultiPolygon is expected")
    rings = tuple(_rings(polygons, where))
    if not rings:
        raise NoContoursError(f"{where}: it has no contour")
    return Commune(code, name, rings)


def _rings(polygons: list[Any], where: str) -> Iterator[Ring]:
    for polygon in polygons:
        if not isinstance(polygon, list):
            raise NoContoursError(f"{where}: a polygon is a list of rings")
        for ring in polygon:
            if not isinstance(ring, list) or len(ring) < 3:
                raise NoContoursError(f"{where}: a ring has three corners at least")
            yield tuple(_corner(corner, where) for corner in ring)


def _corner(corner: Any, where: str) -> tuple[int, int]:
    match corner:
        case [int() | float() as lon, int() | float() as lat, *_] if _is_place(lon, lat):
            return round(lon * _E7), round(lat * _E7)
    raise NoContoursError(f"{where}: longitude and latitude in degrees (WGS 84) are expected")


def _is_place(lon: float, lat: float) -> bool:
    is_number = not isinstance(lon, bool) and not isinstance(lat, bool)
    return is_number and math.fabs(lon) <= 180 and math.fabs(lat) <= 90


def _word(properties: Mapping[str, Any], names: Iterable[str]) -> str:
    for name in names:
        value = properties.get(name)
        if isinstance(value, str | int) and str(value).strip():
            return " ".join(str(value).split())[:200]
    return ""


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number")
