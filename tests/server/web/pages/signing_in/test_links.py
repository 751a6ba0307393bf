"""Invitations and forgotten passwords, from the page through a real mail to the new session."""

import logging
from html import escape

import pytest

from tests.server.browser import Browser
from tests.server.web.pages.signing_in.letterbox import ask, choose, give_address, mailed_link
from tests.server.web.sample import KARIM, LUCIE, MANAGER, PASSWORD

NAME = "Karim <b>Benali"


async def test_an_invitation_leads_from_the_manager_to_the_first_page(
    client, mail_server, arrive, visitor
):
    agent_id = await give_address(client, KARIM)
    manager = await arrive(MANAGER)
    assert f"{KARIM}@ddt.example" in await manager.read(f"/comptes/{agent_id}/inviter")
    answer = await manager.send(f"/comptes/{agent_id}/inviter")
    assert (answer.status, answer.headers["Location"]) == (303, "/courriels")
    path = await mailed_link(mail_server)
    letter = mail_server.taken[0]
    assert letter["To"] == f"{KARIM}@ddt.example"
    text = letter.get_body(("plain",)).get_content()
    assert f"Bonjour {NAME}," in text and f"Hello {NAME}," in text and KARIM in text
    html = letter.get_body(("html",)).get_content()
    assert path in html and NAME not in html and escape(NAME) in html
    assert "Choisir un mot de passe" in await visitor.read(path)
    answer = await choose(visitor, path)
    assert (answer.status, answer.headers["Location"]) == (303, "/reservations")
    assert "Votre mot de passe est changé" in await visitor.read("/reservations")
    await visitor.read(path, 409)
    assert NAME in await manager.read("/courriels")


async def test_a_forgotten_password_is_mended_by_mail(client, mail_server, arrive, visitor):
    await give_address(client, KARIM)
    before = await arrive(KARIM)
    assert "Mot de passe oublié" in await visitor.read("/connexion")
    assert (await ask(visitor)).status == 200
    answer = await choose(visitor, await mailed_link(mail_server))
    assert answer.status == 303
    gone = await before.client.get("/reservations", allow_redirects=False)
    assert gone.status == 303, "its sessions have ended"
    assert (await visitor.client.get("/reservations")).status == 200


async def test_all_logins_are_answered_alike(client, mail_server, visitor):
    await give_address(client, KARIM)
    answers = [await (await ask(visitor, who)).text() for who in (KARIM, LUCIE, "nobody")]
    assert answers[0] == answers[1] == answers[2]
    await mailed_link(mail_server)
    assert len(mail_server.taken) == 1


async def test_who_asks_again_and_again_waits_whoever_it_is_about(client, visitor, clock):
    for login in (KARIM, "nobody"):
        assert [(await ask(visitor, login)).status for _ in range(6)] == [200] * 5 + [429]
    clock.at_s += 15 * 60
    assert (await ask(visitor)).status == 200


async def test_asking_for_links_uses_up_no_try_at_the_password(visitor):
    for _ in range(6):
        await ask(visitor)
    assert (await visitor.sign_in(KARIM)).status == 303


async def test_a_bad_choice_is_told_beside_the_field_and_the_link_stays_good(
    client, mail_server, visitor
):
    await give_address(client, KARIM)
    await ask(visitor)
    path = await mailed_link(mail_server)
    answer = await choose(visitor, path, "court")
    assert answer.status == 422 and 'id="new-error"' in await answer.text()
    assert (await choose(visitor, path)).status == 303


@pytest.mark.parametrize("query", ["", "?key=", "?key=abc", "?key=%00", "?key=" + "x" * 5000])
async def test_a_link_of_nobody_says_how_to_go_on(visitor, query):
    assert "Mot de passe oublié" in await visitor.read(f"/connexion/lien{query}", 409)


async def test_no_log_holds_a_link_or_a_mailbox(client, mail_server, visitor, caplog):
    caplog.set_level(logging.DEBUG, "server")
    await give_address(client, KARIM)
    await ask(visitor)
    path = await mailed_link(mail_server)
    await choose(visitor, path)
    assert path.partition("key=")[2] not in caplog.text and "ddt.example" not in caplog.text


async def test_where_mail_is_not_set_up_a_code_is_offered_everywhere(start, aiohttp_client):
    client = await start()
    agent_id = await give_address(client, KARIM)
    manager, visitor = Browser(client), Browser(await aiohttp_client(client.server))
    assert (await manager.sign_in(MANAGER, PASSWORD)).status == 303
    assert f"/comptes/{agent_id}/code" in await manager.read(f"/comptes/{agent_id}/inviter")
    answer = await manager.send(f"/comptes/{agent_id}/inviter")
    assert answer.status == 409 and "remettez plutôt un code" in await answer.text()
    assert "pas configuré" in await manager.read("/courriels")
    assert "/connexion/oubli" not in await visitor.read("/connexion")
    assert "Demandez un code" in await visitor.read("/connexion/oubli")


async def test_who_has_no_address_is_offered_a_code(client, arrive):
    manager = await arrive(MANAGER)
    lucie = await manager.read("/badges?agent=Lucie")
    assert "/inviter" in lucie
    path = next(part for part in lucie.split('"') if part.endswith("/inviter"))
    page = await manager.read(path)
    assert "Sans adresse électronique" in page and path.replace("inviter", "code") in page
