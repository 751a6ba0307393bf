"""What a page says that a car has been told is what is known (finding S27)."""

import pytest

from server.fleet.told import SILENT_AFTER_S
from tests.server.web.sample import (
    CLIO,
    DAY_S,
    FORM,
    KARIM,
    LUCIE,
    MANAGER,
    NOW_S,
    PEUGEOT,
    fields,
    own,
)

TOLD = ("en est informée", "est prévenue", "sont prévenues", "en sont informées")


async def without_boxes(store, plate="%"):
    """As if no box had ever been fitted to these cars."""
    await store._engine.write(
        lambda db: (
            db.execute(
                "UPDATE box SET retired_at_s = 1 WHERE vehicle_id IN"
                " (SELECT vehicle_id FROM vehicle WHERE plate LIKE ?)",
                (plate,),
            )
            and None
        )
    )


async def last_heard(store, at_s):
    """Let all boxes have been heard last at that instant; None: never."""
    await store._engine.write(
        lambda db: db.execute("UPDATE box SET last_seen_s = ?", (at_s,)) and None
    )


async def booked(person, store):
    """What the page says after a booking, a move and an extension, each."""
    start_s = NOW_S + 2 * DAY_S
    answer = await person.send(FORM, **await fields(store, CLIO, start_s))
    assert answer.status == 303
    said = [await person.read("/reservations")]
    made = next(b for b in await own(store, LUCIE) if b.starts_at_s == start_s)
    path = f"/reservations/{made.booking_id}"
    other = next(c for c in await store.vehicles.all() if c.plate != CLIO)
    assert (await person.send(f"{path}/voiture", vehicle=str(other.vehicle_id))).status == 303
    said.append(await person.read("/reservations"))
    later = str(made.ends_at_s + 1800)
    assert (await person.send(f"{path}/prolonger", ends_at_s=later)).status == 303
    said.append(await person.read("/reservations"))
    return said


async def test_a_car_without_a_box_is_not_said_to_be_told(arrive, store):
    await without_boxes(store)
    for page in await booked(await arrive(LUCIE), store):
        assert "sans boîtier" in page and not any(words in page for words in TOLD)


async def test_a_car_that_was_never_heard_is_not_said_to_be_told(arrive, store):
    await last_heard(store, None)
    for page in await booked(await arrive(LUCIE), store):
        assert "jamais entendu" in page and not any(words in page for words in TOLD)


async def test_a_silent_car_is_said_to_hear_of_it_later(arrive, store):
    await last_heard(store, NOW_S - SILENT_AFTER_S - 1)
    for page in await booked(await arrive(LUCIE), store):
        assert "silencieu" in page and not any(words in page for words in TOLD)


async def test_boxes_and_cars_without_one_stand_on_one_page(arrive, store):
    await without_boxes(store, CLIO)
    page = await (await arrive(MANAGER)).read("/boitiers")
    rows = page.split('<tr role="row">')
    (clio,), (peugeot,) = ([row for row in rows if p in row] for p in (CLIO, PEUGEOT))
    assert "sans boîtier" in clio and "sans boîtier" not in peugeot


async def test_what_a_car_knows_of_a_booking_is_told_in_the_list_and_to_programs(arrive, store):
    lucie = await arrive(LUCIE)
    start_s = NOW_S + 2 * DAY_S
    assert (await lucie.send(FORM, **await fields(store, CLIO, start_s))).status == 303

    async def told():
        listed = (await (await lucie.client.get("/api/bookings")).json())["bookings"]
        (knows,) = [each["car_knows"] for each in listed if each["starts_at_s"] == start_s]
        return knows, await lucie.read("/reservations")

    knows, page = await told()
    assert knows == "waiting" and "pas encore confirmé par la voiture" in page
    (clio,) = [car for car in await store.vehicles.all() if car.plate == CLIO]
    await store.knowledge.note(clio.box_id, store.news.newest, NOW_S)
    knows, page = await told()
    assert knows == "confirmed" and "la voiture le sait" in page


@pytest.mark.parametrize("prepare", [without_boxes, lambda store: last_heard(store, None)])
async def test_no_car_is_said_to_have_confirmed_a_block_that_none_can_know_of(
    arrive, store, prepare
):
    await prepare(store)
    karim = await store.agents.by_login(KARIM)
    (badge,) = await store.badges.of_agent(karim.agent_id)
    manager = await arrive(MANAGER)
    answer = await manager.send(f"/badges/{badge.badge_id}/bloquer")
    page = await manager.read(answer.headers["Location"])
    assert "toutes les voitures ont confirmé" not in page
    assert not any(words in page for words in TOLD)
    assert CLIO in page and ("sans boîtier" in page or "jamais entendu" in page)
