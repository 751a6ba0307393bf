"""`voiturier mail`, and the options by which `serve` is told of the mail server.

Never here: sending (server/mail/).
"""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from server.actions.signing_in import outbox
from server.commands.tools import OPERATOR, CommandError, command, existing_fleet, utc
from server.config import Address, MailSettings
from server.fleet.accounts.emails import Email
from server.fleet.inputs import Input, judged
from server.fleet.refusals import Refused
from server.fleet.roles import Role

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction
    from collections.abc import Callable

_SITE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_LISTED = 200


class _Sender(Input):
    email: Email


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the command: list, retry, drop."""
    parser = commands.add_parser("mail", help="invitations and links that wait to be sent")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    command(actions, "list", _list, "list the newest mails and what became of them", [data])
    for name, run, about in (
        ("retry", _retry, "let a mail be tried again at once, also one that was given up"),
        ("drop", _drop, "send a mail no more"),
    ):
        of_mail = command(actions, name, run, about, [data])
        of_mail.add_argument("mail_id", type=int, metavar="NUMBER")


def add_settings(serving: "ArgumentParser", address: "Callable[[str], Address]") -> None:
    """Add the options of the mail server, and who needs a second step to sign in."""
    serving.add_argument(
        "--smtp",
        type=address,
        metavar="HOST:PORT",
        help="the mail server for invitations and links; needs --mail-from and --site. Without it"
        " nobody is written to, and codes are handed over",
    )
    serving.add_argument(
        "--smtp-security",
        choices=get_args(MailSettings.__annotations__["security"]),
        default="starttls",
        help="how the connection is encrypted; none only for a mail server on the same machine"
        " (default %(default)s)",
    )
    serving.add_argument("--smtp-user", metavar="NAME", help="to sign in at the mail server")
    serving.add_argument(
        "--smtp-password-file", type=Path, metavar="FILE", help="one line, readable by us alone"
    )
    serving.add_argument("--mail-from", metavar="ADDRESS", help="who the letters are from")
    serving.add_argument(
        "--site", metavar="URL", help="where people reach the pages: links in letters lead there"
    )
    serving.add_argument(
        "--require-second-step",
        dest="second_factor_for",
        action="append",
        choices=[each.value for each in Role],
        default=[],
        help="a role that signs in with a code of an app besides the password; may be repeated",
    )


def settings_of(arguments: argparse.Namespace) -> MailSettings | None:
    """Return the mail server's settings; raises CommandError when they are not whole."""
    if arguments.smtp is None:
        if arguments.mail_from or arguments.site or arguments.smtp_user:
            raise CommandError("--smtp HOST:PORT is needed: who takes the letters?")
        return None
    if not arguments.mail_from or not arguments.site:
        raise CommandError("--smtp needs --mail-from ADDRESS and --site URL")
    if not _SITE.fullmatch(arguments.site):
        raise CommandError(f"--site {arguments.site} is no address like https://parc.example")
    try:
        sender = judged(_Sender, {"email": arguments.mail_from}).email
    except Refused:
        raise CommandError(f"--mail-from {arguments.mail_from} is no mail address") from None
    password = _password(arguments.smtp_password_file)
    if (arguments.smtp_user is None) != (password is None):
        raise CommandError("--smtp-user and --smtp-password-file go together")
    if password is not None and arguments.smtp_security == "none":
        raise CommandError("--smtp-security none would send the password in clear")
    return MailSettings(
        arguments.smtp,
        sender,
        arguments.site.rstrip("/"),
        arguments.smtp_security,
        arguments.smtp_user,
        password,
    )


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        password = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"cannot read {file}: {error}") from None
    if not password:
        raise CommandError(f"{file} holds no password")
    return password


async def _list(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        mails = await outbox.log(OPERATOR, _LISTED, None, actions)
    for mail in mails:
        what = f"{mail.mail_id}  {utc(mail.made_at_s)}  {mail.kind}  {mail.recipient}  {mail.state}"
        tried = f"  tries: {mail.tries}" if mail.tries else ""
        print(f"{what}{tried}{f'  {mail.said}' if mail.said else ''}")
    print(f"{sum(mail.state == 'waiting' for mail in mails)} of {len(mails)} wait")


async def _retry(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        await outbox.retry(OPERATOR, outbox.OneMail(mail_id=arguments.mail_id), actions)
    print(f"mail {arguments.mail_id}: a running server tries it within the minute")


async def _drop(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        await outbox.drop(OPERATOR, outbox.OneMail(mail_id=arguments.mail_id), actions)
    print(f"mail {arguments.mail_id} is not sent any more")
