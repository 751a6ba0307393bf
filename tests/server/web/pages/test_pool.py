"""The pages of the pool: a manager adds a car or a site, puts a car into the workshop."""

import pytest

from server.web.localtime import to_input
from tests.server.web.sample import CLIO, HOUR_S, KARIM, LUCIE, MANAGER, NOW_S, PARIS, PEUGEOT

DAY_S = 24 * HOUR_S
NEW = {"plate": "aa 111 bb", "label": "Renault Zoé", "site": "1"}


async def id_of(store, plate: str) -> int:
    return next(car.vehicle_id for car in await store.vehicles.all() if car.plate == plate)


@pytest.mark.parametrize(
    "path",
    [
        "/voitures",
        "/voitures?etat=en-trajet",
        "/voitures?etat=retirees",
        "/voitures/nouvelle",
        "/voitures/1",
        "/voitures/1/modifier",
        "/voitures/1/arret",
        "/voitures/1/retirer",
        "/voitures/1/boitier",
        "/sites",
        "/sites/nouveau",
        "/sites/1",
        "/equipements",
        "/equipements/nouveau",
        "/equipements/1",
        "/groupes",
        "/groupes/nouveau",
    ],
)
async def test_each_page_is_there_for_a_manager_and_for_nobody_else(arrive, path):
    page = await (await arrive(MANAGER)).read(path)
    assert "<h1>" in page and "None" not in page
    await (await arrive(KARIM)).read(path, status=403)


@pytest.mark.parametrize(
    "path", ["/voitures/999", "/voitures/999/modifier", "/sites/999", "/equipements/999"]
)
async def test_what_is_not_there_is_not_found(arrive, path):
    await (await arrive(MANAGER)).read(path, status=404)


async def test_a_car_is_added_and_offered_at_once(arrive, store):
    manager = await arrive(MANAGER)
    answer = await manager.send("/voitures/nouvelle", **NEW)
    assert answer.status == 303
    page = await manager.read(answer.headers["Location"])
    assert "AA-111-BB est dans le parc" in page and "Sans boîtier" in page
    assert "AA-111-BB" in await manager.read("/reservations/nouvelle")


async def test_all_that_is_wrong_with_a_form_is_said_at_once_and_what_was_typed_stays(arrive):
    manager = await arrive(MANAGER)
    answer = await manager.send("/voitures/nouvelle", plate=" ", label="", site="999")
    text = await answer.text()
    assert answer.status == 422
    assert text.count("À remplir, en 120 lettres au plus.") == 2
    answer = await manager.send("/voitures/nouvelle", **NEW | {"plate": CLIO})
    text = await answer.text()
    assert answer.status == 409 and "Ce nom est déjà pris." in text and "Renault Zoé" in text


async def test_of_two_managers_at_one_car_the_second_is_told_and_keeps_the_text(arrive, store):
    manager, page = await arrive(MANAGER), "/voitures/1/modifier"
    before = await manager.read(page)
    seen = before.partition('name="seen" value="')[2].partition('"')[0]
    car = await store.vehicles.get(1)
    words = {"plate": car.plate, "site": str(car.site_id)}
    assert (await manager.send(page, **words, label="Clio grise", seen=seen)).status == 303
    answer = await manager.send(page, **words, label="Clio bleue", seen=seen)
    text = await answer.text()
    assert answer.status == 409 and "entre-temps" in text and "Clio bleue" in text
    assert (await store.vehicles.get(1)).label == "Clio grise"


async def test_a_car_goes_into_the_workshop_and_its_driver_reads_who_moved_them(arrive, store):
    manager, peugeot = await arrive(MANAGER), await id_of(store, PEUGEOT)
    start = to_input(NOW_S, PARIS)
    answer = await manager.send(f"/voitures/{peugeot}/arret", start=start, reason="Révision")
    assert answer.status == 303
    page = await manager.read(f"/voitures/{peugeot}")
    assert "jusqu’à nouvel ordre" in page and "Réservée pendant l’immobilisation" in page
    booking = (await store.bookings.of_vehicle(peugeot, NOW_S))[0]
    settle = f"/voitures/{peugeot}/reservations/{booking.booking_id}"
    assert "Révision" in await manager.read(settle)
    other = str(await id_of(store, CLIO))
    answer = await manager.send(settle, f"{settle}/deplacer", vehicle=other, reason="Révision")
    assert answer.status == 303, await answer.text()
    mine = await (await arrive(KARIM)).read("/reservations")
    assert f"À la place de {PEUGEOT}, par Claire Martin\u00a0: Révision" in mine
    back = f"/voitures/{peugeot}/arret/{NOW_S}/fin"
    assert (await manager.send(f"/voitures/{peugeot}", back)).status == 303
    assert "Disponible" in await manager.read("/voitures?etat=disponibles")


async def test_a_booking_in_the_way_is_called_off_with_a_reason(arrive, store):
    manager, peugeot = await arrive(MANAGER), await id_of(store, PEUGEOT)
    booking = (await store.bookings.of_vehicle(peugeot, NOW_S))[0]
    settle = f"/voitures/{peugeot}/reservations/{booking.booking_id}"
    answer = await manager.send(settle, f"{settle}/annuler", reason=" ")
    assert answer.status == 422 and "À remplir" in await answer.text()
    assert (await manager.send(settle, f"{settle}/annuler", reason="Panne")).status == 303
    mine = await (await arrive(KARIM)).read("/reservations")
    assert "Annulée par Claire Martin\u00a0: Panne" in mine


async def test_a_car_overseas_goes_out_of_service_in_its_own_hours(arrive, store):
    manager = await arrive(MANAGER)
    site = {"code": "STD", "name": "Saint-Denis", "lat": "−20,88", "lon": "55,45"}
    answer = await manager.send("/sites/nouveau", **site, timezone="Indian/Reunion")
    assert answer.status == 303
    place = next(each for each in await store.sites.all() if each.code == "STD")
    assert place.lat_e7 == -208_800_000
    await manager.send("/voitures/nouvelle", **NEW | {"site": str(place.site_id)})
    car = await id_of(store, "AA-111-BB")
    assert "Indian/Reunion" in await manager.read(f"/voitures/{car}/arret")
    hours = {"start": "2026-12-01T08:00", "end": "2026-12-01T12:00"}
    answer = await manager.send(f"/voitures/{car}/arret", **hours, reason="Pneus")
    assert answer.status == 303, await answer.text()
    (out,) = await store.service.of_car(car, 9)
    assert out.from_s == 1_796_097_600, "08:00 at UTC+4"
    page = await manager.read(f"/voitures/{car}")
    assert "08:00" in page and "12:00" in page and "Indian/Reunion" in page


async def test_what_is_wrong_with_a_time_out_of_service_is_said_at_once(arrive):
    manager = await arrive(MANAGER)
    answer = await manager.send("/voitures/1/arret", start="", end="hier", reason="")
    text = await answer.text()
    assert answer.status == 422
    for error in ("start-error", "end-error", "reason-error"):
        assert f'id="{error}"' in text


async def test_a_car_that_is_booked_leaves_once_that_is_settled(arrive, store):
    manager, peugeot = await arrive(MANAGER), await id_of(store, PEUGEOT)
    page = f"/voitures/{peugeot}/retirer"
    assert (await manager.send(page)).headers["Location"] == page
    shown = await manager.read(page)
    assert "Encore réservé" in shown and "Elle est encore réservée" in shown
    for booking in await store.bookings.of_vehicle(peugeot, NOW_S):
        settle = f"/voitures/{peugeot}/reservations/{booking.booking_id}"
        assert (await manager.send(settle, f"{settle}/annuler", reason="Vendue")).status == 303
    assert (await manager.send(page)).status == 303
    shown = await manager.read(f"/voitures/{peugeot}")
    assert "Cette voiture est sortie du parc" in shown
    assert PEUGEOT in await manager.read("/voitures?etat=retirees")
    assert PEUGEOT not in await (await arrive(LUCIE)).read("/reservations/nouvelle")
    assert (
        await manager.send(f"/voitures/{peugeot}", f"/voitures/{peugeot}/reprendre")
    ).status == 303
    assert (await store.vehicles.get(peugeot)).retired_at_s is None


async def test_a_group_has_the_cars_that_were_ticked(arrive, store):
    manager = await arrive(MANAGER)
    answer = await manager.send("/groupes/nouveau", **{"name": "Citadines", "cars-1": "1"})
    assert answer.status == 303
    (group,) = await store.groups.all()
    assert (group.name, group.vehicle_ids, group.restricted) == ("Citadines", (1,), False)
    page = f"/groupes/{group.group_id}"
    assert "Citadines" in await manager.read("/voitures/1")
    assert (await manager.send(page, f"{page}/supprimer")).status == 303
    assert await store.groups.all() == []


async def test_a_piece_and_a_site_come_and_go(arrive, store):
    manager = await arrive(MANAGER)
    piece = {"code": "CHAINES-1", "name": "Chaînes", "site": "1"}
    assert (await manager.send("/equipements/nouveau", **piece)).status == 303
    added = next(each for each in await store.equipment.all() if each.code == "CHAINES-1")
    page = f"/equipements/{added.equipment_id}"
    assert (await manager.send(page, f"{page}/retirer")).status == 303
    assert "CHAINES-1" not in await manager.read("/reservations/nouvelle")
    assert (await manager.send(page, f"{page}/reprendre")).status == 303
    assert (await manager.send("/sites/1", "/sites/1/fermer")).status == 303
    assert "Quelque chose en dépend encore" in await manager.read("/sites")


async def test_a_box_goes_into_a_car_that_has_none(arrive, store, woken):
    manager, peugeot = await arrive(MANAGER), await id_of(store, PEUGEOT)
    await manager.send("/voitures/nouvelle", **NEW)
    car = await id_of(store, "AA-111-BB")
    answer = await manager.send(f"/voitures/{peugeot}/boitier", car=str(car))
    assert answer.status == 303, await answer.text()
    assert (await store.vehicles.get(peugeot)).box_id is None
    assert (await store.vehicles.get(car)).box_id in woken
