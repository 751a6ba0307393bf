"""The command `voiturier group`: a group of cars is made, changed, given up.

Never here: what may be done (actions/pool), who may book the cars of one.
"""

import argparse

from server.actions import Actions
from server.actions.pool import groups
from server.commands.tools import (
    OPERATOR,
    command,
    data_option,
    existing_fleet,
    unknown,
    vehicle_called,
)
from server.commands.words import say
from server.fleet.inputs import judged
from server.fleet.pool import CarGroup, stamp
from server.fleet.refusals import Reason


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    group = commands.add_parser("group", help="cars that belong together, for all or for some")
    acts, data = group.add_subparsers(required=True, metavar="ACTION"), data_option()
    for name, run, about in (
        ("add", _add, "make a group of cars"),
        ("change", _change, "let a group be called otherwise, or have other cars"),
    ):
        parser = command(acts, name, run, about, [data])
        parser.add_argument("--name", required=True)
        parser.add_argument(
            "--vehicle", dest="plates", action="append", metavar="PLATE", help="may be repeated"
        )
        parser.add_argument(
            "--restricted", action=argparse.BooleanOptionalAction, help="not for everybody"
        )
    parser.add_argument("--rename", metavar="NAME", help="its new name")
    command(acts, "retire", _retire, "give a group up; its cars stay", [data]).add_argument(
        "--name", required=True
    )


async def _add(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        words = {
            "name": arguments.name,
            "restricted": bool(arguments.restricted),
            "vehicle_ids": await _cars(arguments.plates or [], actions),
        }
        group = await groups.add(OPERATOR, judged(groups.AddGroup, words), actions)
    say("%(name)s: %(count)s cars", name=group.name, count=len(group.vehicle_ids))


async def _change(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        group = await _called(arguments.name, actions)
        is_restricted = arguments.restricted
        words = {
            "group_id": group.group_id,
            "name": group.name if arguments.rename is None else arguments.rename,
            "restricted": group.restricted if is_restricted is None else is_restricted,
            "vehicle_ids": group.vehicle_ids
            if arguments.plates is None
            else await _cars(arguments.plates, actions),
            "seen": stamp(group),
        }
        group = await groups.change(OPERATOR, judged(groups.ChangeGroup, words), actions)
    say("%(name)s: %(count)s cars", name=group.name, count=len(group.vehicle_ids))


async def _retire(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        group = await _called(arguments.name, actions)
        await groups.remove(OPERATOR, groups.OneGroup(group_id=group.group_id), actions)
    say("%(name)s is given up", name=group.name)


async def _cars(plates: list[str], actions: Actions) -> tuple[int, ...]:
    found = [await vehicle_called(actions.store, plate) for plate in plates]
    return tuple(car.vehicle_id for car in found)


async def _called(name: str, actions: Actions) -> CarGroup:
    known = {group.name: group for group in await actions.store.groups.all()}
    if name not in known:
        raise unknown("name", Reason.UNKNOWN_NAME, name, known)
    return known[name]
