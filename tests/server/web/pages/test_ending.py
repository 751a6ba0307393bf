"""Ending a trip from its page: who may, and what becomes of it."""

import pytest

from server.fleet.records import CommandAnswered, ReadRecord, TripEnded
from server.fleet.trips import follow
from server.store import Batch
from tests.server.web.sample import KARIM, LUCIE, MANAGER, NOW_S, trip_ids


async def orders(store) -> list[tuple[str, str]]:
    """(kind, state) of every command there is."""

    def read():
        rows = store._engine.reader().execute("SELECT kind, state FROM command ORDER BY command_id")
        return [tuple(row) for row in rows]

    return await store.in_reader(read)


async def report(store, *events) -> None:
    """Let the box of the trip under way report more."""
    (box, *_) = await store.boxes.all()
    seq = await store.records.held_seq(box.box_id, 1) + 1
    told = tuple(ReadRecord(9, "command_result", NOW_S, b"", {}, event) for event in events)
    batch = Batch(box.box_id, 1, seq, 1, told, NOW_S)
    await store.records.append(batch, follow)


async def test_the_driver_asks_once_and_the_page_says_what_becomes_of_it(arrive, store, woken):
    under_way, _ = await trip_ids(store)
    karim = await arrive(KARIM)
    page = f"/trajets/{under_way}"
    assert "Terminer le trajet" in await karim.read(page)
    form = await karim.read(f"{page}/terminer")
    assert "dans les 15 minutes" in form and "sans les clés" not in form
    for _ in range(2):
        answer = await karim.send(f"{page}/terminer")
        assert (answer.status, answer.headers["Location"]) == (303, page)
    (box, *_) = await store.boxes.all()
    assert await orders(store) == [("end-trip", "queued")] and woken == [box.box_id]
    assert "la voiture ne l’a pas encore reçue" in await karim.read(page)
    order = await store.commands.end_order(under_way, NOW_S)
    await report(store, CommandAnswered(order.command_id, "refused"))
    assert "la voiture a refusé" in await karim.read(page)
    await karim.send(f"{page}/terminer")
    order = await store.commands.end_order(under_way, NOW_S)
    await report(store, TripEnded(NOW_S, 320_000, "command", None))
    assert await store.commands.end_order(under_way, NOW_S) == order, "its answer is still to come"
    await report(store, CommandAnswered(order.command_id, "applied"))
    shown = await karim.read(page)
    assert "la voiture a terminé le trajet" in shown and "terminé à distance" in shown
    assert "Terminer le trajet" not in shown


async def test_a_manager_may_end_it_without_the_keys_and_an_agent_may_not(arrive, store):
    under_way, _ = await trip_ids(store)
    page = f"/trajets/{under_way}/terminer"
    karim, manager = await arrive(KARIM), await arrive(MANAGER)
    assert (await karim.send(page, without_keys="1")).status == 403
    assert await orders(store) == []
    await manager.send(page)
    assert (await manager.send(page, without_keys="1")).status == 303
    assert await orders(store) == [
        ("end-from-afar", "queued"),
        ("end-from-afar-without-keys", "queued"),
    ]


async def test_a_manager_s_end_says_by_whom_and_since_when_and_can_be_withdrawn(arrive, store):
    under_way, _ = await trip_ids(store)
    page, withdrawal = f"/trajets/{under_way}", f"/trajets/{under_way}/retirer"
    karim, manager = await arrive(KARIM), await arrive(MANAGER)
    assert "une heure sans interruption" in await manager.read(f"{page}/terminer")
    await manager.send(f"{page}/terminer")
    order = await store.commands.end_order(under_way, NOW_S)
    for path in (page, "/a-traiter"):
        shown = await manager.read(path)
        assert "la voiture ne l’a pas encore reçue" in shown and withdrawal in shown
    await report(store, CommandAnswered(order.command_id, "pending"))
    who = (await store.agents.by_login(MANAGER)).full_name
    for path in (page, "/a-traiter"):
        shown = await manager.read(path)
        assert who in shown and "une heure sans interruption" in shown and withdrawal in shown
    assert "fin demandée" in await manager.read("/boitiers")
    hers = await karim.read(page)
    assert "Un gestionnaire a demandé la fin" in hers and withdrawal not in hers
    await karim.read(withdrawal, status=403)
    assert who in await manager.read(withdrawal)
    assert (await manager.send(withdrawal)).status == 303
    assert (await orders(store))[-1] == ("withdraw-end", "queued")
    for path in (page, "/a-traiter"):
        shown = await manager.read(path)
        assert "la voiture ne le sait pas encore" in shown and withdrawal not in shown
    await report(store, CommandAnswered(order.command_id, "cancelled"))
    assert "Demandé à distance" not in await manager.read("/a-traiter")
    assert (await manager.send(withdrawal)).status == 303
    assert len(await orders(store)) == 2, "there is nothing more to withdraw"


async def test_nobody_else_may_end_it_and_an_ended_one_is_left_alone(arrive, store):
    under_way, ended = await trip_ids(store)
    lucie = await arrive(LUCIE)
    await lucie.read(f"/trajets/{under_way}/terminer", status=404)
    answer = await lucie.client.get(f"/trajets/{ended}/terminer", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/trajets/{ended}")
    assert "Ce trajet est déjà terminé." in await lucie.read(f"/trajets/{ended}")
    assert await orders(store) == []


async def test_asking_needs_the_page_s_token(arrive, store):
    under_way, _ = await trip_ids(store)
    karim = await arrive(KARIM)
    answer = await karim.client.post(f"/trajets/{under_way}/terminer", data={})
    assert answer.status == 403
    assert await orders(store) == []


@pytest.mark.parametrize("seconds", [899, 900])
async def test_a_request_that_does_not_reach_the_car_says_so(arrive, store, clock, seconds):
    under_way, _ = await trip_ids(store)
    karim = await arrive(KARIM)
    await karim.send(f"/trajets/{under_way}/terminer")
    clock.at_s += seconds
    page = await karim.read(f"/trajets/{under_way}")
    assert ("n’a pas atteint la voiture à temps" in page) == (seconds == 900)


async def test_a_request_dies_with_the_trip_it_was_meant_for(arrive, store):
    under_way, _ = await trip_ids(store)
    await (await arrive(KARIM)).send(f"/trajets/{under_way}/terminer")
    await report(store, TripEnded(NOW_S, 320_000, "badge_held", None))
    assert await orders(store) == [("end-trip", "expired")]
