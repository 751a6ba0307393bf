"""Metres between two places that are near each other."""

from math import cos, radians

_METRES_A_UNIT = 0.0111195  # of 1e-7 degrees of latitude


def metres(start, end) -> float:
    """Between two values that have `lat_e7` and `lon_e7`; far off it says that it is far."""
    north = (end.lat_e7 - start.lat_e7) * _METRES_A_UNIT
    east = (end.lon_e7 - start.lon_e7) * _METRES_A_UNIT * cos(radians(end.lat_e7 / 10_000_000))
    return (north * north + east * east) ** 0.5
