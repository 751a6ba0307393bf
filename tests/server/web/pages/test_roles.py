"""Tests of the page "roles", and of what each role finds on the other pages."""

import re

import pytest

from server.fleet.roles import WHOLE, Role, RoleGrant, Scope
from tests.server.web.sample import CLIO, DAY_S, KARIM, LUCIE, MANAGER, NOW_S, trip_ids

GIVEN = {"login": KARIM, "role": "auditor", "reason": "Contrôle annuel"}


@pytest.fixture
def give(store):
    """Give somebody a role, past the rules."""

    async def give(login, role, scope=WHOLE, to_s=None):
        agent = await store.agents.by_login(login)
        return await store.roles.give(
            agent.agent_id, RoleGrant(0, role, scope, NOW_S, to_s), None, "Essai"
        )

    return give


@pytest.fixture
async def claire(arrive, give):
    """A manager who is an administrator too."""
    await give(MANAGER, Role.ADMINISTRATOR)
    return await arrive(MANAGER)


async def test_an_administrator_gives_a_role_and_takes_it_back(claire, store):
    answer = await claire.send("/roles", **GIVEN)
    assert (answer.status, answer.headers["Location"]) == (303, "/roles")
    page = await claire.read("/roles")
    assert "Le rôle est donné." in page and "Contrôle annuel" in page
    karim = await store.agents.by_login(KARIM)
    (grant,) = karim.roles
    page = await claire.read(f"/roles/{grant.role_grant_id}/retirer")
    assert "auditeur" in page
    answer = await claire.send(f"/roles/{grant.role_grant_id}/retirer")
    assert answer.status == 303
    assert "n’a plus ce rôle" in await claire.read("/roles")
    assert (await store.agents.by_login(KARIM)).roles == ()


async def test_a_role_for_a_part_ends_after_its_last_day(claire, store):
    (car, *_) = await store.vehicles.all()
    told = GIVEN | {"role": "technician", f"cars-{car.vehicle_id}": "1", "to_s": "2026-11-24"}
    assert (await claire.send("/roles", **told)).status == 303
    (grant,) = (await store.agents.by_login(KARIM)).roles
    assert grant.scope == Scope(cars=frozenset({car.vehicle_id}))
    assert grant.to_s == NOW_S - 9 * 3600 + 2 * DAY_S


async def test_a_form_says_all_its_errors_and_keeps_what_was_typed(claire):
    told = {"login": "nobody.here", "role": "technician", "reason": "Pose", "cars-1": "1"}
    answer = await claire.send("/roles", **told)
    page = await answer.text()
    assert answer.status == 422
    assert 'value="nobody.here"' in page and 'value="Pose"' in page
    assert re.search(r'name="cars-1" value="1" checked', page)
    answer = await claire.send("/roles", login=KARIM, role="technician", reason="")
    page = await answer.text()
    assert 'id="to_s-error"' in page and 'id="reason-error"' in page


async def test_a_manager_who_is_no_administrator_finds_no_roles(arrive):
    manager = await arrive(MANAGER)
    assert 'href="/roles"' not in await manager.read("/trajets")
    await manager.read("/roles", 403)


@pytest.mark.parametrize(
    ("role", "found", "missing"),
    [
        (Role.AUDITOR, ("/badges-refuses", "/avis", "/boitiers", "/a-traiter", "/roles"), ()),
        (Role.TECHNICIAN, ("/boitiers",), ("/badges-refuses", "/avis", "/a-traiter", "/roles")),
        (Role.ACCOUNTANT, (), ("/badges-refuses", "/avis", "/boitiers", "/a-traiter", "/roles")),
        (
            Role.DATA_PROTECTION_OFFICER,
            ("/roles",),
            ("/badges-refuses", "/avis", "/boitiers", "/a-traiter"),
        ),
    ],
)
async def test_the_navigation_leads_where_one_may_go(arrive, give, role, found, missing):
    await give(LUCIE, role)
    lucie = await arrive(LUCIE)
    page = await lucie.read("/reservations")
    for address in found:
        assert f'<a href="{address}"' in page
        await lucie.read(address)
    for address in missing:
        assert f'<a href="{address}"' not in page


async def test_an_auditor_finds_no_button_that_changes_something(arrive, give, store):
    await give(LUCIE, Role.AUDITOR)
    lucie = await arrive(LUCIE)
    under_way, _ = await trip_ids(store)
    pages = ["/a-traiter", "/avis", "/vols", "/badges", "/roles", f"/trajets/{under_way}"]
    for path in [*pages, "/badges?agent=1"]:
        main = (await lucie.read(path)).partition("<main")[2]
        assert 'method="post"' not in main, path
        for word in ("/retirer", "/bloquer", "/signaler", "/terminer", "/code"):
            assert word not in main, (path, word)


async def test_an_accountant_reads_kilometres_and_no_place(arrive, give, store):
    await give(LUCIE, Role.ACCOUNTANT)
    lucie = await arrive(LUCIE)
    under_way, _ = await trip_ids(store)
    assert "Karim" in await lucie.read("/trajets")
    place = re.compile(r"48[.,]\d+")
    assert not place.search(await lucie.read(f"/trajets/{under_way}"))
    assert place.search(await (await arrive(KARIM)).read(f"/trajets/{under_way}"))
    listed = await (await lucie.client.get("/api/trips")).json()
    karims = [trip for trip in listed["trips"] if trip["trip_id"] == under_way]
    assert [trip["start_lat_e7"] for trip in karims] == [None]
    told = await (await lucie.client.get(f"/api/trips/{under_way}")).text()
    assert "480061000" not in told


async def test_a_role_that_ends_is_over_at_the_next_page(arrive, give, clock):
    await give(LUCIE, Role.AUDITOR, to_s=NOW_S + 60)
    lucie = await arrive(LUCIE)
    await lucie.read("/badges-refuses")
    clock.at_s += 60
    await lucie.read("/badges-refuses", 403)


async def test_a_manager_of_a_directorate_finds_its_people_in_lists_and_counters_only(
    arrive, give, store
):
    units = {unit.code: unit.directorate_id for unit in await store.directorates.all()}
    await give(LUCIE, Role.MANAGER, Scope(frozenset({units["DDPP"]})))
    lucie = await arrive(LUCIE)
    log = await lucie.read("/trajets")
    assert "Karim" not in log.partition('id="log"')[2].replace("avec Karim", "")
    assert "30 trajets" in log, "of 31"
    assert "Les trajets des personnes que vous gérez" in log
    assert "dans la partie du parc que vous gérez" in await lucie.read("/a-traiter")
    refusals = await lucie.read("/badges-refuses")
    assert "Karim" not in refusals
    assert "Karim" not in await lucie.read("/badges?agent=Lucie")
    await lucie.read("/badges?agent=Karim", 422)
    under_way, ended = await trip_ids(store)
    await lucie.read(f"/trajets/{under_way}", 404)
    await lucie.read(f"/trajets/{ended}")
    assert CLIO not in (await lucie.read("/boitiers")).partition("<main")[2]
