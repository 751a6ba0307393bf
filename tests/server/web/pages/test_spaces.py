"""A text is cleaned the same on every way in: page, API, fleet file (finding S19)."""

import json
import unicodedata

import pytest

from server.fleet import fleet_file
from server.fleet.refusals import Refused
from tests.fleet import FLEET, SITE, vehicle
from tests.server.web.sample import CLIO, DAY_S, FORM, KARIM, NOW_S, fields, id_of, own

PLAIN = "Visite à Mamers"
# How that reaches us: from a French keyboard, a spreadsheet, a Mac's file name, a web page.
WRITTEN = [
    "Visite\u00a0à\u202fMamers",
    "Visite\tà\u2003\u3000Mamers",
    " Visite à\r\nMamers\u2028",
    unicodedata.normalize("NFD", PLAIN),
    "\ufeffVisite à Ma\u00admers\u200b",
    "Visite à\u200e Mamers\u202c",
]
# What can be neither seen nor meant.
UNSEEN = ["Visite\x00", "\x1b[31mVisite", "Visite\x07à Mamers", "Visite \x9b1m", "Visite\ue000"]


def from_file(text: str) -> tuple[str, str, str]:
    """What the fleet file makes of a text: as a purpose, as a name, in a code."""
    data = json.loads(json.dumps(FLEET))
    data["bookings"][0]["purpose"] = data["agents"][0]["full_name"] = text
    data["sites"].append({"code": text, "name": "A"})
    data["vehicles"].append(vehicle("NEW-1") | {"site": text})
    read = fleet_file.parse(json.dumps(data))
    assert read.sites[1].code == read.vehicles[-1].site
    return read.bookings[0].purpose, read.agents[0].full_name, read.sites[1].code


async def from_page(person, store, text: str) -> int:
    start_s = NOW_S + 2 * DAY_S
    return (await person.send(FORM, **await fields(store, CLIO, start_s, purpose=text))).status


async def from_api(person, store, text: str):
    body = {"vehicle_id": int(await id_of(store, CLIO)), "purpose": text}
    body |= {"starts_at_s": NOW_S + 3 * DAY_S, "ends_at_s": NOW_S + 4 * DAY_S}
    return await person.client.post("/api/bookings", json=body)


@pytest.mark.parametrize("text", WRITTEN)
def test_the_fleet_file_reads_every_space_and_accent_as_people_see_it(text):
    assert from_file(text) == (PLAIN, PLAIN, PLAIN)


async def test_page_and_api_read_a_text_as_the_fleet_file_does(arrive, store):
    karim = await arrive(KARIM)
    for text in WRITTEN:
        assert await from_page(karim, store, text) == 303
        assert (await from_api(karim, store, text)).status == 201
        made = [b for b in await own(store, KARIM) if b.starts_at_s >= NOW_S + 2 * DAY_S]
        assert [booking.purpose for booking in made if booking.state == "active"] == [PLAIN] * 2
        for booking in made:
            await karim.client.delete(f"/api/bookings/{booking.booking_id}")


async def test_a_control_character_is_refused_on_every_way_in(arrive, store):
    karim = await arrive(KARIM)
    for text in UNSEEN:
        with pytest.raises(Refused):
            from_file(text)
        assert await from_page(karim, store, text) == 422
        answer = await from_api(karim, store, text)
        assert (answer.status, (await answer.json())["error"]) == (400, "not_a_text")


def test_a_code_that_only_looks_the_same_is_the_same() -> None:
    data = json.loads(json.dumps(FLEET))
    data["sites"].append({"code": SITE + "\u00a0", "name": "Again"})
    with pytest.raises(Refused, match="same_as"):
        fleet_file.parse(json.dumps(data))
