"""What the form says before a car is booked: what may keep its driver from driving (S27)."""

import json
from dataclasses import replace

from server.fleet import fleet_file
from server.fleet.pool import Place
from tests.fleet import agent, inform, vehicle
from tests.server.web.sample import CLIO, HOUR_S, KARIM, LUCIE, NOW_S, PASSWORD

FORM = "/reservations/nouvelle"
NO_BOX = "NB-000-XX"
NO_LICENCE = "noe.petit"


async def load(store, **lists) -> None:
    await store.fleet.load(fleet_file.parse(json.dumps(lists)), {}, NOW_S)


def option_of(page: str, plate: str) -> str:
    return next(part for part in page.split("<option") if plate in part).partition("</option")[0]


async def test_a_car_without_a_box_says_so_in_the_list_of_cars(arrive, store):
    await load(store, vehicles=[vehicle(NO_BOX)])
    page = await (await arrive(KARIM)).read(FORM)
    assert "voiture sans boîtier" in option_of(page, NO_BOX)


async def test_a_silent_car_says_since_when(arrive, store, clock):
    clock.at_s = NOW_S + 2 * HOUR_S
    page = await (await arrive(LUCIE)).read(FORM)
    assert "muette depuis" in option_of(page, CLIO)


async def test_who_has_no_licence_on_record_is_told_before_booking(arrive, store):
    entry = agent(NO_LICENCE, b"", badges=[], licence_recorded=False, password=PASSWORD)
    hashes = {NO_LICENCE: (await store.agents.by_login(LUCIE)).password_hash}
    await store.fleet.load(fleet_file.parse(json.dumps({"agents": [entry]})), hashes, NOW_S)
    await inform(store)
    page = await (await arrive(NO_LICENCE)).read(FORM)
    assert "Votre permis de conduire n’est pas enregistré" in page
    page = await (await arrive(LUCIE)).read(FORM)
    assert "n’est pas enregistré" not in page


async def test_a_car_that_lives_in_other_hours_says_them_before_and_after(arrive, store, clock):
    place = Place(0, "STD", "Saint-Denis", timezone="Indian/Reunion")
    site = await store.sites.add(place)
    for car in await store.vehicles.all():
        await store.vehicles.change(
            car.vehicle_id, lambda car: replace(car, site_id=site.site_id), NOW_S
        )
    karim = await arrive(KARIM)
    assert "votre départ y est à 13:00" in option_of(await karim.read(FORM), CLIO)
    mine = await karim.read("/reservations")
    assert "sur place\u00a0: lun. 23 nov. 2026, 11:00" in mine
