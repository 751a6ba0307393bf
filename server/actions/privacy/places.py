"""Where a trip began and ended, as whoever may see places sees it; the contours of communes.

Never here: who may see places (actions/trips.py), what is shown of one (fleet/privacy/places.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.actions.actor import Actor, operator_only
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.model.trips import Trip
from server.fleet.privacy.communes import Commune
from server.fleet.privacy.places import ShownPlace, shown, site_at
from server.fleet.records import Position
from server.fleet.sites import DEFAULT_RADIUS_M, CarPark


@dataclass(frozen=True, slots=True)
class TripPlaces:
    """Where a trip began and ended; None where nothing is known, or is theirs to see."""

    start: ShownPlace | None = None
    end: ShownPlace | None = None


async def of_trips(trips: Sequence[Trip], actions: Actions) -> list[TripPlaces]:
    """Return what is shown of the places of trips; those that somebody may not see are gone."""
    sites = [
        (site.name, CarPark(Position(site.lat_e7, site.lon_e7), site.radius_m or DEFAULT_RADIUS_M))
        for site in await actions.store.sites.all()
        if site.lat_e7 is not None and site.lon_e7 is not None
    ]

    async def one(lat_e7: int | None, lon_e7: int | None, trip: Trip) -> ShownPlace | None:
        if lat_e7 is None or lon_e7 is None:
            return None
        position = Position(lat_e7, lon_e7)
        site = site_at(position, sites)
        commune = None if site is not None else await actions.store.communes.at(position)
        return shown(position, site, commune, is_open=trip.state != "ended")

    return [
        TripPlaces(
            await one(trip.start_lat_e7, trip.start_lon_e7, trip),
            await one(trip.end_lat_e7, trip.end_lon_e7, trip),
        )
        for trip in trips
    ]


@audited(Act.LOAD_COMMUNES)
async def load(actor: Actor, communes: Sequence[Commune], actions: Actions) -> None:
    """Let these contours be those by which places outside the sites are called."""
    operator_only(actor)
    await actions.store.communes.load(communes)
