"""What the system knows of somebody: they find it, read it and take it with them."""

import csv
import io
import json
import re
import zipfile

import pytest

from server.fleet.feedback import Said
from server.fleet.privacy.own_data import handed_out, name_of
from server.fleet.privacy.registry import KINDS
from server.store.audit import Sought
from tests.server.web.sample import KARIM, LUCIE, MANAGER, NOW_S, PAST_TRIPS, trip_ids

DATA = "/mes-donnees"


@pytest.fixture
async def lucie_id(store) -> int:
    return (await store.agents.by_login(LUCIE)).agent_id


async def copy_of(person) -> dict:
    return json.loads(await person.read(f"{DATA}/copie.json"))


def rows_of(copy: dict, kind: str, table: str) -> list[dict]:
    (found,) = (each for each in copy["known"] if each["kind"] == kind)
    return found["rows"][table]


async def test_the_profile_leads_to_what_is_known_with_purpose_ground_readers_and_end(arrive):
    lucie = await arrive(LUCIE)
    assert f'href="{DATA}"' in await lucie.read("/profil")
    page = await lucie.read(DATA)
    assert "Ce que le système sait de moi" in page
    for said in (
        "attribuer les voitures",
        "mission d’intérêt public",
        "gestionnaire",
        "60 jours",
        f"{PAST_TRIPS} conservées",
    ):
        assert said in page, said
    for kind in KINDS:
        assert f'id="kind-{kind.name}"' in page


async def test_what_is_known_is_neither_called_nothing_nor_read_by_nobody_and_somebody(arrive):
    page = await (await arrive(LUCIE)).read(DATA)
    kinds = dict(re.findall(r'<details class="known" id="kind-(\w+)">(.*?)</details>', page, re.S))
    assert kinds.keys() == {kind.name for kind in KINDS}
    for name, said in kinds.items():
        has_rows = '<ul class="plain">' in said
        assert not (has_rows and "rien actuellement" in said), name
        readers = next(kind for kind in KINDS if kind.name == name).readers()
        assert not (readers and "personne : le logiciel seul" in said), name
        assert not re.search(r"\s,", re.sub(r"<[^>]+>", "", said)), name


async def test_who_read_where_one_was_is_named_and_ones_own_look_is_not(arrive, store):
    lucie = await arrive(LUCIE)
    assert "Personne d’autre que vous" in await lucie.read(DATA)
    _, ended = await trip_ids(store)
    await lucie.read(f"/trajets/{ended}")
    assert "Personne d’autre que vous" in await lucie.read(DATA)
    manager = await store.agents.by_login(MANAGER)
    await (await arrive(MANAGER)).read(f"/trajets/{ended}")
    page = await lucie.read(DATA)
    assert "Personne d’autre que vous" not in page
    assert manager.full_name in page and f'href="/trajets/{ended}"' in page


async def test_the_copy_has_each_declared_column_of_each_kind(arrive):
    copy = await copy_of(await arrive(LUCIE))
    told = {each["kind"]: each for each in copy["known"]}
    assert set(told) == {kind.name for kind in KINDS}
    for kind in KINDS:
        assert told[kind.name]["purposes"] and told[kind.name]["basis"] and told[kind.name]["until"]
        for table, names in handed_out(kind).items():
            for row in told[kind.name]["rows"][table]:
                assert {name_of(name) for name in names} <= set(row), (kind.name, table)


async def test_the_copy_says_what_there_is(arrive, store):
    _, ended = await trip_ids(store)
    await store.feedback.say(ended, Said(4, "=SUM(A1)", False), NOW_S)
    lucie = await arrive(LUCIE)
    copy = await copy_of(lucie)
    (account,) = rows_of(copy, "account", "agent")
    assert (account["login"], account["agent_id"]) == (LUCIE, "me")
    assert len(rows_of(copy, "trips", "trip")) == PAST_TRIPS
    places = rows_of(copy, "places", "trip")
    assert {place["start_lat"] for place in places} == {48.0061}
    assert all(place["trip_id"] for place in places), "which trip it was"
    (booking,) = rows_of(copy, "bookings", "booking")
    assert booking["purpose"] == "Contrôle à La Flèche" and booking["plate"]
    (said,) = rows_of(copy, "feedback", "feedback")
    assert said["message"] == "=SUM(A1)"
    (notice,) = rows_of(copy, "notices", "notice")
    assert notice["how"] == "paper"
    karim = await copy_of(await arrive(KARIM))
    assert [badge["ending"] for badge in rows_of(karim, "badges", "badge")] == ["b2c4"]


async def test_the_copy_names_nobody_else_and_holds_no_secret(arrive, store):
    _, ended = await trip_ids(store)
    karim, lucie = await arrive(KARIM), await arrive(LUCIE)
    manager = await store.agents.by_login(MANAGER)
    await store.feedback.say(ended, Said(4, "Bruit", False), NOW_S)
    await store.feedback.answer(ended, NOW_S, "Vu", manager.agent_id, NOW_S)
    secrets = {person.password_hash for person in await store.agents.all()}
    for person, others in ((lucie, (KARIM, MANAGER)), (karim, (LUCIE, MANAGER))):
        text = await person.read(f"{DATA}/copie.json")
        for other in others:
            known = await store.agents.by_login(other)
            assert other not in text and json.dumps(known.full_name)[1:-1] not in text
        assert not any(secret in text for secret in secrets)
    assert '"answered_by_id": "another"' in await lucie.read(f"{DATA}/copie.json")


async def test_the_copy_for_table_programs_has_the_same_rows_and_no_formula(arrive, store):
    _, ended = await trip_ids(store)
    await store.feedback.say(ended, Said(4, '=cmd|"/c calc"!A1', False), NOW_S)
    lucie = await arrive(LUCIE)
    copy = await copy_of(lucie)
    answer = await lucie.client.get(f"{DATA}/copie.zip")
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
        for each in copy["known"]:
            for table, rows in each["rows"].items():
                if table in ("session", "audit"):  # this very copy left its entries
                    continue
                text = archive.read(f"{each['kind']}-{table}.csv").decode("utf-8-sig")
                read = list(csv.DictReader(io.StringIO(text), delimiter=";"))
                assert len(read) == len(rows), table
                assert not read or list(read[0]) == list(rows[0])
        feedback = archive.read("feedback-feedback.csv").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(feedback), delimiter=";")
    assert row["message"].startswith("'=cmd")


async def test_a_copy_notes_that_places_were_read(arrive, store, lucie_id):
    await copy_of(await arrive(LUCIE))
    acts = [listed.entry.act for listed in await store.audit.page(Sought(agent_id=lucie_id), 100)]
    assert acts.count("export_own_data") == 1 and acts.count("read_places") == PAST_TRIPS


async def test_nobody_takes_a_copy_who_is_not_signed_in(visitor):
    for path in (DATA, f"{DATA}/copie.json", f"{DATA}/copie.zip"):
        answer = await visitor.client.get(path, allow_redirects=False)
        assert answer.headers["Location"].startswith("/connexion")
