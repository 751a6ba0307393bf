"""What is shown of where a car stood: a site's name, a commune's, or that it was elsewhere.

The place itself is shown of a trip under way only, for then somebody may have to find the car.
Pure. Never here: who may see places (roles), which commune it is (communes.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from server.fleet.records import Position
from server.fleet.sites import CarPark, distance_m


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """What is shown of a place: `name` of a site or a commune, the `position` of an exact one."""

    kind: Literal["site", "commune", "off_site", "exact"]
    name: str | None = None
    position: Position | None = None


def site_at(position: Position, sites: Iterable[tuple[str, CarPark]]) -> str | None:
    """Return the name of the site where this is, the nearest where there are several."""
    near = [
        (distance_m(position, park.centre), name)
        for name, park in sites
        if distance_m(position, park.centre) <= park.radius_m
    ]
    return min(near)[1] if near else None


def shown(
    position: Position, site: str | None, commune: str | None, *, is_open: bool
) -> ShownPlace:
    """Return what is shown of a place.

    Args:
        position: where it is.
        site: the site there, None: none.
        commune: the one in which it is, None where nobody knows.
        is_open: whether its trip is under way.
    """
    if is_open:
        return ShownPlace("exact", site, position)
    if site is not None:
        return ShownPlace("site", site)
    return ShownPlace("off_site") if commune is None else ShownPlace("commune", commune)
