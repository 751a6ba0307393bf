"""`voiturier notice`: who was given the notice on personal data on paper.

Never here: its words (the page /note-d-information), what a car does without it.
"""

import argparse

from server.actions.accounts import agent_called
from server.actions.privacy import notices
from server.commands.tools import OPERATOR, command, day_s, existing_fleet
from server.commands.words import say
from server.fleet.inputs import judged


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", data: argparse.ArgumentParser
) -> None:
    """Add it; `data` is the option that names the data directory."""
    notice = commands.add_parser("notice", help="the notice on personal data, given on paper")
    actions = notice.add_subparsers(required=True, metavar="ACTION")
    giving = command(actions, "given", _given, "write down that somebody was given it", [data])
    giving.add_argument("--login", required=True)
    giving.add_argument(
        "--on", dest="at_s", type=day_s, metavar="YYYY-MM-DD", help="now, unless said"
    )


async def _given(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        agent = await agent_called(arguments.login, actions)
        at_s = actions.clock.now_s() if arguments.at_s is None else arguments.at_s
        asked = judged(notices.HandOver, {"agent_id": agent.agent_id, "at_s": at_s})
        await notices.hand_over(OPERATOR, asked, actions)
    say("%(name)s was given the notice on paper: written down.", name=agent.full_name)
