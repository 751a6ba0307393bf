"""`voiturier account email`: where somebody's invitations and links are sent."""

import argparse
from typing import TYPE_CHECKING

from server.actions import accounts
from server.commands.tools import OPERATOR, command, existing_fleet
from server.commands.words import say
from server.fleet.inputs import judged

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_to(of_accounts: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the command to those of accounts."""
    parser = command(of_accounts, "email", _set, "say where somebody's mail goes", [data])
    parser.add_argument("login", metavar="LOGIN")
    parser.add_argument("email", metavar="ADDRESS")


async def _set(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        given = {"login": arguments.login, "email": arguments.email}
        agent = await accounts.set_email(OPERATOR, judged(accounts.SetEmail, given), actions)
    say(
        "mail for %(name)s goes to %(email)s; links sent before are void",
        name=agent.full_name,
        email=agent.email,
    )
