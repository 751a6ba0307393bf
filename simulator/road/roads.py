"""The roads round Le Mans, by hand: places, roads between them, and what a car meets on the way.

Towns lie where they lie to some 100 m; the roads between them are drawn with a few bends each and
follow no real alignment. Knows no car and no time: driving.py drives on them.
"""

import heapq
import itertools
import math
from dataclasses import dataclass

EARTH_M = 6_371_000.0

Position = tuple[float, float]  # latitude, longitude in degrees


@dataclass(frozen=True, slots=True)
class Place:
    """Where a car can stand. Under a roof there is no sky; underground no coverage either."""

    position: Position
    sky: bool = True
    coverage: bool = True


@dataclass(frozen=True, slots=True)
class Stretch:
    """One straight piece of road; a light at its end may be red."""

    start: Position
    end: Position
    length_m: float
    limit_kmh: int
    sky: bool
    coverage: bool
    light: bool


@dataclass(frozen=True, slots=True)
class _Road:
    """What a road between two places is like; `tunnel` and `hole` are parts of it, from 0 to 1."""

    limit_kmh: int
    bend: float  # how far it swings aside, as a part of its length
    lights: bool = False
    tunnel: tuple[float, float] | None = None
    hole: tuple[float, float] | None = None


PLACES = {
    "Préfecture": Place((48.0086, 0.1996)),
    "Parking République": Place((48.0045, 0.1970), sky=False, coverage=False),
    "DDT": Place((48.0152, 0.1834)),
    "Gare": Place((47.9955, 0.1922)),
    "Antarès": Place((47.9608, 0.2237)),
    "Arnage": Place((47.9290, 0.1860)),
    "Allonnes": Place((47.9690, 0.1600)),
    "Coulaines": Place((48.0250, 0.2030)),
    "Changé": Place((47.9880, 0.2830)),
    "Écommoy": Place((47.8290, 0.2740)),
    "Conlie": Place((48.1100, -0.0150)),
    "Bonnétable": Place((48.1790, 0.4260)),
    "La Suze-sur-Sarthe": Place((47.8890, 0.0290)),
}

_ROADS = {
    ("Préfecture", "Parking République"): _Road(30, 0.1, lights=True),
    ("Préfecture", "DDT"): _Road(50, 0.1, lights=True),
    ("Préfecture", "Coulaines"): _Road(50, 0.05, lights=True),
    ("Préfecture", "Gare"): _Road(50, 0.1, lights=True, tunnel=(0.45, 0.57)),
    ("Gare", "Antarès"): _Road(70, 0.08, lights=True),
    ("Gare", "Allonnes"): _Road(50, 0.1, lights=True),
    ("Gare", "Changé"): _Road(80, 0.06),
    ("Antarès", "Arnage"): _Road(80, 0.1),
    ("Allonnes", "Arnage"): _Road(70, 0.1),
    ("Allonnes", "La Suze-sur-Sarthe"): _Road(80, 0.05, hole=(0.4, 0.8)),
    ("Antarès", "Écommoy"): _Road(110, 0.03, hole=(0.6, 0.9)),
    ("DDT", "Conlie"): _Road(80, 0.05, hole=(0.5, 0.7)),
    ("Coulaines", "Bonnétable"): _Road(80, 0.04, tunnel=(0.45, 0.48), hole=(0.4, 0.6)),
}

_FERRY_KMH = 28  # 15 knots
_PIECES = 40  # a road is drawn in that many straight pieces
_LIGHT_EVERY = 8  # pieces, where a road has lights


def journey(start: str, end: str) -> tuple[Stretch, ...]:
    """Return the shortest way between two places; KeyError for an unknown one."""
    PLACES[start], PLACES[end]
    names = _shortest(start, end)
    stretches: list[Stretch] = []
    for a, b in itertools.pairwise(names):
        stretches += _drawn(a, b)
    return tuple(stretches)


def crossing(start: str, end: str) -> tuple[Stretch, ...]:
    """Return the straight way of a ferry between two places, on open water and in coverage."""
    a, b = PLACES[start].position, PLACES[end].position
    return (Stretch(a, b, distance_m(a, b), _FERRY_KMH, True, True, False),)


def distance_m(a: Position, b: Position) -> float:
    """Return the distance of two positions close to each other, on a sphere."""
    north_m = math.radians(b[0] - a[0]) * EARTH_M
    east_m = math.radians(b[1] - a[1]) * EARTH_M * math.cos(math.radians((a[0] + b[0]) / 2))
    return math.hypot(north_m, east_m)


def between(a: Position, b: Position, part: float) -> Position:
    """Return the position at that part (0 to 1) of a straight piece."""
    return a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])


def _shortest(start: str, end: str) -> list[str]:
    queue: list[tuple[float, list[str]]] = [(0.0, [start])]
    reached: set[str] = set()
    while queue:
        length_m, names = heapq.heappop(queue)
        here = names[-1]
        if here == end:
            return names
        if here in reached:
            continue
        reached.add(here)
        for pair in _ROADS:
            if here in pair:
                other = pair[1] if pair[0] == here else pair[0]
                step_m = distance_m(PLACES[here].position, PLACES[other].position)
                heapq.heappush(queue, (length_m + step_m, [*names, other]))
    raise KeyError(f"no road from {start} to {end}")


def _drawn(start: str, end: str) -> list[Stretch]:
    """Draw one road: a bow, so that it is longer than the crow's flight and turns all the time."""
    forwards = (start, end) in _ROADS
    road = _ROADS[(start, end) if forwards else (end, start)]
    a, b = (PLACES[name].position for name in ((start, end) if forwards else (end, start)))
    points = [_bowed(a, b, i / _PIECES, road.bend) for i in range(_PIECES + 1)]
    stretches = []
    for i, (p, q) in enumerate(itertools.pairwise(points)):
        middle = (i + 0.5) / _PIECES
        hole = _within(middle, road.hole)
        stretches.append(
            Stretch(
                *((p, q) if forwards else (q, p)),
                distance_m(p, q),
                road.limit_kmh,
                not _within(middle, road.tunnel),
                not hole,
                road.lights and i % _LIGHT_EVERY == _LIGHT_EVERY // 2,
            )
        )
    return stretches if forwards else stretches[::-1]


def _bowed(a: Position, b: Position, part: float, bend: float) -> Position:
    latitude, longitude = between(a, b, part)
    aside = bend * math.sin(2 * math.pi * part)
    return latitude - aside * (b[1] - a[1]) * 0.67, longitude + aside * (b[0] - a[0]) * 1.5


def _within(part: float, piece: tuple[float, float] | None) -> bool:
    return piece is not None and piece[0] <= part < piece[1]
