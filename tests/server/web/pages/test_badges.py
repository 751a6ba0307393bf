"""The page "badges": blocking a lost one, and which cars have not heard of it."""

import re

from server.fleet.roles import WHOLE, Role, RoleGrant
from tests.server.web.sample import CLIO, KARIM, LUCIE, MANAGER, NOW_S


async def badge_of(store, login: str):
    agent = await store.agents.by_login(login)
    (badge,) = await store.badges.of_agent(agent.agent_id)
    return agent, badge


async def test_an_agent_s_badges_are_shown_by_the_end_of_their_number_alone(arrive, store):
    karim, _ = await badge_of(store, KARIM)
    page = await (await arrive(MANAGER)).read(f"/badges?agent={karim.agent_id}")
    assert "…b2c4" in page and "04a1" not in page
    assert "numéro seul (UID)" in page and "en service" in page
    lucie = await store.agents.by_login(LUCIE)
    page = await (await arrive(MANAGER)).read(f"/badges?agent={lucie.agent_id}")
    assert "Cet agent n’a pas de badge." in page


async def test_blocking_wakes_every_box_and_lists_those_that_have_not_confirmed(
    arrive, store, woken
):
    karim, badge = await badge_of(store, KARIM)
    manager = await arrive(MANAGER)
    page = f"/badges/{badge.badge_id}/bloquer"
    answer = await manager.send(page)
    assert (answer.status, answer.headers["Location"]) == (303, f"/badges?agent={karim.agent_id}")
    assert woken == [None]
    shown = await manager.read(answer.headers["Location"])
    assert "Un badge de Karim <b>Benali est bloqué." in shown
    assert CLIO in shown and "Bloquer ce badge" not in shown
    assert 'hx-trigger="every 5s"' in shown
    for box in await store.boxes.all():
        await store.boxes.note_revocations(box.box_id, 1, NOW_S)
    shown = await manager.read("/badges")
    assert "toutes les voitures ont confirmé" in shown and CLIO not in shown
    assert "hx-trigger" not in shown


async def test_blocking_twice_is_blocking_once(arrive, store, clock):
    _, badge = await badge_of(store, KARIM)
    manager = await arrive(MANAGER)
    for at_s in (NOW_S, NOW_S + 60):
        clock.at_s = at_s
        assert (await manager.send(f"/badges/{badge.badge_id}/bloquer")).status == 303
    _, badge = await badge_of(store, KARIM)
    assert badge.revoked_at_s == NOW_S


async def test_blocking_needs_the_page_s_token(arrive, store):
    _, badge = await badge_of(store, KARIM)
    manager = await arrive(MANAGER)
    answer = await manager.client.post(f"/badges/{badge.badge_id}/bloquer", data={})
    assert answer.status == 403
    _, badge = await badge_of(store, KARIM)
    assert badge.revoked_at_s is None


async def test_badges_are_for_managers_and_only_what_exists_is_blocked(arrive, store):
    _, badge = await badge_of(store, KARIM)
    karim = await arrive(KARIM)
    for path in ("/badges", f"/badges/{badge.badge_id}/bloquer"):
        await karim.read(path, status=403)
    manager = await arrive(MANAGER)
    await manager.read("/badges/999999/bloquer", status=404)
    for who in ("nobody", "-1", "999999", ""):
        page = await manager.read(f"/badges?agent={who}", status=422)
        assert 'id="agent-error"' in page and 'id="badges"' not in page


async def test_a_car_without_coverage_is_said_until_when_it_may_open(arrive, store):
    _, badge = await badge_of(store, KARIM)
    for box in await store.boxes.all():
        await store.boxes.name_grants(box.box_id, bytes(8), b"", NOW_S)
    await store.badges.revoke(badge.badge_id, NOW_S)
    page = await (await arrive(MANAGER)).read("/badges")
    assert len(re.findall("au plus tard jusqu’au <time[^>]*>lun. 30 nov. 2026, 09:00", page)) == 2


async def test_blocking_a_technician_s_badge_promises_no_end_that_is_not_there(arrive, store):
    _, badge = await badge_of(store, MANAGER)
    claire = await arrive(MANAGER)
    assert "après une semaine" in await claire.read(f"/badges/{badge.badge_id}/bloquer")
    karim = await store.agents.by_login(KARIM)
    technician = RoleGrant(0, Role.TECHNICIAN, WHOLE, NOW_S)
    await store.roles.give(karim.agent_id, technician, None, "")
    _, badge = await badge_of(store, KARIM)
    page = await claire.read(f"/badges/{badge.badge_id}/bloquer")
    assert "continue de s’ouvrir" in page and "après une semaine" not in page
    await store.badges.revoke(badge.badge_id, NOW_S)
    assert "au plus tard" not in await claire.read("/badges")
