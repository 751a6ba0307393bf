"""A site comes into the pool, changes, is closed, opens again. Never here: which cars are there."""

from dataclasses import replace
from typing import Any

from server.actions.actor import Actor, manager_only
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input
from server.fleet.pool import (
    Bays,
    Latitude,
    Longitude,
    Place,
    Radius,
    Title,
    Zone,
    is_as_seen,
)
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.sites import DEFAULT_RADIUS_M

_E7 = 10**7


class SiteWords(Input):
    """What a site is: its name, its point in degrees (both or none), its zone and its bays.

    `radius_m`: how far around the point counts as parked there, None: as usual. `timezone` None:
    the operator's. `bays` None: nobody has counted them.
    """

    name: Title
    lat: Latitude | None = None
    lon: Longitude | None = None
    radius_m: Radius | None = None
    timezone: Zone | None = None
    bays: Bays | None = None


class AddSite(SiteWords):
    """A site; its code never changes."""

    code: Title


class ChangeSite(SiteWords):
    """What a site is from now on."""

    site_id: Id
    seen: str | None = None


class OneSite(Input):
    """A site."""

    site_id: Id


async def get(actor: Actor, request: OneSite, actions: Actions) -> Place:
    """Return a site.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE.
    """
    manager_only(actor)
    return _there(await actions.store.sites.get(request.site_id))


@audited(Act.ADD_SITE, "site")
async def add(actor: Actor, request: AddSite, actions: Actions) -> Place:
    """Take a site into the pool.

    Raises:
        Refused: NOT_ALLOWED, NAME_TAKEN, OUT_OF_RANGE where half a point is given.
    """
    manager_only(actor)
    return await actions.store.sites.add(Place(0, request.code, **_words(request)))


@audited(Act.CHANGE_SITE, "site")
async def change(actor: Actor, request: ChangeSite, actions: Actions) -> Place:
    """Let a site be called otherwise, or be elsewhere; trips that ended are not judged again.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, CHANGED_SINCE, OUT_OF_RANGE.
    """
    manager_only(actor)
    words = _words(request)

    def decide(place: Place) -> Place:
        if not is_as_seen(place, request.seen):
            raise Refused(Refusal("", Reason.CHANGED_SINCE))
        return replace(place, **words)

    place = _there(await actions.store.sites.change(request.site_id, decide))
    actions.notify(None)
    return place


@audited(Act.RETIRE_SITE, "site")
async def retire(actor: Actor, request: OneSite, actions: Actions) -> Place:
    """Close a site that has no car and no equipment any more; again is the same.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, STILL_USED.
    """
    manager_only(actor)
    now_s = actions.clock.now_s()

    def decide(place: Place) -> Place:
        since_s = now_s if place.retired_at_s is None else place.retired_at_s
        return replace(place, retired_at_s=since_s)

    return _there(await actions.store.sites.change(request.site_id, decide))


@audited(Act.REOPEN_SITE, "site")
async def reopen(actor: Actor, request: OneSite, actions: Actions) -> Place:
    """Open a site again; again is the same.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE.
    """
    manager_only(actor)
    return _there(
        await actions.store.sites.change(
            request.site_id, lambda place: replace(place, retired_at_s=None)
        )
    )


def _words(request: SiteWords) -> dict[str, Any]:
    """Return what a Place has of a request."""
    for given, field, most in ((request.lat, "lat", 90), (request.lon, "lon", 180)):
        if given is None and (request.lat, request.lon, request.radius_m) != (None, None, None):
            raise Refused(Refusal(field, Reason.OUT_OF_RANGE, {"least": -most, "most": most}))
    words = request.model_dump(include={"name", "timezone", "bays"})
    if request.lat is None or request.lon is None:
        return words | {"lat_e7": None, "lon_e7": None, "radius_m": None}
    point = {"lat_e7": round(request.lat * _E7), "lon_e7": round(request.lon * _E7)}
    return words | point | {"radius_m": request.radius_m or DEFAULT_RADIUS_M}


def _there(place: Place | None) -> Place:
    if place is None:
        raise Refused(Refusal("", Reason.NOT_THERE))
    return place
