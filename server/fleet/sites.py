"""Where a site is, and whether a trip ended away from it. Never here: which site a car has."""

import math
from dataclasses import dataclass

from server.fleet.records import Position

DEFAULT_RADIUS_M = 300  # a car park, the street before it, and what a receiver may be off
# The mean radius of the Earth, R1 of GRS 80 (Moritz, Geodetic Reference System 1980).
_EARTH_M = 6_371_008.8
_M_PER_E7 = math.radians(_EARTH_M) / 10**7
_ALL_ROUND_E7 = 360 * 10**7


@dataclass(frozen=True, slots=True)
class CarPark:
    """Where a site is: who parks within `radius_m` of its centre has parked there."""

    centre: Position
    radius_m: int = DEFAULT_RADIUS_M


def distance_m(a: Position, b: Position) -> int:
    """Return the distance of two positions in whole metres.

    Equirectangular: exact to a metre within a few kilometres, where it decides; far off it says
    no more than that it is far.
    """
    east_e7 = (b.lon_e7 - a.lon_e7 + _ALL_ROUND_E7 // 2) % _ALL_ROUND_E7 - _ALL_ROUND_E7 // 2
    shrink = math.cos(math.radians((a.lat_e7 + b.lat_e7) / 2e7))
    return round(math.hypot(b.lat_e7 - a.lat_e7, east_e7 * shrink) * _M_PER_E7)


def is_elsewhere(end: Position | None, site: CarPark | None) -> bool:
    """Tell whether a trip ended outside its car's site; what is unknown (None) is not wrong."""
    return end is not None and site is not None and distance_m(end, site.centre) > site.radius_m
