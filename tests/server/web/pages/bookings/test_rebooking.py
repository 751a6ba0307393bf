"""My bookings: another car, a later end, and what the page warns of."""

import json

import pytest

from server.fleet import fleet_file
from server.fleet.records import BadgeRefused, Holder, TripEnded
from server.web.localtime import to_input
from tests.fleet import wanted
from tests.server.web.sample import (
    CLIO,
    HOUR_S,
    KARIM,
    LUCIE,
    NOW_S,
    PARIS,
    PEUGEOT,
    report,
    trip_ids,
)

LIST = "/reservations"
NOW = "Chantier de Mamers"
TOMORROW = "Réunion à Angers"


async def of(store, login, purpose):
    agent = await store.agents.by_login(login)
    return next(b for b in await store.bookings.of_agent(agent.agent_id, 0) if b.purpose == purpose)


async def book(store, plate, login, from_s, to_s, purpose="Visite"):
    car = next(car for car in await store.vehicles.all() if car.plate == plate)
    agent = await store.agents.by_login(login)
    journey = wanted(car.vehicle_id, from_s, to_s, purpose)
    return await store.bookings.create(journey, agent.agent_id, NOW_S)


async def put_out_of_service(store, plate, from_s, to_s):
    car = {"plate": plate, "label": "x", "site": "PREF"}
    car["out_of_service"] = [{"from": from_s, "to": to_s}]
    await store.fleet.load(fleet_file.parse(json.dumps({"vehicles": [car]})), {}, NOW_S)


async def test_a_booking_moves_to_a_free_car_and_back_and_both_boxes_are_woken(
    arrive, store, woken
):
    karim = await arrive(KARIM)
    booking = await of(store, KARIM, TOMORROW)
    path = f"{LIST}/{booking.booking_id}/voiture"
    assert f'href="{path}"' in await karim.read(LIST)
    clio, peugeot = await store.vehicles.all()
    page = await karim.read(path)
    assert f'name="vehicle" value="{clio.vehicle_id}"' in page
    assert f'name="vehicle" value="{peugeot.vehicle_id}"' not in page
    for car in (clio, clio, peugeot):  # twice is once; the way back is the undo
        answer = await karim.send(path, vehicle=str(car.vehicle_id))
        assert (answer.status, answer.headers["Location"]) == (303, LIST)
        assert "change de voiture" in await karim.read(LIST)
        assert (await of(store, KARIM, TOMORROW)).plate == car.plate
    assert woken == [peugeot.box_id, clio.box_id, clio.box_id, peugeot.box_id]


async def test_a_car_taken_meanwhile_is_said_and_nothing_moves(arrive, store):
    karim = await arrive(KARIM)
    booking = await of(store, KARIM, TOMORROW)
    await book(store, CLIO, LUCIE, booking.starts_at_s, booking.ends_at_s)
    assert f"{booking.booking_id}/voiture" not in await karim.read(LIST), "no car is free"
    path = f"{LIST}/{booking.booking_id}/voiture"
    clio = (await store.vehicles.all())[0]
    answer = await karim.send(path, vehicle=str(clio.vehicle_id))
    page = await answer.text()
    assert answer.status == 409 and "Déjà réservée (DDPP)" in page
    assert (await of(store, KARIM, TOMORROW)).plate == PEUGEOT


@pytest.mark.parametrize("vehicle", ["", "x", "-1", "9" * 30, "999"])
async def test_a_car_that_is_none_is_said(arrive, store, vehicle):
    karim = await arrive(KARIM)
    path = f"{LIST}/{(await of(store, KARIM, TOMORROW)).booking_id}/voiture"
    answer = await karim.send(path, vehicle=vehicle)
    assert answer.status == 409 and "Choisissez une des voitures" in await answer.text()


async def test_a_car_out_of_service_is_neither_offered_nor_given(arrive, store):
    karim = await arrive(KARIM)
    booking = await of(store, KARIM, TOMORROW)
    await put_out_of_service(store, CLIO, booking.starts_at_s, booking.ends_at_s)
    path = f"{LIST}/{booking.booking_id}/voiture"
    clio = (await store.vehicles.all())[0]
    assert "Aucune autre voiture" in await karim.read(path)
    answer = await karim.send(path, vehicle=str(clio.vehicle_id))
    assert answer.status == 409 and "hors service" in await answer.text()


async def test_a_booking_that_is_driven_keeps_its_car(arrive, store):
    karim = await arrive(KARIM)
    booking = await of(store, KARIM, NOW)
    path = f"{LIST}/{booking.booking_id}/voiture"
    assert f'href="{path}"' not in await karim.read(LIST)
    peugeot = (await store.vehicles.all())[1]
    answer = await karim.send(path, vehicle=str(peugeot.vehicle_id))
    assert answer.status == 409 and "trajet est en cours" in await answer.text()


async def test_after_a_refusal_at_the_wrong_car_one_press_takes_it(arrive, store):
    lucie = await arrive(LUCIE)
    booking = await book(store, CLIO, LUCIE, NOW_S + 2 * HOUR_S, NOW_S + 3 * HOUR_S)
    refused = BadgeRefused(NOW_S, "wrong_car", Holder(booking.agent_id, 1, booking.booking_id))
    await report(store, PEUGEOT, refused)
    page = await lucie.read(LIST)
    assert f"refusé à {PEUGEOT} : vous avez réservé Renault Clio {CLIO}" in page
    assert "Prendre plutôt Peugeot 208" in page
    peugeot = (await store.vehicles.all())[1]
    path = f"{LIST}/{booking.booking_id}/voiture"
    assert (await lucie.send(LIST, path, vehicle=str(peugeot.vehicle_id))).status == 303
    assert "refusé à" not in await lucie.read(LIST)


async def test_a_wrong_car_that_is_taken_is_not_offered(arrive, store):
    lucie = await arrive(LUCIE)
    booking = await book(store, CLIO, LUCIE, NOW_S + 2 * HOUR_S, NOW_S + 3 * HOUR_S)
    await book(store, PEUGEOT, KARIM, NOW_S + 2 * HOUR_S, NOW_S + 3 * HOUR_S)
    refused = BadgeRefused(NOW_S, "wrong_car", Holder(booking.agent_id, 1, booking.booking_id))
    await report(store, PEUGEOT, refused)
    page = await lucie.read(LIST)
    assert f"{PEUGEOT} n’est pas libre à vos heures" in page and "Prendre plutôt" not in page


async def test_who_comes_next_is_warned_of_a_car_that_is_late_and_the_late_sees_it(
    arrive, store, clock
):
    lucie, karim = await arrive(LUCIE), await arrive(KARIM)
    under_way, _ = await trip_ids(store)
    await book(store, CLIO, LUCIE, NOW_S + 2 * HOUR_S, NOW_S + 4 * HOUR_S)
    assert "pas encore rentrée" not in await lucie.read(LIST)
    clock.at_s = NOW_S + 2 * HOUR_S + 300
    page = await lucie.read(LIST)
    assert f"Renault Clio {CLIO} n’est pas encore rentrée" in page
    assert "Prendre plutôt Peugeot 208" in page
    late = await karim.read(LIST)
    assert NOW in late and "Retard" in late and "/prolonger" in late
    await report(store, CLIO, TripEnded(clock.at_s, 312_300, "badge_held", None))
    assert "pas encore rentrée" not in await lucie.read(LIST)
    assert "5 min de retard" in await karim.read("/trajets")
    assert "à la charge de Karim" in await karim.read(f"/trajets/{under_way}")


async def test_who_booked_a_car_that_is_taken_out_of_service_is_warned(arrive, store):
    karim = await arrive(KARIM)
    booking = await of(store, KARIM, TOMORROW)
    await put_out_of_service(store, PEUGEOT, booking.starts_at_s, booking.ends_at_s)
    page = await karim.read(LIST)
    assert "hors service pendant votre réservation" in page
    assert "Prendre plutôt Renault Clio" in page


async def test_a_booking_is_extended_by_a_button_or_to_a_time(arrive, store, woken):
    karim = await arrive(KARIM)
    booking = await of(store, KARIM, NOW)
    path = f"{LIST}/{booking.booking_id}/prolonger"
    assert f'href="{path}"' in await karim.read(LIST)
    half_an_hour = str(booking.ends_at_s + 1800)
    assert f'name="ends_at_s" value="{half_an_hour}"' in await karim.read(path)
    for _ in range(2):
        assert (await karim.send(path, ends_at_s=half_an_hour)).status == 303
    assert "prolongée" in await karim.read(LIST)
    assert (await of(store, KARIM, NOW)).ends_at_s == booking.ends_at_s + 1800
    assert len(woken) == 1
    end = to_input(booking.ends_at_s + 3 * HOUR_S, PARIS)
    assert (await karim.send(path, end=end)).status == 303
    assert (await of(store, KARIM, NOW)).ends_at_s == booking.ends_at_s + 3 * HOUR_S


async def test_who_is_late_is_offered_ends_that_are_still_to_come(arrive, store, clock):
    karim = await arrive(KARIM)
    booking = await of(store, KARIM, NOW)
    clock.at_s = booking.ends_at_s + 50 * 60
    page = await karim.read(f"{LIST}/{booking.booking_id}/prolonger")
    for more_min in (45 + 30, 45 + 60):
        assert f'name="ends_at_s" value="{booking.ends_at_s + more_min * 60}"' in page


async def test_an_end_that_cannot_be_is_said_beside_the_field(arrive, store):
    karim = await arrive(KARIM)
    booking = await of(store, KARIM, NOW)
    await book(store, CLIO, LUCIE, booking.ends_at_s, booking.ends_at_s + HOUR_S)
    path = f"{LIST}/{booking.booking_id}/prolonger"
    for fields, status, message in (
        ({"ends_at_s": str(booking.ends_at_s + 1800)}, 409, "Déjà réservée (DDPP)"),
        ({"ends_at_s": str(booking.ends_at_s - 60)}, 422, "fin plus tardive"),
        ({"end": "2027-03-01T08:00"}, 422, "31"),
        ({"end": ""}, 422, "Quand revenez-vous"),
    ):
        answer = await karim.send(path, **fields)
        page = await answer.text()
        assert answer.status == status
        assert message in page[page.index('id="end-error"') :]
    assert (await of(store, KARIM, NOW)).ends_at_s == booking.ends_at_s


async def test_somebody_else_s_booking_cannot_be_changed(arrive, store):
    lucie = await arrive(LUCIE)
    booking = await of(store, KARIM, TOMORROW)
    for what in ("voiture", "prolonger"):
        path = f"{LIST}/{booking.booking_id}/{what}"
        await lucie.read(path, status=404)
        assert (await lucie.send(LIST, path, vehicle="1", ends_at_s="9")).status == 404
