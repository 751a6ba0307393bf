"""The page of the audit and its file: who may, what is shown, and that looking is an act too."""

import csv
import hashlib
import io
import json

import pytest

from server.fleet.audit import Act
from server.fleet.audit.chain import FIRST
from server.fleet.roles import WHOLE, Role, RoleGrant, Scope
from server.store import Store
from server.store.audit import Sought
from server.web.pages.audit.words import ACTS, THINGS
from tests.server.web.sample import KARIM, LUCIE, MANAGER, NOW_S, trip_ids


@pytest.fixture
async def officer(store: Store, arrive):
    """Lucie, the data protection officer."""
    lucie = await store.agents.by_login(LUCIE)
    grant = RoleGrant(0, Role.DATA_PROTECTION_OFFICER, WHOLE, NOW_S - 1)
    await store.roles.give(lucie.agent_id, grant, None, "Essai")
    return await arrive(LUCIE)


async def test_the_officer_sees_who_read_whose_places(store: Store, officer, arrive) -> None:
    trip_id, _ = await trip_ids(store)
    await (await arrive(MANAGER)).read(f"/trajets/{trip_id}")
    text = await officer.read("/audit")
    assert "Claire Martin" in text
    assert "consulter les lieux d’un trajet" in text and f"n° {trip_id}" in text
    assert "48.0061" not in text and "480061" not in text


async def test_looking_at_it_is_an_act_once_a_view(store: Store, officer) -> None:
    await officer.read("/audit")
    text = await officer.read("/audit?act=read_audit")
    assert text.count("<strong>consulter le journal d’audit</strong>") == 2


async def test_it_is_filtered_by_person_act_and_day(officer, arrive) -> None:
    await arrive(KARIM)
    assert "Benali" in await officer.read(f"/audit?login={KARIM}&act=sign_in")
    assert "Aucune entrée" in await officer.read(f"/audit?login={KARIM}&act=book")
    assert "Aucune entrée" in await officer.read("/audit?until=2026-11-22")
    answer = await officer.client.get("/audit?login=nobody&since=2026-11-23&until=2026-11-22")
    text = await answer.text()
    assert answer.status == 422
    assert "Personne n’a cet identifiant." in text and "Ce jour" in text


async def test_a_long_audit_is_paged(store: Store, officer) -> None:
    for _ in range(30):
        await officer.read("/audit")
    text = await officer.read("/audit?act=read_audit")
    assert text.count("<strong>") == 25 and "before=" in text


async def test_who_has_not_the_right_is_refused_and_that_stands_there(
    store: Store, officer, arrive
) -> None:
    karim = await arrive(KARIM)
    for path in ("/audit", "/audit.csv"):
        assert (await karim.client.get(path)).status == 403
    refused = await store.audit.page(Sought(act=Act.OPEN_PAGE), 10)
    assert [(e.entry.outcome, e.entry.kind) for e in refused] == [("refused", "see_audit")] * 2
    assert "refusé" in await officer.read("/audit?act=open_page")


async def test_an_officer_of_a_part_of_the_fleet_does_not_see_all_of_it(
    store: Store, arrive
) -> None:
    lucie = await store.agents.by_login(LUCIE)
    grant = RoleGrant(0, Role.ADMINISTRATOR, Scope(directorates=frozenset({1})), NOW_S - 1)
    await store.roles.give(lucie.agent_id, grant, None, "Essai")
    assert (await (await arrive(LUCIE)).client.get("/audit")).status == 403


async def test_the_file_has_all_that_a_stranger_needs_to_verify_the_chain(officer, arrive) -> None:
    await arrive(KARIM)
    answer = await officer.client.get("/audit.csv")
    assert answer.status == 200
    lines = list(
        csv.DictReader(io.StringIO((await answer.text()).removeprefix("\ufeff")), delimiter=";")
    )
    before = FIRST
    for line in reversed(lines):
        numbers = {
            name: int(line[name]) if line[name] else None for name in ("agent_id", "object_id")
        }
        entry = [
            int(line["audit_id"]),
            int(line["at_s"]),
            numbers["agent_id"],
            line["operator"] or None,
            line["act"],
            line["kind"] or None,
            numbers["object_id"],
            line["outcome"],
        ]
        said = f"{before}\n{json.dumps(entry, separators=(',', ':'))}"
        assert hashlib.sha256(said.encode()).hexdigest() == line["hash"]
        before = line["hash"]
    assert lines[0]["act"] == "export_audit"


def test_each_act_has_its_words() -> None:
    assert ACTS.keys() == set(Act)
    assert len(set(ACTS.values())) == len(ACTS)


def test_each_thing_that_an_action_is_about_has_its_word() -> None:
    import re
    from pathlib import Path

    import server.actions

    text = "".join(path.read_text() for path in Path(*server.actions.__path__).rglob("*.py"))
    kinds = set(re.findall(r'@audited\(Act\.\w+, "(\w+)"\)', text))
    assert kinds <= THINGS.keys()
