"""The pages of theft orders."""

from tests.server.web.sample import CLIO, KARIM, MANAGER, NOW_S

REPORT = "/vols/signaler"


async def test_a_manager_reports_a_car_stolen_and_cannot_confirm_it_alone(arrive, store) -> None:
    manager = await arrive(MANAGER)
    assert "Référence de la plainte" in await manager.read(REPORT)
    assert "/vols" in await manager.read("/boitiers")
    answer = await manager.send(REPORT, vehicle_id="XX-000-XX", reference="PV 1")
    assert answer.status == 422
    answer = await manager.send(REPORT, vehicle_id=CLIO.lower(), reference="PV 1")
    assert (answer.status, answer.headers["Location"]) == (303, "/vols")
    (order,) = await store.theft_orders.standing(9)
    confirm = f"/vols/{order.theft_order_id}/confirmer"
    for path in ("/vols", "/a-traiter"):
        page = await manager.read(path)
        assert "PV 1" in page and "à confirmer" in page and confirm not in page
    assert (await manager.send(confirm)).status == 303
    assert "une autre personne doit confirmer" in await manager.read("/vols")
    (order,) = await store.theft_orders.standing(9)
    assert order.confirmed_at_s is None


async def test_another_manager_confirms_it_and_either_takes_it_back(arrive, store) -> None:
    karim = await store.agents.by_login(KARIM)
    car = next(car for car in await store.vehicles.all() if car.plate == CLIO)
    number = await store.theft_orders.ask(car.vehicle_id, "PV 1", karim.agent_id, NOW_S)
    manager = await arrive(MANAGER)
    confirm, withdraw = f"/vols/{number}/confirmer", f"/vols/{number}/retirer"
    assert confirm in await manager.read("/a-traiter")
    assert "PV 1" in await manager.read(confirm)
    await manager.send(confirm)
    assert (await store.theft_orders.get(number)).state == "queued"
    page = await manager.read("/a-traiter")
    assert "La voiture ne l’a pas encore reçu." in page and withdraw in page and confirm not in page
    assert "signalée volée" in await manager.read("/boitiers")
    assert "PV 1" in await manager.read(withdraw)
    await manager.send(withdraw)
    assert (await store.theft_orders.get(number)).withdrawal == "queued"
    page = await manager.read("/a-traiter")
    assert "La voiture ne le sait pas encore." in page and withdraw not in page


async def test_an_agent_has_no_part_in_it(arrive, store) -> None:
    karim = await arrive(KARIM)
    for path in ("/vols", REPORT, "/vols/1/confirmer", "/vols/1/retirer"):
        await karim.read(path, status=403)
    assert await store.theft_orders.log(9) == []


async def test_an_order_that_is_none_is_not_found(arrive) -> None:
    manager = await arrive(MANAGER)
    for path in ("/vols/99/confirmer", "/vols/99/retirer"):
        await manager.read(path, status=404)
