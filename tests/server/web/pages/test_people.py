"""The pages of people and directorates, as a manager uses them."""

import re

import pytest

from server.fleet.model.bookings import Booking
from server.store import Store
from server.web.localtime import to_input
from tests.server.browser import Browser
from tests.server.web.sample import (
    CLIO,
    DAY_S,
    HOUR_S,
    KARIM,
    LUCIE,
    MANAGER,
    NOW_S,
    PARIS,
    StillClock,
)


def day(at_s: int) -> str:
    return to_input(at_s, PARIS)[:10]


async def number_of(store: Store, login: str) -> int:
    agent = await store.agents.by_login(login)
    assert agent is not None
    return agent.agent_id


async def booked_by(store: Store, login: str) -> list[Booking]:
    found = await store.bookings.of_agent(await number_of(store, login), NOW_S)
    return [booking for booking in found if booking.state == "active"]


async def book(person: Browser, store: Store, starts_at_s: int, plate: str = CLIO):
    cars = {car.plate: car.vehicle_id for car in await store.vehicles.all()}
    return await person.send(
        "/reservations/nouvelle",
        vehicle=str(cars[plate]),
        start=to_input(starts_at_s, PARIS),
        end=to_input(starts_at_s + HOUR_S, PARIS),
        purpose="Visite",
        weeks="1",
    )


async def test_a_manager_puts_somebody_on_record_and_lets_them_book(arrive, store: Store) -> None:
    manager = await arrive(MANAGER)
    assert "Nouvel agent" in await manager.read("/agents")
    again = await manager.send("/agents/nouveau", full_name="", login="", licence="no")
    assert again.status == 422
    answer = await manager.send(
        "/agents/nouveau", full_name="Éva Roux", login="Eva.Roux", directorate_id="1", licence="yes"
    )
    assert answer.status == 303
    page = answer.headers["Location"]
    said = await manager.read(page)
    assert "Éva Roux" in said and "Aucune : aucune voiture ne peut être réservée." in said
    number = await number_of(store, "eva.roux")
    assert not (await store.rights.of_agent(number)).rights
    given = await manager.send(f"{page}/droit", from_s=day(NOW_S), to_s="")
    assert given.status == 303
    assert "donnée par Claire Martin" in await manager.read(page)
    taken = await manager.send(
        "/agents/nouveau", full_name="Eva", login="eva.roux", directorate_id="1", licence="yes"
    )
    assert taken.status == 422 and "déjà pris" in await taken.text()
    assert "Éva Roux" in await manager.read("/agents?nom=eva")
    twin = {"full_name": "Eva  ROUX", "login": "eva.roux2", "directorate_id": "1", "licence": "no"}
    assert (await manager.send("/agents/nouveau", **twin)).status == 303
    assert "est-ce la même personne" in await manager.read("/agents")
    assert "Aucun agent ne porte ce nom" in await manager.read("/agents?nom=zzz")


async def test_who_has_no_right_any_more_is_told_and_offered_nothing(arrive, store: Store) -> None:
    manager, karim = await arrive(MANAGER), await arrive(KARIM)
    page = f"/agents/{await number_of(store, KARIM)}"
    assert (await book(karim, store, NOW_S + 5 * DAY_S)).status == 303
    right = re.search(rf'action="({page}/droits/\d+/retirer)"', await manager.read(page))
    assert right
    assert (await manager.send(page, right[1])).status == 303
    refused = await book(karim, store, NOW_S + 6 * DAY_S)
    text = await refused.text()
    assert refused.status == 409 and "Aucune habilitation à réserver" in text
    assert "Aucune autre voiture" in text
    assert "Aucune voiture ne vous est ouverte" in await karim.read("/reservations/nouvelle")
    assert len(await booked_by(store, KARIM)) == 3, "what is booked stays"


async def test_a_right_of_no_place_of_ours_or_of_a_day_that_cannot_be_is_refused(
    arrive, store: Store
) -> None:
    manager = await arrive(MANAGER)
    page = f"/agents/{await number_of(store, LUCIE)}/droit"
    for fields in (
        {"from_s": day(NOW_S), "sites-999": "1"},
        {"from_s": day(NOW_S), "sites-x": "1"},
        {"from_s": "demain"},
        {"from_s": day(NOW_S), "to_s": "demain"},
        {"from_s": day(NOW_S), "to_s": day(NOW_S - 3 * DAY_S)},
    ):
        assert (await manager.send(page, **fields)).status == 422, fields


async def test_two_managers_at_once_lose_nothing_silently(arrive, store: Store) -> None:
    one, other = await arrive(MANAGER), await arrive(MANAGER)
    number = await number_of(store, LUCIE)
    page = f"/agents/{number}/modifier"
    seen = {"seen_name": "Lucie Moreau", "seen_licence": "yes"}
    assert (await one.send(page, full_name="Lucie Durand", licence="yes", **seen)).status == 303
    kept = await other.send(page, full_name="Lucie Moreau", licence="no", **seen)
    assert kept.status == 303, "what each changed is not the same"
    agent = await store.register.get(number, NOW_S)
    assert agent is not None
    assert (agent.agent.full_name, agent.has_licence) == ("Lucie Durand", False)
    late = await other.send(page, full_name="Lucie Petit", licence="yes", **seen)
    text = await late.text()
    assert late.status == 409 and "Lucie Durand" in text and 'value="Lucie Petit"' in text
    now = {"seen_name": "Lucie Durand", "seen_licence": "no"}
    assert (await other.send(page, full_name="Lucie Petit", licence="no", **now)).status == 303


async def test_a_move_to_come_is_shown_and_holds_from_its_day(
    arrive, store: Store, clock: StillClock
) -> None:
    manager = await arrive(MANAGER)
    page = f"/agents/{await number_of(store, KARIM)}"
    asked = {"directorate_id": "2", "from_s": day(NOW_S + 3 * DAY_S), "seen": str(NOW_S)}
    assert (await manager.send(f"{page}/direction", **asked)).status == 303
    text = await manager.read(page)
    assert "à venir" in text and "DDPP" in text
    wrong = await manager.send(f"{page}/direction", directorate_id="", from_s="")
    assert wrong.status == 422
    late = await manager.send(
        f"{page}/direction", directorate_id="1", from_s=day(NOW_S + DAY_S), seen=str(NOW_S)
    )
    text = await late.text()
    assert late.status == 409 and "on y lit maintenant : DDPP" in text
    seen = re.search(r'name="seen" value="([^"]+)"', text)
    assert seen
    again = await manager.send(
        f"{page}/direction", directorate_id="1", from_s=day(NOW_S + DAY_S), seen=seen[1]
    )
    assert again.status == 303


async def test_a_leaver_s_bookings_are_handed_over_or_the_page_says_why_not(
    arrive, store: Store
) -> None:
    manager, lucie = await arrive(MANAGER), await arrive(LUCIE)
    assert (await book(lucie, store, NOW_S + 5 * DAY_S)).status == 303
    (booking,) = await booked_by(store, LUCIE)
    page = f"/agents/{await number_of(store, LUCIE)}"
    assert "reprend" in await manager.read(f"{page}/depart")
    silent = await manager.send(f"{page}/depart")
    assert silent.status == 422 and "Dites qui reprend" in await silent.text()
    unknown = await manager.send(f"{page}/depart", everything="personne")
    assert unknown.status == 404 and "personne" in await unknown.text()
    left = await manager.send(f"{page}/depart", everything=KARIM)
    assert left.status == 303
    taken = (await store.bookings.by_id([booking.booking_id]))[booking.booking_id]
    assert taken.agent_id == await number_of(store, KARIM)
    assert (await lucie.client.get("/reservations", allow_redirects=False)).status == 303
    assert "parti" in await manager.read("/agents")
    assert (await manager.send(page, f"{page}/rouvrir")).status == 303
    assert "Fermer le compte…" in await manager.read(page)


async def test_who_is_out_is_named_and_their_booking_stays(arrive, store: Store) -> None:
    manager = await arrive(MANAGER)
    page = f"/agents/{await number_of(store, KARIM)}/depart"
    assert "roule sur l’une de ses réservations" in await manager.read(page)
    running, other = await booked_by(store, KARIM)
    cancelled = {f"cancel_{other.booking_id}": "y"}
    assert (await manager.send(page, **cancelled)).status == 303
    after = await store.bookings.by_id([running.booking_id, other.booking_id])
    assert after[running.booking_id] == running
    assert after[other.booking_id].state == "cancelled"


async def test_directorates_are_added_renamed_merged_and_opened_again(arrive, store: Store) -> None:
    manager = await arrive(MANAGER)
    assert (await manager.send("/directions/nouvelle", code="", name="")).status == 422
    added = await manager.send("/directions/nouvelle", code="DDETS", name="Emploi")
    assert added.status == 303
    again = await manager.send("/directions/nouvelle", code="DDETS", name="Emploi")
    assert again.status == 422
    page = "/directions/3/modifier"
    renamed = await manager.send(page, name="Travail", seen="Emploi")
    assert renamed.status == 303
    late = await manager.send(page, name="Solidarités", seen="Emploi")
    assert late.status == 409 and "Travail" in await late.text()
    alone = await manager.send("/directions/2/fermer", from_s=day(NOW_S + DAY_S), into_id="")
    assert alone.status == 422 and "dites quelle direction" in await alone.text()
    itself = await manager.send("/directions/2/fermer", from_s=day(NOW_S + DAY_S), into_id="2")
    assert itself.status == 422
    merged = await manager.send("/directions/2/fermer", from_s=day(NOW_S + DAY_S), into_id="3")
    assert merged.status == 303
    assert "fusionnée dans DDETS" in await manager.read("/directions")
    assert (await manager.send("/directions", "/directions/2/rouvrir")).status == 303


@pytest.mark.parametrize(
    "path",
    ["/agents", "/agents/1", "/agents/nouveau", "/agents/1/modifier", "/agents/1/direction",
     "/agents/1/droit", "/agents/1/depart", "/directions", "/directions/nouvelle",
     "/directions/1/modifier", "/directions/1/fermer"],
)  # fmt: skip
async def test_these_pages_are_for_managers(arrive, path: str) -> None:
    await (await arrive(KARIM)).read(path, status=403)


async def test_nobody_s_page_is_not_there(arrive) -> None:
    manager = await arrive(MANAGER)
    for path in ("/agents/999", "/agents/999/depart", "/directions/999/fermer"):
        await manager.read(path, status=404)
