"""Equipment on the pages and in the JSON API: ticked with the car, refused when it is taken."""

import json

import pytest

from server.fleet import fleet_file
from tests.server.web.sample import (
    CLIO,
    FORM,
    HOUR_S,
    KARIM,
    LUCIE,
    NOW_S,
    PEUGEOT,
    fields,
    id_of,
    own,
    trip_ids,
)

SEAT, OTHER_SEAT = "SIEGE-1", "SIEGE-2"
EQUIPMENT = {
    "sites": [{"code": "DDT", "name": "Territoires"}],
    "vehicles": [{"plate": "ZZ-999-ZZ", "label": "Zoé", "site": "DDT"}],
    "equipment": [
        {"code": OTHER_SEAT, "name": "Rehausseur", "site": "PREF"},
        {"code": "CHAINES", "name": "Chaînes", "site": "DDT"},
    ],
}


@pytest.fixture
async def equipped(store):
    await store.fleet.load(fleet_file.parse(json.dumps(EQUIPMENT)), {}, NOW_S)
    return store


def ticked(*codes):
    return {f"equipment-{code}": "1" for code in codes}


async def test_equipment_is_booked_with_the_car_and_shown_with_it(arrive, equipped):
    karim = await arrive(KARIM)
    assert f'name="equipment-{SEAT}"' in await karim.read(FORM)
    for _ in range(2):  # twice is once
        wanted = await fields(equipped) | ticked(SEAT, OTHER_SEAT)
        assert (await karim.send(FORM, **wanted)).status == 303
    (booking,) = [b for b in await own(equipped, KARIM) if b.purpose == "Visite"]
    assert booking.equipment == (SEAT, OTHER_SEAT)
    page = await karim.read("/reservations")
    assert "Siège enfant (SIEGE-1)" in page and "Rehausseur (SIEGE-2)" in page
    again = await karim.read(f"{FORM}?like={booking.booking_id}")
    assert f'name="equipment-{SEAT}" value="1" checked' in again


async def test_a_piece_is_booked_on_the_page_whatever_spaces_its_code_has(arrive, equipped):
    code = "SIEGE \u00a03"  # which the file, the form and the API all read as people see it
    piece = {"code": code, "name": "Siège", "site": "PREF"}
    await equipped.fleet.load(fleet_file.parse(json.dumps({"equipment": [piece]})), {}, NOW_S)
    karim = await arrive(KARIM)
    wanted = await fields(equipped) | ticked(code)
    assert (await karim.send(FORM, **wanted)).status == 303
    (booking,) = [b for b in await own(equipped, KARIM) if b.purpose == "Visite"]
    assert booking.equipment == ("SIEGE 3",)


async def test_a_piece_that_is_taken_is_refused_with_the_free_ones_and_goes_without(
    arrive, equipped
):
    karim, lucie = await arrive(KARIM), await arrive(LUCIE)
    assert (await karim.send(FORM, **await fields(equipped) | ticked(SEAT))).status == 303
    wanted = await fields(equipped, PEUGEOT)
    answer = await lucie.send(FORM, **wanted | ticked(SEAT))
    page = await answer.text()
    assert answer.status == 409
    error = page[page.index('id="equipment-error"') :]
    assert "Déjà réservée (DDT)" in error and "Rehausseur (SIEGE-2)" in error
    assert f'name="equipment-{SEAT}" value="1" checked' in page, "what was ticked stays"
    answer = await lucie.send(FORM, **wanted | ticked(SEAT, OTHER_SEAT))
    assert "Rehausseur (SIEGE-2)" in await answer.text()
    assert (await lucie.send(FORM, **wanted)).status == 303


async def test_where_no_piece_is_left_the_car_alone_is_offered(arrive, equipped):
    karim, lucie = await arrive(KARIM), await arrive(LUCIE)
    assert (
        await karim.send(FORM, **await fields(equipped) | ticked(SEAT, OTHER_SEAT))
    ).status == 303
    answer = await lucie.send(FORM, **await fields(equipped, PEUGEOT) | ticked(SEAT))
    assert "décochez la case" in await answer.text()


@pytest.mark.parametrize(
    ("code", "message"),
    [("CHAINES", "autre site"), ("NOTHING", "matériel proposé"), ("<b>é", "matériel proposé")],
)
async def test_equipment_that_is_not_there_is_said_beside_the_boxes(
    arrive, equipped, code, message
):
    karim = await arrive(KARIM)
    answer = await karim.send(FORM, **await fields(equipped) | ticked(code))
    page = await answer.text()
    assert answer.status == 422 and "<b>" not in page
    assert message in page[page.index('id="equipment-error"') :]


async def test_a_taken_car_keeps_the_boxes_ticked_in_the_offer(arrive, equipped):
    lucie = await arrive(LUCIE)
    wanted = await fields(equipped, CLIO, NOW_S + HOUR_S, NOW_S + 2 * HOUR_S) | ticked(SEAT)
    page = await (await lucie.send(FORM, **wanted)).text()
    assert f'<input type="hidden" name="equipment-{SEAT}" value="1">' in page


async def test_a_booking_with_equipment_moves_to_no_other_site(arrive, equipped):
    karim = await arrive(KARIM)
    assert (await karim.send(FORM, **await fields(equipped) | ticked(SEAT))).status == 303
    (booking,) = [b for b in await own(equipped, KARIM) if b.purpose == "Visite"]
    path = f"/reservations/{booking.booking_id}/voiture"
    zoe = await id_of(equipped, "ZZ-999-ZZ")
    page = await karim.read(path)
    assert "Peugeot" in page and "Zoé" not in page
    answer = await karim.send(path, vehicle=zoe)
    assert answer.status == 409 and "reste sur son site" in await answer.text()
    assert (await karim.send(path, vehicle=await id_of(equipped, PEUGEOT))).status == 303


async def test_when_its_car_changed_site_a_booking_moves_to_where_its_equipment_is(
    arrive, equipped
):
    karim = await arrive(KARIM)
    assert (await karim.send(FORM, **await fields(equipped) | ticked(SEAT))).status == 303
    (booking,) = [b for b in await own(equipped, KARIM) if b.purpose == "Visite"]
    moved = {"vehicles": [{"plate": CLIO, "label": "Clio", "site": "DDT"}]}
    await equipped.fleet.load(fleet_file.parse(json.dumps(moved)), {}, NOW_S)
    path = f"/reservations/{booking.booking_id}/voiture"
    page = await karim.read(path)
    assert "Peugeot" in page and "Zoé" not in page
    answer = await karim.send(path, vehicle=await id_of(equipped, "ZZ-999-ZZ"))
    assert answer.status == 409 and "reste sur son site" in await answer.text()
    assert (await karim.send(path, vehicle=await id_of(equipped, PEUGEOT))).status == 303


async def test_a_trip_says_what_equipment_was_booked(arrive, equipped):
    under_way, _ = await trip_ids(equipped)
    booking = next(b for b in await own(equipped, KARIM) if b.purpose == "Chantier de Mamers")
    entry = {
        **{"vehicle": CLIO, "agent": KARIM, "purpose": booking.purpose, "equipment": [SEAT]},
        **{"starts_at": booking.starts_at_s, "ends_at": booking.ends_at_s},
    }
    await equipped.fleet.load(fleet_file.parse(json.dumps({"bookings": [entry]})), {}, NOW_S)
    page = await (await arrive(KARIM)).read(f"/trajets/{under_way}")
    assert "Siège enfant <small>SIEGE-1</small>" in page


async def test_the_api_books_equipment_and_names_what_is_free_instead(arrive, equipped):
    karim, lucie = await arrive(KARIM), await arrive(LUCIE)
    listed = await (await karim.client.get("/api/equipment")).json()
    assert [piece["code"] for piece in listed["equipment"]] == [OTHER_SEAT, SEAT, "CHAINES"]
    wanted = {"starts_at_s": NOW_S + 4 * HOUR_S, "ends_at_s": NOW_S + 5 * HOUR_S, "purpose": "x"}
    wanted |= {"vehicle_id": int(await id_of(equipped, CLIO)), "equipment": [SEAT, SEAT]}
    answer = await karim.client.post("/api/bookings", json=wanted)
    assert (answer.status, (await answer.json())["equipment"]) == (201, [SEAT])
    wanted["vehicle_id"] = int(await id_of(equipped, PEUGEOT))
    answer = await lucie.client.post("/api/bookings", json=wanted)
    body = await answer.json()
    assert (answer.status, body["error"], body["field"]) == (409, "equipment_taken", "equipment")
    assert [piece["code"] for piece in body["alternatives"]] == [OTHER_SEAT]
    assert body["conflicts"] == [
        {"starts_at_s": wanted["starts_at_s"], "ends_at_s": wanted["ends_at_s"]}
    ]
    for equipment in ("SIEGE-1", [1], ["\ud800"], ["CHAINES"]):
        answer = await lucie.client.post("/api/bookings", json=wanted | {"equipment": equipment})
        assert (answer.status, (await answer.json())["field"]) == (400, "equipment")
