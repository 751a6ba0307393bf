"""A closed road that a simulated car follows: corners around a place, the same for one seed.

Knows no speed and no time: car.py has those.
"""

import bisect
import itertools
import math
import random

from simulator.road.roads import EARTH_M

_CORNERS = 12
_RADIUS_M = (600.0, 1_800.0)


class Route:
    """A closed polygon of some 8 km around a place.

    Args:
        centre: (latitude, longitude) in degrees; the road begins and ends there.
        seed: another seed, another road.
    """

    def __init__(self, centre: tuple[float, float], seed: int) -> None:
        chance = random.Random(seed)
        self._origin = centre
        corners = [(0.0, 0.0)]
        for number in range(_CORNERS):
            bearing = 2 * math.pi * number / _CORNERS
            radius_m = chance.uniform(*_RADIUS_M)
            corners.append((radius_m * math.cos(bearing), radius_m * math.sin(bearing)))
        self._corners_m = [*corners, corners[0]]
        lengths_m = [math.dist(a, b) for a, b in itertools.pairwise(self._corners_m)]
        self._starts_m = [0.0, *itertools.accumulate(lengths_m)]
        self.length_m = self._starts_m[-1]

    def position(self, distance_m: float) -> tuple[float, float]:
        """Return (latitude, longitude) after that many metres along the road."""
        along_m = distance_m % self.length_m
        number = min(bisect.bisect_right(self._starts_m, along_m), len(self._corners_m) - 1) - 1
        start, end = self._corners_m[number], self._corners_m[number + 1]
        part = (along_m - self._starts_m[number]) / math.dist(start, end)
        north_m = start[0] + part * (end[0] - start[0])
        east_m = start[1] + part * (end[1] - start[1])
        latitude = self._origin[0] + math.degrees(north_m / EARTH_M)
        shrink = math.cos(math.radians(self._origin[0]))
        return latitude, self._origin[1] + math.degrees(east_m / EARTH_M / shrink)
