"""One rule, one answer: what one way in refuses, no other takes (findings S5, S7, S10)."""

import json

import pytest

from server.cli import main
from server.fleet import fleet_file
from tests.fleet import FLEET, HOUR_S, NOW_S, agent, booking
from tests.server.web.sample import CLIO, DAY_S, FORM, KARIM, fields, own
from tests.server.web.sample import NOW_S as PAGE_NOW_S


async def garage(store, plate, from_s, to_s):
    """Take a car out of service, as the operator's file does."""
    car = {"plate": plate, "label": "Clio", "site": "PREF"}
    file = {"vehicles": [car | {"out_of_service": [{"from": from_s, "to": to_s}]}]}
    await store.fleet.load(fleet_file.parse(json.dumps(file)), {}, PAGE_NOW_S)


async def test_a_booking_is_not_extended_into_a_time_out_of_service(arrive, store):
    karim = await arrive(KARIM)
    start_s = PAGE_NOW_S + 2 * DAY_S
    assert (await karim.send(FORM, **await fields(store, CLIO, start_s))).status == 303
    made = next(b for b in await own(store, KARIM) if b.starts_at_s == start_s)
    await garage(store, CLIO, made.ends_at_s + HOUR_S, made.ends_at_s + DAY_S)
    path = f"/api/bookings/{made.booking_id}/end"
    answer = await karim.client.post(path, json={"ends_at_s": made.ends_at_s + 2 * HOUR_S})
    assert answer.status == 409
    assert (await answer.json())["error"] == "out_of_service"


def load(tmp_path, capsys, **lists):
    """What `voiturier load` says of a file: its exit code and its words."""
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET | lists, indent=1))
    code = 0
    try:
        main(["load", str(file), "--data", str(tmp_path / "data")])
    except SystemExit as end:
        code = int(end.code or 0)
    return code, capsys.readouterr().err


def test_an_unknown_word_inside_an_entry_of_the_fleet_file_is_named_with_its_place(
    tmp_path, capsys
):
    typo = agent("eva.roux", bytes(4), licence_recoreded=False)
    code, said = load(tmp_path, capsys, agents=[*FLEET["agents"], typo])
    assert code == 2
    assert "agents[2]" in said and "licence_recoreded" in said and "line " in said


async def test_an_unknown_word_in_a_body_is_refused_with_its_name(arrive, store):
    karim = await arrive(KARIM)
    car = next(car for car in await store.vehicles.all() if car.plate == CLIO)
    body = {
        "vehicle_id": car.vehicle_id,
        "starts_at_s": PAGE_NOW_S + 2 * DAY_S,
        "ends_at_s": PAGE_NOW_S + 2 * DAY_S + HOUR_S,
        "purpose": "Visite",
        "privat": True,
    }
    answer = await karim.client.post("/api/bookings", json=body)
    assert answer.status == 400
    assert (await answer.json())["field"] == "privat"


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        (booking("AB-123-CD", "marie.leroy", NOW_S, NOW_S + 60 * 365 * 86400), "ends_at"),
        (booking("AB-123-CD", "marie.leroy", NOW_S, NOW_S + 60, purpose="x" * 5000), "purpose"),
    ],
    ids=["60 years", "a purpose of 5,000 letters"],
)
def test_the_fleet_file_keeps_the_rules_of_a_booking(tmp_path, capsys, entry, place):
    code, said = load(tmp_path, capsys, bookings=[entry])
    assert code == 2
    assert "bookings[0]" in said and place in said


async def test_a_word_that_stands_twice_in_a_body_is_refused_as_in_a_file(arrive):
    karim = await arrive(KARIM)
    body = '{"vehicle_id": 1, "weeks": 1, "purpose": "Visite", "weeks": 26}'
    headers = {"Content-Type": "application/json"}
    answer = await karim.client.post("/api/bookings", data=body, headers=headers)
    told = await answer.json()
    assert (answer.status, told["error"], told["field"]) == (400, "word_twice", "weeks")
