"""My bookings: list, create, cancel, book again."""

import asyncio
import html
import json
import re

import pytest

from server.fleet import fleet_file
from server.fleet.model.trips import TripFilter
from server.fleet.records import Holder, TripEnded, TripStarted
from server.web.localtime import to_input
from tests.server.web.sample import (
    CLIO,
    DAY_S,
    FLEET,
    FORM,
    HOUR_S,
    KARIM,
    LUCIE,
    NOW_S,
    PARIS,
    PASSWORD,
    PEUGEOT,
    booking_id_of,
    fields,
    id_of,
    own,
    report,
)


async def test_the_list_shows_what_runs_what_comes_and_what_is_over(arrive):
    karim = await (await arrive(KARIM)).read("/reservations")
    assert "Chantier de Mamers" in karim and "Réunion à Angers" in karim
    assert "12,3" in karim, "the trip of the running booking"
    assert "Contrôle à La Flèche" not in karim, "somebody else's"
    lucie = await (await arrive(LUCIE)).read("/reservations")
    assert "Rien de réservé" in lucie and "Contrôle à La Flèche" in lucie


async def test_a_booking_is_stored_and_the_car_s_box_is_woken(arrive, store, woken):
    karim = await arrive(KARIM)
    answer = await karim.send(FORM, **await fields(store))
    assert (answer.status, answer.headers["Location"]) == (303, "/reservations")
    page = await karim.read("/reservations")
    assert "C’est réservé" in page and "mer. 25 nov. 2026, 09:00\u00a0–\u00a010:00" in page
    assert "C’est réservé" not in await karim.read("/reservations"), "a message is shown once"
    assert woken == [next(car.box_id for car in await store.vehicles.all() if car.plate == CLIO)]


async def test_the_empty_form_proposes_a_car_that_is_free_in_the_next_two_hours(arrive, store):
    page = await (await arrive(LUCIE)).read(FORM)
    assert '<select class="form-control choice" id="vehicle"' in page
    assert f'selected value="{await id_of(store, PEUGEOT)}"' in page
    assert 'value="2026-11-23T10:00"' in page and 'value="2026-11-23T12:00"' in page


async def test_an_overlap_shows_the_same_form_with_the_message_and_the_free_cars(arrive, store):
    lucie = await arrive(LUCIE)
    wanted = await fields(store, CLIO, NOW_S + HOUR_S, NOW_S + 3 * HOUR_S, "Dépannage")
    answer = await lucie.send(FORM, **wanted)
    page = await answer.text()
    assert answer.status == 409
    assert 'id="vehicle-error"' in page and "Déjà réservée" in page and "DDT" in page
    assert 'value="Dépannage"' in page, "what was typed stays"
    offer = page[
        page.index('class="panel narrow offer"') : page.index("</form>", page.index("offer"))
    ]
    assert f'name="vehicle" value="{await id_of(store, PEUGEOT)}"' in offer
    assert f'name="vehicle" value="{await id_of(store, CLIO)}"' not in offer
    other = await lucie.send(FORM, **wanted | {"vehicle": await id_of(store, PEUGEOT)})
    assert other.status == 303


async def test_pressing_book_twice_books_once_and_says_so_both_times(arrive, store, woken):
    karim = await arrive(KARIM)
    wanted = await fields(store)
    for _ in range(2):
        assert (await karim.send(FORM, **wanted)).status == 303
        assert "C’est réservé" in await karim.read("/reservations")
    assert len([b for b in await own(store, KARIM) if b.purpose == "Visite"]) == 1
    assert len(woken) == 1
    page = await (await karim.send(FORM, **wanted | {"purpose": "Autre"})).text()
    assert "Vous l’avez déjà réservée" in page, "another purpose is another wish"


async def test_pressing_book_twice_at_once_books_once(arrive, store):
    karim = await arrive(KARIM)
    wanted = await fields(store)
    answers = await asyncio.gather(*(karim.send(FORM, **wanted) for _ in range(4)))
    assert [answer.status for answer in answers] == [303] * 4
    assert len([b for b in await own(store, KARIM) if b.purpose == "Visite"]) == 1


async def test_a_form_that_outlived_its_session_is_said_and_its_page_comes_back(
    arrive, visitor, store
):
    wanted = await fields(store)
    answer = await visitor.client.post(FORM, data=wanted, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/connexion?next={FORM}")
    assert "Votre session a pris fin" in await visitor.read(answer.headers["Location"])
    answer = await visitor.send("/connexion", login=KARIM, password=PASSWORD, next=FORM)
    assert answer.headers["Location"] == FORM


async def test_a_form_of_an_older_session_comes_back_as_it_was_filled_in(arrive, store):
    karim = await arrive(KARIM)
    wanted = await fields(store) | {"csrf_token": "20990101000000##deadbeef"}
    answer = await karim.client.post(FORM, data=wanted, allow_redirects=False)
    page = await answer.text()
    assert answer.status == 403 and "restée ouverte trop longtemps" in page
    assert 'value="Visite"' in page and wanted["start"] in page
    assert wanted["csrf_token"] not in page, "the next attempt carries a good one"


async def test_a_booking_to_come_says_where_its_car_stands(arrive):
    page = await (await arrive(KARIM)).read("/reservations")
    assert "Préfecture" in page


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"start": ""}, "start", "Quand partez-vous"),
        ({"end": "nonsense"}, "end", "Indiquez un jour et une heure"),
        ({"end": "2026-11-24T08:00"}, "end", "Le retour doit venir après le départ"),
        ({"start": "2026-11-20T08:00"}, "start", "déjà passé"),
        ({"end": "2027-11-01T08:00"}, "end", "31\u00a0jours au plus"),
        ({"start": "2029-01-01T08:00", "end": "2029-01-01T09:00"}, "start", "trop loin"),
        ({"purpose": "   "}, "purpose", "Dites en quelques mots"),
        ({"purpose": "x" * 201}, "purpose", "200 caractères"),
        ({"weeks": "27"}, "weeks", "26 semaines au plus"),
        ({"weeks": "many"}, "weeks", "Choisissez dans la liste"),
        ({"weeks": "2", "end": "2026-12-03T08:00"}, "end", "six jours au plus"),
        ({"vehicle": "999999"}, "vehicle", "Choisissez une des voitures"),
        ({"vehicle": "9" * 5000}, "vehicle", "Choisissez dans la liste"),
        ({"start": "2027-03-28T02:30", "end": "2027-03-28T05:00"}, "start", "Essayez 03:00"),
    ],
)
async def test_what_cannot_stand_is_said_beside_its_field(arrive, store, changed, field, message):
    karim = await arrive(KARIM)
    answer = await karim.send(FORM, **await fields(store) | changed)
    page = await answer.text()
    assert answer.status == 422
    start = page.index(f'id="{field}-error"')
    assert message.lower() in page[start : start + 300].lower()


async def test_a_time_that_exists_twice_is_taken_the_first_time_and_said(arrive, store, clock):
    clock.at_s = 1792700000  # two days before the clocks go back in October 2026
    karim = await arrive(KARIM)
    times = {"start": "2026-10-25T02:30", "end": "2026-10-25T06:00"}
    assert (await karim.send(FORM, **await fields(store) | times)).status == 303
    page = await karim.read("/reservations")
    assert "02:30 (UTC+02:00) existe deux fois" in page


async def test_a_weekly_booking_keeps_its_local_hours_and_twice_is_once(
    arrive, store, woken, clock
):
    clock.at_s = 1792389600  # Monday 19 October 2026, before the clocks go back
    karim = await arrive(KARIM)
    times = {"start": "2026-10-20T07:30", "end": "2026-10-20T09:30", "weeks": "3"}
    for _ in range(2):
        assert (await karim.send(FORM, **await fields(store) | times)).status == 303
        page = await karim.read("/reservations")
        assert "chaque semaine jusqu’au mar. 3 nov. 2026" in page
    made = [b for b in await own(store, KARIM) if b.purpose == "Visite"]
    assert [to_input(b.starts_at_s, PARIS) for b in made] == [
        *("2026-10-20T07:30", "2026-10-27T07:30", "2026-11-03T07:30"),
    ]
    assert len(woken) == 1


async def test_a_weekly_booking_names_the_week_in_which_its_car_is_out_of_service(arrive, store):
    first_s = NOW_S + 2 * DAY_S
    third = {"from": first_s + 14 * DAY_S, "to": first_s + 15 * DAY_S}
    car = {"plate": CLIO, "label": "Clio", "site": "PREF", "out_of_service": [third]}
    await store.fleet.load(fleet_file.parse(json.dumps({"vehicles": [car]})), {}, NOW_S)
    karim = await arrive(KARIM)
    answer = await karim.send(FORM, **await fields(store, CLIO, first_s) | {"weeks": "4"})
    page = await answer.text()
    assert answer.status == 409 and "hors service" in page
    assert "9 déc. 2026" in page[page.index('id="vehicle-error"') :][:400]


async def test_a_weekly_booking_is_made_wholly_or_not_and_the_weeks_in_the_way_are_named(
    arrive, store
):
    lucie, karim = await arrive(LUCIE), await arrive(KARIM)
    first_s = NOW_S + 2 * DAY_S
    for weeks in (1, 3):
        taken = await fields(store, CLIO, first_s + weeks * 7 * DAY_S)
        assert (await lucie.send(FORM, **taken)).status == 303
    wanted = await fields(store, CLIO, first_s) | {"weeks": "4"}
    answer = await karim.send(FORM, **wanted)
    page = await answer.text()
    assert answer.status == 409
    error = page[page.index('id="vehicle-error"') :]
    assert "2 déc. 2026" in error and "16 déc. 2026" in error and "9 déc. 2026" not in error
    assert not [b for b in await own(store, KARIM) if b.purpose == "Visite"]
    assert '<input type="hidden" name="weeks" value="4">' in page
    other = await karim.send(FORM, **wanted | {"vehicle": await id_of(store, PEUGEOT)})
    assert other.status == 303
    assert len([b for b in await own(store, KARIM) if b.purpose == "Visite"]) == 4


async def test_cancelling_asks_first_and_twice_is_once(arrive, store, woken):
    karim = await arrive(KARIM)
    booking = next(b for b in await own(store, KARIM) if b.purpose == "Réunion à Angers")
    path = f"/reservations/{booking.booking_id}/annuler"
    assert "Annuler cette réservation" in await karim.read(path)
    for _ in range(2):
        answer = await karim.send(path)
        assert (answer.status, answer.headers["Location"]) == (303, "/reservations")
    states = {b.purpose: b.state for b in await own(store, KARIM)}
    assert len(woken) == 1
    assert states == {"Réunion à Angers": "cancelled", "Chantier de Mamers": "active"}


async def test_booking_again_starts_from_the_cancelled_one(arrive, store):
    karim = await arrive(KARIM)
    booking = next(b for b in await own(store, KARIM) if b.purpose == "Réunion à Angers")
    await karim.send(f"/reservations/{booking.booking_id}/annuler")
    page = await karim.read(f"{FORM}?like={booking.booking_id}")
    assert 'value="Réunion à Angers"' in page and 'value="2026-11-24T09:00"' in page


async def test_a_booking_that_is_over_cannot_be_cancelled(arrive, store):
    lucie = await arrive(LUCIE)
    (booking,) = await own(store, LUCIE)
    assert (await lucie.send(f"/reservations/{booking.booking_id}/annuler")).status == 303
    assert "déjà terminée" in await lucie.read("/reservations")
    assert [b.state for b in await own(store, LUCIE)] == ["active"]


async def test_somebody_else_s_booking_does_not_exist(arrive, store):
    lucie = await arrive(LUCIE)
    booking = (await own(store, KARIM))[0]
    await lucie.read(f"/reservations/{booking.booking_id}/annuler", status=404)
    answer = await lucie.send("/reservations", f"/reservations/{booking.booking_id}/annuler")
    assert answer.status == 404
    await lucie.read(f"{FORM}?like={booking.booking_id}", status=404)


async def allow_private_use(store, plate=PEUGEOT):
    cars = [car | {"private_use": car["plate"] == plate} for car in FLEET["vehicles"]]
    file = FLEET | {"vehicles": cars, "bookings": []}
    await store.fleet.load(fleet_file.parse(json.dumps(file)), {}, NOW_S)


async def test_private_use_is_offered_only_where_a_car_allows_it(arrive, store):
    karim = await arrive(KARIM)
    assert "Usage privé" not in await karim.read(FORM)
    await allow_private_use(store)
    page = await karim.read(FORM)
    assert "Usage privé" in page and f"Possible avec : {PEUGEOT}." in page


async def test_a_private_booking_is_refused_for_a_car_that_is_not_for_it(arrive, store):
    await allow_private_use(store)
    karim = await arrive(KARIM)
    answer = await karim.send(FORM, **await fields(store, CLIO), private="y")
    page = await answer.text()
    assert answer.status == 422 and "n’est pas ouverte à l’usage privé" in page
    assert re.search(r'<input[^>]* checked[^>]* name="private"', page), "what was ticked stays"
    answer = await karim.send(FORM, **await fields(store, PEUGEOT, NOW_S + 3 * DAY_S), private="y")
    assert answer.status == 303
    agent = await store.agents.by_login(KARIM)
    booked = {
        b.starts_at_s: b.private for b in await store.bookings.of_agent(agent.agent_id, NOW_S)
    }
    assert booked.pop(NOW_S + 3 * DAY_S) is True
    assert set(booked.values()) == {False}
    page = await karim.read("/reservations")
    assert page.count("Usage privé") == 1


async def test_instead_of_a_taken_car_only_one_for_private_use_is_offered(arrive, store):
    await allow_private_use(store)
    lucie = await arrive(LUCIE)
    taken = await fields(store, PEUGEOT, NOW_S + DAY_S)
    assert CLIO in offered(await (await lucie.send(FORM, **taken)).text())
    answer = await lucie.send(FORM, **taken, private="y")
    assert answer.status == 409 and CLIO not in offered(await answer.text())


def offered(page):
    """The form of the cars that are free instead."""
    return page.partition('class="panel narrow offer"')[2].partition("</form>")[0]


@pytest.mark.parametrize(("typed", "kept"), [("120", 120), (" 1 200 ", 1200), ("", None)])
async def test_how_far_an_agent_means_to_go_is_kept_if_they_say_so(arrive, store, typed, kept):
    karim = await arrive(KARIM)
    answer = await karim.send(FORM, **await fields(store), planned_km=typed)
    assert answer.status == 303
    made = next(b for b in await own(store, KARIM) if b.purpose == "Visite")
    assert made.planned_km == kept
    again = await karim.read(f"{FORM}?like={made.booking_id}")
    assert re.search(rf'name="planned_km"[^>]*value="{kept or ""}"', again)


@pytest.mark.parametrize("typed", ["0", "10000", "-3", "far", "9" * 40])
async def test_a_distance_that_nobody_drives_is_refused_beside_its_field(arrive, store, typed):
    karim = await arrive(KARIM)
    answer = await karim.send(FORM, **await fields(store), planned_km=typed)
    assert answer.status == 422
    page = html.unescape(await answer.text())
    assert re.search(r'id="planned_km-error"[^§]*de 1 à 9999', page)
    assert f'value="{typed}"' in page, "what was typed stays"


async def test_a_booking_of_several_trips_shows_their_sum_and_links_each(arrive, store):
    driver = await store.agents.by_login(KARIM)
    holder = Holder(
        driver.agent_id, driver.directorate_id, await booking_id_of(store, driver.agent_id)
    )
    (first,) = await store.trips.under_way()
    odometer_m = first.last_odometer_m
    for event in (
        TripEnded(NOW_S - 600, odometer_m, "badge_held", None),
        TripStarted(NOW_S - 300, odometer_m, holder, None),
        TripEnded(NOW_S - 60, odometer_m + 5_000, "badge_held", None),
    ):
        await report(store, CLIO, event)
    newest, *_ = await store.trips.log(TripFilter())
    assert newest.booking_id == first.booking_id
    page = await (await arrive(KARIM)).read("/reservations")
    for trip in (first, newest):
        assert f'href="/trajets/{trip.trip_id}"' in page
    assert re.search(r"En tout\s*:.*?>17,3</span> km", page, re.DOTALL)


async def test_a_booking_of_one_trip_shows_its_kilometres_once(arrive):
    page = await (await arrive(KARIM)).read("/reservations")
    assert "En tout" not in page and page.count("12,3") == 1
