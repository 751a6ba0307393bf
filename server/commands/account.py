"""`voiturier account`: somebody left, came back, or forgot their password.

Never here: what an account is (server/actions/accounts.py).
"""

import argparse
from typing import TYPE_CHECKING

from server.actions import Actions, accounts, password_codes
from server.commands import email, people
from server.commands.tools import OPERATOR, command, existing_fleet, typed_secret, utc
from server.commands.words import say
from server.fleet.inputs import judged

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the commands."""
    account = commands.add_parser("account", help="somebody left, or forgot their password")
    of_accounts = account.add_subparsers(required=True, metavar="ACTION")
    for name, run, about in (
        ("close", _close_account, "let somebody who left sign in, book and open no car any more"),
        ("reopen", _reopen_account, "let somebody who came back sign in again"),
        ("code", _give_code, "make a code by which somebody chooses a password, also the first"),
        ("password", _give_password, "give somebody another password, read from the terminal"),
    ):
        of_account = command(of_accounts, name, run, about, [data])
        of_account.add_argument("--login", required=True)
        if name == "close":
            rest = of_account.add_mutually_exclusive_group()
            rest.add_argument(
                "--hand-to", metavar="LOGIN", help="who takes over all that they have booked"
            )
            rest.add_argument(
                "--cancel", action="store_true", help="cancel all that they have booked"
            )
        if name == "code":
            of_account.add_argument(
                "--without-second-factor",
                action="store_true",
                help="using it also removes their second factor: the phone is lost",
            )

    email.add_to(of_accounts, data)


async def _close_account(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        if arguments.hand_to is None and not arguments.cancel:
            await close(arguments.login, actions)
        else:
            taker = arguments.hand_to or ""
            await people.leave(arguments.login, taker, actions)


async def close(login: str, actions: Actions) -> None:
    """Close an account and say what is still booked."""
    closed = await accounts.close(OPERATOR, accounts.OneAccount(login=login), actions)
    say("the account of %(name)s is closed, and opens no car", name=closed.agent.full_name)
    for booking in closed.bookings:
        say(
            "  still booked: %(plate)s from %(start)s to %(end)s",
            plate=booking.plate,
            start=utc(booking.starts_at_s),
            end=utc(booking.ends_at_s),
        )


async def _reopen_account(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        agent = await accounts.reopen(OPERATOR, accounts.OneAccount(login=arguments.login), actions)
    say("%(name)s may sign in again; badges: `voiturier badge found`", name=agent.full_name)


async def _give_code(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        agent = await accounts.agent_called(arguments.login, actions)
        one = password_codes.GiveCode(
            agent_id=agent.agent_id, removes_factor=arguments.without_second_factor
        )
        given = await password_codes.give(OPERATOR, one, actions)
    say(
        "%(name)s chooses a password at /connexion/code until %(until)s:",
        name=agent.full_name,
        until=utc(given.until_s),
    )
    print(given.code)


async def _give_password(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        given = {"login": arguments.login, "new": typed_secret("password: ")}
        agent = await accounts.give_password(
            OPERATOR, judged(accounts.GivePassword, given), actions
        )
    say("%(name)s has another password, and is signed out everywhere", name=agent.full_name)
