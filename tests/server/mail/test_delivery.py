"""One letter to a stranger's mail server: taken, refused, put off, silent, not to be trusted."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from server.config import Address, MailSettings
from server.fleet.accounts.mail import Letter, Outcome, WaitingMail
from server.mail.delivery import Delivery
from tests.fleet import NOW_S
from tests.server.mail.smtp_server import PASSWORD, MailServer, certificate

LETTER = Letter("Voiturier : été", "Choisissez : https://parc.example/x\n", "<p>Choisissez</p>")
MAIL = WaitingMail(7, "claire@ddt.example", LETTER, NOW_S, 0)


def settings(server: MailServer, **more: object) -> MailSettings:
    plain = MailSettings(server.address, "parc@ddt.example", "https://parc.example", "none")
    return replace(plain, **more)


async def send(server: MailServer, timeout_s: float = 5.0, **more: object) -> Outcome:
    return await Delivery(settings(server, **more), timeout_s).send(MAIL)


async def test_a_letter_arrives_in_both_forms_under_the_same_name_at_each_try() -> None:
    async with MailServer() as server:
        assert await send(server) == Outcome("sent", "")
        assert (await send(server)).state == "sent"
    first, second = server.taken
    assert (first["To"], first["Subject"]) == ("claire@ddt.example", "Voiturier : été")
    assert "parc@ddt.example" in first["From"] and first["Auto-Submitted"] == "auto-generated"
    text = first.get_body(("plain",)).get_content()
    assert text.replace("\r\n", "\n") == LETTER.text
    assert "<p>Choisissez</p>" in first.get_body(("html",)).get_content()
    assert first["Message-ID"] == second["Message-ID"] == f"<voiturier.7.{NOW_S}@ddt.example>"


@pytest.mark.parametrize(
    ("to_recipient", "to_letter", "state"),
    [
        ("550 no such mailbox", None, "failed"),
        ("451 4.7.1 greylisted, come back later", None, "later"),
        (None, "554 we take no such thing", "failed"),
        (None, "452 no room just now", "later"),
    ],
)
async def test_a_mail_server_refuses_for_good_or_for_now(
    to_recipient: str | None, to_letter: str | None, state: str
) -> None:
    async with MailServer(to_recipient, to_letter) as server:
        outcome = await send(server)
    assert outcome == Outcome(state, (to_recipient or to_letter or ""))
    assert not server.taken


async def test_a_mail_server_that_is_down_is_tried_later_and_nothing_else_meanwhile() -> None:
    async with MailServer() as server:
        pass
    outcome = await send(server)
    assert (outcome.state, outcome.is_for_all) == ("later", True)


async def test_a_mail_server_that_says_nothing_is_not_waited_for() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with silent:
        server = MailServer()
        server.address = Address("127.0.0.1", silent.sockets[0].getsockname()[1])
        outcome = await send(server, timeout_s=0.05)
    assert (outcome.state, outcome.is_for_all) == ("later", True)


async def test_a_mail_server_that_never_ends_its_answer_is_not_waited_for() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(b"220-and\r\n")
            await asyncio.sleep(0.005)

    dripping = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with dripping:
        server = MailServer()
        server.address = Address("127.0.0.1", dripping.sockets[0].getsockname()[1])
        outcome = await send(server, timeout_s=0.05)
    assert (outcome.state, outcome.is_for_all) == ("later", True)


@pytest.mark.parametrize("from_the_start", [False, True])
async def test_a_letter_is_encrypted_to_a_server_that_is_trusted(
    from_the_start: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    security = "tls" if from_the_start else "starttls"
    async with MailServer(tls=context, is_tls_from_the_start=from_the_start) as server:
        assert (await send(server, security=security)).state == "sent"
    assert len(server.taken) == 1


@pytest.mark.parametrize("wrong", ["signed by nobody", "of another name", "none at all"])
async def test_nothing_goes_to_a_server_that_nobody_vouches_for(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path, "ailleurs.example" if "name" in wrong else "localhost")
    if "name" in wrong:
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    async with MailServer(tls=None if "none" in wrong else context) as server:
        outcome = await send(server, security="starttls")
    assert (outcome.state, outcome.is_for_all, server.taken) == ("later", True, [])


async def test_a_wrong_password_of_ours_is_no_fault_of_the_mail_and_is_told_nobody() -> None:
    async with MailServer(wants_password=True) as server:
        refused = await send(server, user="parc", password="un faux sésame")
        assert (refused.state, refused.is_for_all) == ("later", True)
        assert "sésame" not in refused.said
        assert (await send(server, user="parc", password=PASSWORD)).state == "sent"


async def test_what_a_mail_server_says_cannot_steer_a_terminal_or_fill_a_page() -> None:
    async with MailServer("550 \x1b[2J" + "x" * 400) as server:
        outcome = await send(server)
    assert outcome.state == "failed" and outcome.said.isprintable() and len(outcome.said) <= 200
