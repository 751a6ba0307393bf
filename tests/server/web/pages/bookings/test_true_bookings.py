"""Bookings tell the truth (findings S4, S9, S14, S17, S20, S28)."""

import html
import json
import re

import pytest

from server.fleet import fleet_file
from server.fleet.records import Holder, TripEnded, TripStarted
from tests.fleet import booking as booking_entry
from tests.server.web.sample import (
    CLIO,
    DAY_S,
    FORM,
    HOUR_S,
    KARIM,
    LUCIE,
    MANAGER,
    NOW_S,
    PEUGEOT,
    TOKEN,
    fields,
    id_of,
    own,
    report,
    trip_ids,
)

LIST = "/reservations"
DRIVEN, TOMORROW = "Chantier de Mamers", "Réunion à Angers"
# The clocks went back at 01:00 UTC: 02:15 local time was at 00:15 and at 01:15 UTC.
FIRST_0215_S = 1_792_887_300
SECOND_0215_S = FIRST_0215_S + HOUR_S


async def of(store, login, purpose):
    return next(b for b in await own(store, login) if b.purpose == purpose)


async def load(store, **lists):
    await store.fleet.load(fleet_file.parse(json.dumps(lists)), {}, NOW_S)


# S4: a booking that is being driven ends by giving the car back


async def test_a_booking_that_is_driven_is_not_cancelled_and_the_way_out_is_said(arrive, store):
    karim = await arrive(KARIM)
    driven = await of(store, KARIM, DRIVEN)
    path = f"{LIST}/{driven.booking_id}/annuler"
    assert f'href="{path}"' not in await karim.read(LIST)
    assert (await karim.send(LIST, path)).status == 303
    assert "rendez la voiture" in await karim.read(LIST)
    answer = await karim.client.delete(f"/api/bookings/{driven.booking_id}")
    assert (answer.status, (await answer.json())["error"]) == (409, "is_driven")
    assert (await of(store, KARIM, DRIVEN)).state == "active"


async def test_a_car_given_back_early_is_free_for_others_from_then_on(arrive, store, woken):
    karim = await arrive(KARIM)
    driven = await of(store, KARIM, DRIVEN)
    path = f"{LIST}/{driven.booking_id}/rendre"
    assert (await karim.send(path)).status == 303
    assert "terminez" in await karim.read(LIST), "its trip is still under way"
    assert (await of(store, KARIM, DRIVEN)).ends_at_s == driven.ends_at_s
    await report(store, CLIO, TripEnded(NOW_S - 60, 312_300, "badge_held", None))
    page = await karim.read(LIST)
    assert f'href="{path}"' in page and f"{driven.booking_id}/annuler" not in page
    for _ in range(2):  # twice is once
        assert (await karim.send(path)).status == 303
        assert "rendue" in await karim.read(LIST)
    given_back = await of(store, KARIM, DRIVEN)
    assert (given_back.state, given_back.ends_at_s) == ("active", NOW_S)
    assert len(woken) == 1
    wanted = await fields(store, CLIO, NOW_S, NOW_S + HOUR_S)
    assert (await (await arrive(LUCIE)).send(FORM, **wanted)).status == 303


async def test_a_booking_that_was_driven_is_not_cancelled_either(arrive, store):
    karim = await arrive(KARIM)
    driven = await of(store, KARIM, DRIVEN)
    await report(store, CLIO, TripEnded(NOW_S - 60, 312_300, "badge_held", None))
    await karim.send(LIST, f"{LIST}/{driven.booking_id}/annuler")
    assert (await of(store, KARIM, DRIVEN)).state == "active"


@pytest.mark.parametrize("change", ["cancelled", "moved"])
async def test_a_car_that_is_out_on_a_booking_called_off_or_moved_before_it_told_is_not_offered(
    arrive, store, change
):
    karim, lucie = await arrive(KARIM), await arrive(LUCIE)
    start_s = NOW_S - 600
    wanted = await fields(store, PEUGEOT, start_s, NOW_S + 3 * HOUR_S, "Hors réseau")
    assert (await karim.send(FORM, **wanted)).status == 303
    made = await of(store, KARIM, "Hors réseau")
    if change == "cancelled":
        await karim.send(f"{LIST}/{made.booking_id}/annuler")
    else:
        await load(store, vehicles=[{"plate": "ZZ-999-ZZ", "label": "Zoé", "site": "PREF"}])
        other = {"vehicle": await id_of(store, "ZZ-999-ZZ")}
        assert (await karim.send(f"{LIST}/{made.booking_id}/voiture", **other)).status == 303
    begun = TripStarted(NOW_S - 300, 0, Holder(made.agent_id, 1, made.booking_id), None)
    await report(store, PEUGEOT, begun)  # it heard of nothing on its way
    wanted = await fields(store, PEUGEOT, NOW_S + 1800, NOW_S + 2 * HOUR_S)
    answer = await lucie.send(FORM, **wanted)
    assert answer.status == 409 and "pas encore rentrée" in await answer.text()


async def test_who_books_a_second_car_for_the_same_hours_is_told(arrive, store):
    karim = await arrive(KARIM)
    wanted = await fields(store, CLIO, NOW_S + DAY_S + HOUR_S)
    assert (await karim.send(FORM, **wanted)).status == 303
    page = await karim.read(LIST)
    assert "Vous avez aussi réservé" in page and PEUGEOT in page[page.index("Vous avez aussi") :]
    assert (await karim.send(FORM, **await fields(store, CLIO, NOW_S + 9 * DAY_S))).status == 303
    assert "Vous avez aussi réservé" not in await karim.read(LIST)


# S9: one plate however written


WRITTEN = [
    "FX 482 LM",
    "fx-482 lm",
    "FX482LM",
    " Fx\u00a0482\u2011LM ",
    "FX\u2013482\u2013LM",
    "FX.482.LM",
]


@pytest.mark.parametrize("plate", WRITTEN)
async def test_a_plate_however_written_is_one_car(arrive, store, plate):
    entry = booking_entry(plate, KARIM, NOW_S + 9 * DAY_S, NOW_S + 10 * DAY_S)
    car = {"plate": plate, "label": "Renault Clio", "site": "PREF"}
    await load(store, vehicles=[car], bookings=[entry])
    assert [car.plate for car in await store.vehicles.all()] == [CLIO, PEUGEOT]
    manager = await arrive(MANAGER)
    answer = await manager.send("/vols/signaler", vehicle_id=plate, reference="PV 1")
    assert answer.status == 303


# S14: seems mended since step 5


async def test_s14_a_booking_whose_car_changed_site_is_moved_nowhere_without_its_equipment(
    arrive, store
):
    await load(
        store,
        sites=[{"code": "DDT", "name": "Territoires"}],
        vehicles=[{"plate": "ZZ-999-ZZ", "label": "Zoé", "site": "DDT"}],
    )
    karim = await arrive(KARIM)
    wanted = await fields(store, CLIO) | {"equipment-SIEGE-1": "1"}
    assert (await karim.send(FORM, **wanted)).status == 303
    made = await of(store, KARIM, "Visite")
    await load(store, vehicles=[{"plate": CLIO, "label": "Clio", "site": "DDT"}])
    zoe = int(await id_of(store, "ZZ-999-ZZ"))
    path = f"/api/bookings/{made.booking_id}/vehicle"
    answer = await karim.client.post(path, json={"vehicle_id": zoe})
    assert (answer.status, (await answer.json())["error"]) == (400, "equipment_stays")
    path = f"/api/bookings/{made.booking_id}/end"
    answer = await karim.client.post(path, json={"ends_at_s": made.ends_at_s + HOUR_S})
    assert answer.status == 200, "it keeps its car, and its car later"


# S17: the night that has an hour twice


async def booked_in_the_night(karim, store, clock, starts_at_s, ends_at_s):
    clock.at_s = starts_at_s - 60
    car = int(await id_of(store, CLIO))
    hours = {"starts_at_s": starts_at_s, "ends_at_s": ends_at_s}
    wanted = {"vehicle_id": car, "purpose": "Nuit"} | hours
    answer = await karim.client.post("/api/bookings", json=wanted)
    assert answer.status == 201
    clock.at_s = starts_at_s + 60
    return (await answer.json())["booking_id"]


def as_shown(page):
    """The fields of the form with the time, as a browser would send it untouched."""
    form = page[page.index("novalidate") :]
    form = form[: form.index("</form>")]
    inputs = re.findall(r"<input[^>]*>", form)
    read = [(re.search(r'name="([^"]*)"', i), re.search(r'value="([^"]*)"', i)) for i in inputs]
    return {name[1]: html.unescape(value[1]) for name, value in read if name and value}


async def test_extending_to_the_second_0215_as_it_is_proposed_lasts_until_then(
    arrive, store, clock
):
    karim = await arrive(KARIM)
    made = await booked_in_the_night(karim, store, clock, FIRST_0215_S - HOUR_S, FIRST_0215_S)
    path = f"{LIST}/{made}/prolonger"
    answer = await karim.client.post(path, data=as_shown(await karim.read(path)))
    assert "est prolongée" in await answer.text()
    assert (await of(store, KARIM, "Nuit")).ends_at_s == SECOND_0215_S
    answer = await karim.client.post(
        path, data=as_shown(await karim.read(path)) | {"end": "2026-10-25T02:15"}
    )
    assert "dure déjà jusque-là" in await answer.text()


async def test_a_time_that_is_typed_and_exists_twice_is_the_one_that_can_be_meant(
    arrive, store, clock
):
    karim = await arrive(KARIM)
    start_s = FIRST_0215_S - HOUR_S
    made = await booked_in_the_night(karim, store, clock, start_s, FIRST_0215_S + 600)
    path = f"{LIST}/{made}/prolonger"
    assert (await karim.send(path, end="2026-10-25T02:20")).status == 303
    page = await karim.read(LIST)
    assert "02:20 (UTC+01:00) existe deux fois" in page
    assert (await of(store, KARIM, "Nuit")).ends_at_s == FIRST_0215_S + 300 + HOUR_S


async def test_the_times_that_the_empty_form_proposes_that_night_are_taken_as_meant(
    arrive, store, clock
):
    clock.at_s = SECOND_0215_S - 45 * 60  # the first 02:30: it proposes from the second 02:00 on
    karim = await arrive(KARIM)
    sent = as_shown(await karim.read(FORM)) | {"purpose": "Nuit"}
    sent["vehicle"] = await id_of(store, CLIO)
    assert (await karim.client.post(FORM, data=sent, allow_redirects=False)).status == 303
    made = await of(store, KARIM, "Nuit")
    assert made.starts_at_s == SECOND_0215_S - 15 * 60


# S20: what was typed survives a session that ended


def token_of(page):
    return html.unescape(TOKEN.search(page)[1])


async def test_a_form_is_there_with_its_text_after_signing_in_again(arrive, store):
    karim = await arrive(KARIM)
    sent = await fields(store, purpose="Visite à Évron") | {"equipment-SIEGE-1": "1"}
    sent["csrf_token"] = token_of(await karim.read(FORM))
    karim.client.session.cookie_jar.clear()
    answer = await karim.client.post(FORM, data=sent, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/connexion?next={FORM}")
    assert (await karim.sign_in(KARIM)).status == 303
    page = await karim.read(FORM)
    assert 'value="Visite à Évron"' in page and sent["start"] in page
    assert 'name="equipment-SIEGE-1" value="1" checked' in page
    assert "Ce que vous aviez saisi" in page
    assert "Visite à Évron" not in await karim.read(FORM), "once"
    assert not [b for b in await own(store, KARIM) if b.purpose == "Visite à Évron"]


async def test_a_message_sent_with_the_token_of_an_ended_session_is_still_there(arrive, store):
    _, ended = await trip_ids(store)
    lucie = await arrive(LUCIE)
    path = f"/trajets/{ended}/avis"
    token = token_of(await lucie.read(path))
    lucie.client.session.cookie_jar.clear()
    said = {"csrf_token": token, "rating": "4", "message": "Bonne route\nà tous " * 60}
    await lucie.client.post(path, data=said, allow_redirects=False)
    assert (await lucie.sign_in(LUCIE)).status == 303
    assert "Bonne route\nà tous Bonne route" in await lucie.read(path)


async def test_what_somebody_typed_is_shown_to_nobody_else(arrive, store):
    karim = await arrive(KARIM)
    sent = await fields(store, purpose="Secret de Karim")
    token = token_of(await karim.read(FORM))
    for tried in (token, "", "x", f"{token}0", token[:-1]):
        karim.client.session.cookie_jar.clear()
        await karim.client.post(FORM, data=sent | {"csrf_token": tried}, allow_redirects=False)
        assert (await karim.sign_in(LUCIE)).status == 303
        assert "Secret de Karim" not in await karim.read(FORM)


async def test_no_password_is_kept(arrive, store):
    karim = await arrive(KARIM)
    token = token_of(await karim.read(FORM))
    karim.client.session.cookie_jar.clear()
    sent = await fields(store) | {"csrf_token": token, "password": "hunter2", "code": "123456"}
    await karim.client.post(FORM, data=sent, allow_redirects=False)
    assert (await karim.sign_in(KARIM)).status == 303
    assert "hunter2" not in await karim.read(FORM)


# S28: a form shows all its errors at once


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"purpose": " ", "end": "2026-11-24T08:00"}, {"purpose", "end"}),
        ({"purpose": " ", "start": "2026-11-20T08:00", "planned_km": "-3"}, None),
        ({"start": "", "private": "y"}, {"start", "private"}),
        ({"end": "soon", "start": "2029-01-01T08:00", "vehicle": "999999"}, None),
        ({"start": "?", "end": "2026-11-20T08:00"}, {"start", "end"}),
        ({"weeks": "27", "purpose": "", "vehicle": "999999"}, {"weeks", "purpose", "vehicle"}),
        ({"weeks": "many", "equipment-NONE": "1"}, {"weeks", "equipment"}),
    ],
)
async def test_a_form_says_all_that_is_wrong_with_it_at_once(arrive, store, changed, errors):
    karim = await arrive(KARIM)
    answer = await karim.send(FORM, **await fields(store, CLIO) | changed)
    page = await answer.text()
    assert answer.status == 422
    named = {"private": "private", "equipment-NONE": "equipment"}
    errors = errors or {named.get(field, field) for field in changed}
    assert set(re.findall(r'class="field-error" id="(\w+)-error"', page)) == errors


@pytest.mark.parametrize("changed", [{"purpose": ""}, {"planned_km": "far"}, {"private": "y"}])
async def test_a_taken_car_is_said_beside_what_else_is_wrong(arrive, store, changed):
    lucie = await arrive(LUCIE)
    wanted = await fields(store, PEUGEOT, NOW_S + DAY_S) | changed
    answer = await lucie.send(FORM, **wanted)
    page = await answer.text()
    (field,) = changed
    found = set(re.findall(r'class="field-error" id="(\w+)-error"', page))
    assert found == {"vehicle", field}
    assert answer.status == 422
    assert not [b for b in await own(store, LUCIE) if b.starts_at_s == NOW_S + DAY_S]


async def test_a_theft_report_says_both_what_car_and_what_reference_are_missing(arrive, store):
    manager = await arrive(MANAGER)
    page = await (await manager.send("/vols/signaler", vehicle_id="?", reference=" ")).text()
    assert 'id="vehicle_id-error"' in page and 'id="reference-error"' in page


async def test_a_message_says_both_what_rating_and_what_text_are_wrong(arrive, store):
    _, ended = await trip_ids(store)
    lucie = await arrive(LUCIE)
    path = f"/trajets/{ended}/avis"
    answer = await lucie.send(path, rating="9", message=" ", damage="y")
    page = await answer.text()
    assert answer.status == 422
    assert 'id="rating-error"' in page and 'id="message-error"' in page


async def test_a_taken_car_and_taken_equipment_are_both_said(arrive, store):
    karim, lucie = await arrive(KARIM), await arrive(LUCIE)
    hours = (NOW_S + 5 * DAY_S, NOW_S + 6 * DAY_S)
    wanted = await fields(store, PEUGEOT, *hours) | {"equipment-SIEGE-1": "1"}
    assert (await karim.send(FORM, **wanted)).status == 303
    page = await (await lucie.send(FORM, **wanted)).text()
    found = set(re.findall(r'class="field-error" id="(\w+)-error"', page))
    assert found == {"vehicle", "equipment"}
