"""`voiturier load`: a whole fleet from one file.

Never here: what may stand in it (server/fleet/fleet_file.py).
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from server.actions import Actions, accounts
from server.actions.fleet import load
from server.commands.account import close
from server.commands.tools import OPERATOR, CommandError, actions_on, command, day_s, opened
from server.commands.words import Said, said, say
from server.fleet import fleet_file
from server.fleet.fleet_file import FleetFile
from server.fleet.json_sent import text as json_text
from server.fleet.refusals import Refused

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

ABOUT = """\
All of it is taken in, or nothing. What it does not name stays as it is. It may be loaded again,
also while the server runs, which then tells the cars within two seconds: entries are brought up
to date, a list of badges (or of times out of service, drivers, passengers) replaces the one before,
a booking cancelled since stays cancelled, a password that somebody chose stays theirs, a revoked
badge stays revoked until `voiturier badge found`. A badge that a list leaves out opens nothing
until a file names it again. To call off a booking, cancel it on the pages.
"""


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the command."""
    loading = command(commands, "load", _load, "bring in a fleet from a JSON file", [data])
    loading.add_argument("file", type=Path, metavar="FLEET.json")
    loading.formatter_class = argparse.RawDescriptionHelpFormatter
    loading.epilog = Said(f"{said('the file:')}\n{said(fleet_file.FORMAT)}\n{said(ABOUT)}")

    loading.add_argument(
        "--since",
        type=day_s,
        metavar="YYYY-MM-DD",
        help="the day from which the badges, directorates and roles hold that the file gives: what"
        " a car tells later of that time is judged by them (now, and never later than now)",
    )
    loading.add_argument(
        "--close-others",
        action="store_true",
        help="close the account of everybody whom the file's agents do not name: it lists all who"
        " are still there",
    )


async def _load(arguments: argparse.Namespace) -> None:
    try:
        file = fleet_file.parse(json_text.text_of(arguments.file.read_bytes()))
        async with opened(arguments.data, may_make=True) as store:
            is_new = store.is_unfinished
            revoked = await load(OPERATOR, file, actions_on(store), arguments.since)
            await _say_who_is_left_out(file, arguments.close_others, actions_on(store))
    except OSError as error:
        raise CommandError(
            said("cannot read %(file)s: %(why)s", file=arguments.file, why=error.strerror)
        ) from None
    except Refused as refused:
        told = [fleet_file.in_words(each, said) for each in refused.refusals]
        lines = [f"{arguments.file}: {each}" for each in told]
        raise CommandError("\nvoiturier: ".join(lines)) from None
    if is_new:
        say("%(folder)s holds a new fleet: none was there", folder=arguments.data)
    if revoked:
        say(
            "revoked badges in the file, which stay so: %(count)s (`voiturier badge found`)",
            count=revoked,
        )
    bookings = sum(booking.weeks for booking in file.bookings)
    say(
        "loaded: %(vehicles)s vehicles, %(agents)s agents, %(bookings)s bookings",
        vehicles=len(file.vehicles),
        agents=len(file.agents),
        bookings=bookings,
    )


async def _say_who_is_left_out(file: FleetFile, is_closed: bool, actions: Actions) -> None:
    """Close the accounts of whom the file leaves out, or say that there are such."""
    logins = {entry.login for entry in file.agents}
    if not logins:
        return  # it does not speak of people
    others = await accounts.unnamed(OPERATOR, logins, actions)
    if is_closed:
        for agent in others:
            await close(agent.login, actions)
    elif others:
        say(
            "not in the file, and still with an account: %(count)s (--close-others)",
            count=len(others),
        )
