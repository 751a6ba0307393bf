"""One drive over a journey: how fast and how far at any instant. Pure; the seed decides the lights.

A driver accelerates and brakes steadily, keeps a little under the limit, and stops at red lights.
"""

import bisect
import random
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.road.roads import Position, Stretch, between

_STEP_S = 0.5
_RED_PART = 0.35  # of the lights
_RED_S = (5.0, 40.0)
KMH = 1 / 3.6  # in m/s


@dataclass(frozen=True, slots=True)
class Vehicle:
    """How fast something that moves gains and loses speed."""

    acceleration_m_s2: float
    braking_m_s2: float


CAR = Vehicle(1.4, 2.0)
TOW_TRUCK = Vehicle(0.6, 1.2)
FERRY = Vehicle(0.04, 0.04)


class Drive:
    """A drive from standstill to standstill.

    Attributes:
        duration_s: from its start to its end.
        length_m: of the whole way.

    Args:
        stretches: the way, at least one.
        seed: another seed, other lights and another cruising speed.
        vehicle: what drives.
    """

    def __init__(self, stretches: Sequence[Stretch], seed: int, vehicle: Vehicle = CAR) -> None:
        self._stretches = stretches
        self._ends_m: list[float] = []
        total_m = 0.0
        for stretch in stretches:
            total_m += stretch.length_m
            self._ends_m.append(total_m)
        self.length_m = total_m
        self._metres, self._speeds_m_s = _profile(
            stretches, self._ends_m, random.Random(seed), vehicle
        )
        self.duration_s = (len(self._metres) - 1) * _STEP_S

    def metres(self, after_s: float) -> float:
        """Return how far the car has come after that time."""
        index, part = self._index(after_s)
        if index + 1 >= len(self._metres):
            return self.length_m
        return self._metres[index] + part * (self._metres[index + 1] - self._metres[index])

    def speed_kmh(self, after_s: float) -> float:
        """Return how fast it is then."""
        index, part = self._index(after_s)
        if index + 1 >= len(self._speeds_m_s):
            return 0.0
        a, b = self._speeds_m_s[index : index + 2]
        return (a + part * (b - a)) / KMH

    def stretch(self, after_s: float) -> Stretch:
        """Return the piece of road it is on then."""
        return self._stretches[self._number(self.metres(after_s))]

    def position(self, after_s: float) -> Position:
        """Return where it is then."""
        metres = self.metres(after_s)
        number = self._number(metres)
        stretch = self._stretches[number]
        left_m = self._ends_m[number] - metres
        return between(stretch.start, stretch.end, 1 - left_m / stretch.length_m)

    def _number(self, metres: float) -> int:
        return min(bisect.bisect_right(self._ends_m, metres), len(self._ends_m) - 1)

    def _index(self, after_s: float) -> tuple[int, float]:
        steps = max(0.0, after_s) / _STEP_S
        return int(steps), steps % 1.0


def _profile(
    stretches: Sequence[Stretch],
    ends_m: Sequence[float],
    chance: random.Random,
    vehicle: Vehicle,
) -> tuple[list[float], list[float]]:
    """Return metres and m/s every half second: trapezes between the places to stop at."""
    braking_m_s2 = vehicle.braking_m_s2
    keen = chance.uniform(0.88, 0.98)  # of the limit
    stops = {
        end_m: chance.uniform(*_RED_S)
        for stretch, end_m in zip(stretches[:-1], ends_m, strict=False)
        if stretch.light and chance.random() < _RED_PART
    }
    metres, speeds = [0.0], [0.0]
    number = 0
    total_m = ends_m[-1]
    targets = [*sorted(stops), total_m]
    for target_m in targets:
        while target_m - metres[-1] > 0.05:
            here_m, speed = metres[-1], speeds[-1]
            while ends_m[number] <= here_m and number + 1 < len(ends_m):
                number += 1
            allowed = stretches[number].limit_kmh * KMH * keen
            if number + 1 < len(stretches):
                # What lies ahead may be slower: be slow enough when it comes.
                ahead_m = ends_m[number] - here_m
                next_speed = stretches[number + 1].limit_kmh * KMH * keen
                allowed = min(allowed, (next_speed**2 + 2 * braking_m_s2 * ahead_m) ** 0.5)
            allowed = min(allowed, (2 * braking_m_s2 * (target_m - here_m)) ** 0.5)
            speed = min(speed + vehicle.acceleration_m_s2 * _STEP_S, max(allowed, 0.3))
            moved_m = min((speeds[-1] + speed) / 2 * _STEP_S, target_m - here_m)
            metres.append(here_m + moved_m)
            speeds.append(speed)
        metres[-1], speeds[-1] = target_m, 0.0
        waits = round(stops.get(target_m, 0.0) / _STEP_S)
        metres += [target_m] * waits
        speeds += [0.0] * waits
    return metres, speeds
