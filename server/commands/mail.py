"""`voiturier mail`, and the options by which `serve` is told of the mail server.

Never here: sending (server/mail/).
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from server.actions.signing_in import outbox
from server.commands.tools import (
    OPERATOR,
    CommandError,
    command,
    existing_fleet,
    secret_in,
    utc,
)
from server.commands.words import said, say
from server.config import Address, MailSettings
from server.fleet.accounts.emails import Email
from server.fleet.inputs import Input, judged
from server.fleet.refusals import Refused
from server.fleet.roles import Role
from server.settings.model import SITE

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction
    from collections.abc import Callable

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
        help="how the connection is encrypted; none only for a mail server on the same machine"
        " (default starttls)",
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
        help="a role that signs in with a code of an app besides the password; may be repeated",
    )


def settings_of(
    arguments: argparse.Namespace, of_file: MailSettings | None = None
) -> MailSettings | None:
    """Return the mail server's settings, what was typed before what the file says.

    Raises CommandError when they are not whole.
    """
    typed = {
        "server": arguments.smtp,
        "sender": arguments.mail_from,
        "site": arguments.site,
        "security": arguments.smtp_security,
        "user": arguments.smtp_user,
        "password": secret_in(arguments.smtp_password_file),
    }
    held = {} if of_file is None else {name: getattr(of_file, name) for name in typed}
    given = _said(held | _said(typed))
    if not given.keys() - {"security", "password"}:
        return None
    if "server" not in given:
        raise CommandError(said("--smtp HOST:PORT is needed: who takes the letters?"))
    if "sender" not in given or "site" not in given:
        raise CommandError(said("--smtp needs --mail-from ADDRESS and --site URL"))
    if not SITE.fullmatch(given["site"]):
        raise CommandError(
            said("--site %(site)s is no address like https://parc.example", site=given["site"])
        )
    try:
        sender = judged(_Sender, {"email": given["sender"]}).email
    except Refused:
        raise CommandError(
            said("--mail-from %(sender)s is no mail address", sender=given["sender"])
        ) from None
    if ("user" in given) != ("password" in given):
        raise CommandError(said("--smtp-user and --smtp-password-file go together"))
    if "password" in given and given.get("security") == "none":
        raise CommandError(said("--smtp-security none would send the password in clear"))
    return MailSettings(**given | {"sender": sender, "site": given["site"].rstrip("/")})


def _said(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in typed.items() if value is not None}


async def _list(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        mails = await outbox.log(OPERATOR, _LISTED, None, actions)
    for mail in mails:
        what = f"{mail.mail_id}  {utc(mail.made_at_s)}  {mail.kind}  {mail.recipient}  {mail.state}"
        tried = f"  {said('tries: %(count)s', count=mail.tries)}" if mail.tries else ""
        print(f"{what}{tried}{f'  {mail.said}' if mail.said else ''}")
    say(
        "%(waiting)s of %(count)s wait",
        waiting=sum(mail.state == "waiting" for mail in mails),
        count=len(mails),
    )


async def _retry(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        await outbox.retry(OPERATOR, outbox.OneMail(mail_id=arguments.mail_id), actions)
    say("mail %(mail_id)s: a running server tries it within the minute", mail_id=arguments.mail_id)


async def _drop(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        await outbox.drop(OPERATOR, outbox.OneMail(mail_id=arguments.mail_id), actions)
    say("mail %(mail_id)s is not sent any more", mail_id=arguments.mail_id)
