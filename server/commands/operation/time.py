"""`voiturier confirm-time`: somebody vouches for the server's clock."""

import argparse
from typing import TYPE_CHECKING

from server.actions.audit.acts import performed_by
from server.commands.tools import OPERATOR, CommandError, command, existing_fleet, utc
from server.commands.words import said, say
from server.fleet.audit import Act
from server.fleet.inputs import one_line
from server.store.current_act import performing

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the command."""
    vouching = command(
        commands,
        "confirm-time",
        _confirm_time,
        "vouch for the server's clock when the server doubts it and tells no box the time",
        [data],
    )
    vouching.add_argument("--by", required=True, metavar="NAME", help="who looked at a right clock")


async def _confirm_time(arguments: argparse.Namespace) -> None:
    said_by = str(one_line(arguments.by))
    if not (said_by and said_by.isprintable()):
        raise CommandError(said("--by NAME is needed: who vouches for the time?"))
    async with existing_fleet(arguments.data) as actions:
        now_s = actions.clock.now_s()
        with performing(performed_by(OPERATOR, actions, Act.CONFIRM_TIME)):
            await actions.store.boxes.vouch_for_time(said_by, now_s)
    say(
        "it is %(now)s, says %(name)s: a running server believes it",
        now=utc(now_s),
        name=said_by,
    )
