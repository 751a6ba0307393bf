"""Outside the known sites a place shows its commune only, unless its trip is under way."""

import json
from dataclasses import replace

import pytest

from server.actions import Operator, Person, trips
from server.actions.privacy import places
from server.actions.privacy.places import TripPlaces
from server.actions.trips import OneTrip
from server.fleet.model.trips import TripFilter
from server.fleet.privacy.communes import Commune
from server.fleet.privacy.places import ShownPlace
from server.fleet.records import Position
from server.store import Store
from tests.fleet import MARIE, NOW_S, PAUL, in_role
from tests.server.actions.privacy.driving import LAT_E7, LON_E7, Driver
from tests.server.actions.privacy.purging import VouchedClock, actions_at

AROUND = (
    (LON_E7 - 1000, LAT_E7 - 1000),
    (LON_E7 + 1000, LAT_E7 - 1000),
    (LON_E7 + 1000, LAT_E7 + 1000),
    (LON_E7 - 1000, LAT_E7 + 1000),
)
MAMERS = Commune("72180", "Mamers", (AROUND,))
EXACT = (str(LAT_E7), str(LON_E7))


async def shown(store: Store, agent_id: int = PAUL, role: str = "manager") -> TripPlaces:
    """What somebody is shown of the first trip, where nothing else of the page gives it away."""
    agent = await store.agents.get(agent_id)
    assert agent is not None
    actor, actions = Person(in_role(agent, role)), actions_at(store, VouchedClock(NOW_S))
    view = await trips.view(actor, OneTrip(trip_id=1), actions)
    ((listed, in_log),) = await trips.with_places(actor, [view.detail.trip], actions)
    if view.detail.trip.state == "ended":
        told = json.dumps([str(view.detail), str(listed)])
        assert not any(number in told for number in EXACT)
    assert in_log.start is None or in_log == view.places
    return view.places


async def test_without_a_file_of_communes_it_is_off_site(store: Store) -> None:
    await Driver(store).drive(NOW_S)
    off_site = ShownPlace("off_site")
    assert await shown(store) == TripPlaces(off_site, off_site)
    assert await shown(store, MARIE, "agent") == TripPlaces(off_site, off_site)  # the driver


async def test_with_one_it_is_the_commune(store: Store) -> None:
    await Driver(store).drive(NOW_S)
    actions = actions_at(store, VouchedClock(NOW_S))
    await places.load(Operator(), [MAMERS], actions)
    assert (await shown(store)).end == ShownPlace("commune", "Mamers")
    await places.load(Operator(), [], actions)
    assert (await shown(store)).end == ShownPlace("off_site")


async def test_at_a_known_site_it_is_the_site_s_name(store: Store) -> None:
    await Driver(store).drive(NOW_S)
    await store.communes.load([MAMERS])
    (site,) = await store.sites.all()
    await store.sites.change(
        site.site_id, lambda was: replace(was, lat_e7=LAT_E7, lon_e7=LON_E7, radius_m=300)
    )
    assert (await shown(store)).end == ShownPlace("site", "Préfecture")


async def test_of_a_trip_under_way_it_is_the_place_itself(store: Store) -> None:
    await Driver(store).begin(NOW_S)
    await store.communes.load([MAMERS])
    exact = ShownPlace("exact", None, Position(LAT_E7, LON_E7))
    assert (await shown(store)).start == exact


@pytest.mark.parametrize("role", ["accountant"])
async def test_who_may_see_no_places_sees_no_commune_either(store: Store, role: str) -> None:
    await Driver(store).drive(NOW_S)
    await store.communes.load([MAMERS])
    assert await shown(store, PAUL, role) == TripPlaces()


async def test_the_log_says_no_more_than_the_page(store: Store) -> None:
    await Driver(store).drive(NOW_S)
    await store.communes.load([MAMERS])
    agent = await store.agents.get(PAUL)
    assert agent is not None
    for role, commune in (("manager", ShownPlace("commune", "Mamers")), ("accountant", None)):
        actor, actions = Person(in_role(agent, role)), actions_at(store, VouchedClock(NOW_S))
        listed = await store.trips.log(TripFilter(), 9)
        ((trip, where),) = await trips.with_places(actor, listed, actions)
        assert where == TripPlaces(commune, commune)
        assert not any(number in str(trip) for number in EXACT)
