"""`voiturier mail`, and what `serve` is told of the mail server; `account email`."""

import argparse
import asyncio
import json
from pathlib import Path

import pytest

from server.cli import main
from server.commands import mail
from server.commands.tools import CommandError, address
from server.config import Address, MailSettings
from server.fleet.accounts.mail import Letter, NewMail
from server.store import Store
from tests.fleet import FLEET, MARIE

SECRET = "https://parc.example/connexion/lien?key=le-secret"
WHOLE = ("--smtp", "smtp.ddt.example:587", "--mail-from", "parc@ddt.example", "--site")
SITE = "https://parc.example"
NEW_YEAR_2100_S = 4_102_444_800


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET))
    main(["load", str(file), "--data", str(tmp_path / "data")])
    return tmp_path / "data"


def settings(*options: str) -> MailSettings | None:
    parser = argparse.ArgumentParser()
    mail.add_settings(parser, address)
    return mail.settings_of(parser.parse_args(options))


def write_one(data: Path) -> None:
    async def write() -> None:
        store = Store.open(data)
        letter = NewMail(MARIE, "reset", "m@ddt.example", Letter("a", SECRET, ""), NEW_YEAR_2100_S)
        await store.links.make("hash", NEW_YEAR_2100_S, letter, 1_790_000_000)
        await store.close()

    asyncio.run(write())


def test_mails_are_listed_tried_again_and_dropped_without_what_they_say(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_one(data)
    main(["mail", "retry", "1", "--data", str(data)])
    main(["mail", "list", "--data", str(data)])
    listed = capsys.readouterr().out
    assert "reset  m@ddt.example  waiting" in listed and "1 of 1 wait" in listed
    assert "le-secret" not in listed
    main(["mail", "drop", "1", "--data", str(data)])
    with pytest.raises(SystemExit):
        main(["mail", "retry", "1", "--data", str(data)])
    main(["mail", "list", "--data", str(data)])
    assert "dropped" in capsys.readouterr().out


def test_where_somebody_s_mail_goes_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["account", "email", "marie.leroy", "Marie.Leroy@DDT.example", "--data", str(data)])
    assert "Marie.Leroy@ddt.example" in capsys.readouterr().out


def test_a_server_without_mail_settings_writes_to_nobody() -> None:
    assert settings() is None


def test_a_mail_server_is_spoken_to_encrypted_unless_the_operator_says_otherwise(
    tmp_path: Path,
) -> None:
    file = tmp_path / "smtp"
    file.write_text("sésame\n")
    signed_in = ("--smtp-user", "parc", "--smtp-password-file", str(file))
    plain = MailSettings(Address("smtp.ddt.example", 587), "parc@ddt.example", SITE)
    assert settings(*WHOLE, f"{SITE}/") == plain and plain.security == "starttls"
    whole = settings(*WHOLE, SITE, *signed_in)
    assert whole is not None and (whole.user, whole.password) == ("parc", "sésame")
    assert "sésame" not in repr(whole)
    with pytest.raises(CommandError, match="clear"):
        settings(*WHOLE, SITE, *signed_in, "--smtp-security", "none")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--smtp", "a:25"), "--mail-from"),
        (("--mail-from", "parc@ddt.example"), "--smtp"),
        ((*WHOLE, "parc.example"), "--site"),
        ((*WHOLE, "javascript://x"), "--site"),
        ((*WHOLE, "https://a.example/?x=1"), "--site"),
        ((*WHOLE[:2], "--mail-from", "parc", "--site", SITE), "no mail address"),
        ((*WHOLE, SITE, "--smtp-user", "parc"), "go together"),
        ((*WHOLE, SITE, "--smtp-password-file", "/nowhere/at/all"), "cannot read"),
    ],
)
def test_settings_that_are_not_whole_start_no_server(options: tuple[str, ...], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        settings(*options)


def test_links_and_mails_of_a_copy_do_not_come_back_with_it(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_one(data)
    copy = tmp_path / "copy.db"
    main(["backup", str(copy), "--data", str(data)])
    main(["restore", str(copy), "--data", str(data)])
    main(["mail", "list", "--data", str(data)])
    assert "0 of 0 wait" in capsys.readouterr().out
