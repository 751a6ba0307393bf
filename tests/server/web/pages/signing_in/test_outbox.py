"""The page "courriels": what waits, why, and what a manager does about it."""

from tests.server.web.pages.signing_in.letterbox import give_address, mailed_link
from tests.server.web.sample import KARIM, MANAGER


async def refused_mail(client, mail_server, manager):
    """Let a mail for Karim fail, and see it on the page."""
    agent_id = await give_address(client, KARIM)
    mail_server.to_recipient = "550 unknown <b>here</b>"
    await manager.send(f"/comptes/{agent_id}/inviter")
    while "non envoyé" not in await manager.read("/courriels"):
        pass


async def test_a_mail_that_failed_is_shown_with_the_reason_and_tried_again(
    client, mail_server, arrive
):
    manager = await arrive(MANAGER)
    await refused_mail(client, mail_server, manager)
    raw = await (await manager.client.get("/courriels")).text()
    assert "550 unknown" in raw and "<b>here" not in raw, "a stranger's words are no HTML"
    mail_server.to_recipient = None
    answer = await manager.send("/courriels", "/courriels/1/reessayer")
    assert answer.status == 303
    path = await mailed_link(mail_server)
    while "non envoyé" in (page := await manager.read("/courriels")) or "en attente" in page:
        pass
    assert "envoyé" in page and path not in page
    assert (await manager.send("/courriels", "/courriels/1/abandonner")).status == 409


async def test_a_mail_is_dropped(client, mail_server, arrive):
    manager = await arrive(MANAGER)
    await refused_mail(client, mail_server, manager)
    assert (await manager.send("/courriels", "/courriels/1/abandonner")).status == 303
    assert "abandonné" in await manager.read("/courriels")
    assert (await manager.send("/courriels", "/courriels/1/reessayer")).status == 409
    assert (await manager.send("/courriels", "/courriels/9/reessayer")).status == 404


async def test_no_agent_sees_mails(arrive):
    karim = await arrive(KARIM)
    await karim.read("/courriels", 403)
    assert (await karim.send("/reservations", "/courriels/1/abandonner")).status == 403


async def test_without_any_mail_the_page_says_so(arrive):
    assert "Aucun courriel" in await (await arrive(MANAGER)).read("/courriels")
