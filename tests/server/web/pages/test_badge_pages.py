"""The pages that make a card a badge, and of one badge: what is asked, said and refused there."""

import re

from server.fleet.records import BadgeRefused, CardLearned, Holder
from tests.server.web.sample import CLIO, KARIM, LUCIE, MANAGER, NOW_S, report

UID = "04AABBCCDDEE01"


async def badge_of(store, login: str):
    agent = await store.agents.by_login(login)
    (badge,) = await store.badges.of_agent(agent.agent_id)
    return agent, badge


async def car_of(store, plate: str):
    return next(car for car in await store.vehicles.all() if car.plate == plate)


async def test_a_number_is_read_out_before_anything_is_kept_and_then_given(arrive, store, woken):
    lucie = await store.agents.by_login(LUCIE)
    manager = await arrive(MANAGER)
    page = await manager.read(f"/badges/nouveau?agent={lucie.agent_id}")
    assert 'value="Lucie Moreau"' in page
    # A desk reader types, and ends with Enter.
    sent = {"agent": "Lucie Moreau", "number": "àaAABBCC", "issuer": "", "replaces": ""}
    answer = await manager.send("/badges/nouveau", **sent | {"number": UID})
    text = await answer.text()
    assert (
        answer.status == 200 and "04 AA BB CC DD EE 01" in text and "01 EE DD CC BB AA 04" in text
    )
    assert await store.badges.of_agent(lucie.agent_id) == [] and woken == []
    chosen = sent | {"agent": str(lucie.agent_id), "number": UID, "uid": UID.lower()}
    answer = await manager.send("/badges/nouveau", **chosen | {"issuer": "Rectorat"})
    assert answer.status == 303
    (badge,) = await store.badges.of_agent(lucie.agent_id)
    assert answer.headers["Location"] == f"/badges/{badge.badge_id}"
    page = await manager.read(f"/badges/{badge.badge_id}")
    assert "Lucie Moreau a un nouveau badge" in page and "Rectorat" in page
    assert "…ee01" in page and "04AABB" not in page.upper().replace("BADGE", "")
    assert woken == [None]


async def test_all_that_is_wrong_with_a_number_is_said_at_once_and_the_text_stays(arrive):
    manager = await arrive(MANAGER)
    sent = {"agent": "Personne", "number": "abc", "issuer": "DDT", "replaces": ""}
    answer = await manager.send("/badges/nouveau", **sent)
    text = await answer.text()
    assert answer.status == 422
    assert 'id="agent-error"' in text and 'id="number-error"' in text
    assert 'value="abc"' in text and 'value="DDT"' in text
    made_up = sent | {"number": "08ffff08", "agent": "Lucie"}
    answer = await manager.send("/badges/nouveau", **made_up)
    assert answer.status == 422 and "téléphones" in await answer.text()


async def test_a_reading_must_be_chosen_and_a_known_badge_is_said_whose_it_is(arrive, store):
    _, badge = await badge_of(store, KARIM)
    manager = await arrive(MANAGER)
    sent = {"agent": "Lucie", "number": "04a1b2c4", "issuer": "", "replaces": ""}
    answer = await manager.send("/badges/nouveau", **sent | {"uid": ""})
    assert answer.status == 422 and 'id="uid-error"' in await answer.text()
    answer = await manager.send("/badges/nouveau", **sent | {"uid": "04a1b2c4"})
    text = await answer.text()
    assert answer.status == 422 and f'href="/badges/{badge.badge_id}"' in text
    assert "Ce badge est déjà celui de Karim" in text


async def test_a_card_that_a_car_has_read_is_shown_and_given(arrive, store, woken):
    lucie = await store.agents.by_login(LUCIE)
    clio = await car_of(store, CLIO)
    manager = await arrive(MANAGER)
    page = await manager.read(f"/badges/lire?voiture={clio.vehicle_id}&agent={lucie.agent_id}")
    assert re.search(rf'<option selected value="{clio.vehicle_id}"', page)
    answer = await manager.send("/badges/lire", vehicle_id="", agent="", replaces="")
    assert answer.status == 422 and 'id="vehicle_id-error"' in await answer.text()
    sent = {"vehicle_id": str(clio.vehicle_id), "agent": str(lucie.agent_id), "replaces": ""}
    answer = await manager.send("/badges/lire", **sent)
    assert answer.status == 303 and woken == [clio.box_id]
    there = answer.headers["Location"]
    number = int(re.search(r"/badges/lire/(\d+)", there)[1])
    page = await manager.read(there)
    assert "La demande part vers la voiture" in page and 'hx-trigger="every 2s"' in page
    await report(store, CLIO, CardLearned(number, bytes.fromhex(UID)))
    page = await manager.read(there)
    assert "Une carte a été lue" in page and "…ee01" in page and "hx-trigger" not in page
    assert 'value="Lucie Moreau"' in page
    answer = await manager.send(there, agent="Nobody", issuer="", replaces="")
    assert answer.status == 422 and 'id="agent-error"' in await answer.text()
    answer = await manager.send(there, agent="Lucie Moreau", issuer="", replaces="")
    assert answer.status == 303
    (badge,) = await store.badges.of_agent(lucie.agent_id)
    assert badge.ending == "ee01"
    page = await manager.read(there)
    assert "Lue et attribuée" in page and "Lucie Moreau" in page
    assert "Lue et attribuée" in await manager.read("/badges/lire")
    await manager.read("/badges/lire/1", status=404)


async def test_a_badge_is_given_back_found_given_on_and_its_page_says_all_of_it(arrive, store):
    _, badge = await badge_of(store, KARIM)
    manager = await arrive(MANAGER)
    page = f"/badges/{badge.badge_id}"
    assert (await manager.send(page, f"{page}/rendre")).status == 303
    assert "Rendu : il n’ouvre plus aucune voiture." in await manager.read(page)
    shown = await manager.read(page)
    assert "bloqué" in shown and "rendu" in shown and CLIO in shown
    assert (await manager.send(page, f"{page}/retrouver")).status == 303
    assert "Il est remis en service" in await manager.read(page)
    assert (await manager.send(page, f"{page}/retrouver")).status == 303
    assert "Ce badge n’est pas bloqué." in await manager.read(page)
    answer = await manager.send(page, f"{page}/donner", agent="")
    assert answer.status == 422 and 'id="agent-error"' in await answer.text()
    answer = await manager.send(page, f"{page}/donner", agent="Karim")
    assert answer.status == 422 and "déjà celui de Karim" in await answer.text()
    assert (await manager.send(page, f"{page}/donner", agent="Lucie")).status == 303
    shown = await manager.read(page)
    assert "Lucie Moreau a ce badge dès maintenant." in shown
    assert shown.count("Karim <b>Benali") and "Qui l’a tenu" in shown
    await manager.read("/badges/999999", status=404)
    for step in ("rendre", "retrouver", "donner"):
        answer = await manager.send(page, f"/badges/999999/{step}", agent="Lucie")
        assert answer.status == 404


async def test_a_refused_card_offers_to_be_read_at_that_car_and_a_known_one_says_whose_it_is(
    arrive, store
):
    _, badge = await badge_of(store, KARIM)
    clio = await car_of(store, CLIO)
    await report(store, CLIO, BadgeRefused(NOW_S, "unknown_badge", Holder(), b"a tag---"))
    manager = await arrive(MANAGER)
    page = await manager.read("/badges-refuses")
    assert f'href="/badges/lire?voiture={clio.vehicle_id}"' in page
    await store.refusals.know(clio.vehicle_id, {b"a tag---": badge.badge_id})
    page = await manager.read("/badges-refuses")
    assert "maintenant à Karim <b>Benali" in page and f'href="/badges/{badge.badge_id}"' in page
    await store.badges.revoke(badge.badge_id, NOW_S)
    assert "<small>perdu</small>" in await manager.read("/badges-refuses")


async def test_these_pages_are_a_managers(arrive, store):
    _, badge = await badge_of(store, KARIM)
    karim = await arrive(KARIM)
    for path in ("/badges/nouveau", "/badges/lire", "/badges/lire/1", f"/badges/{badge.badge_id}"):
        await karim.read(path, status=403)
