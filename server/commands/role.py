"""`voiturier role`: who has which role, giving one and taking it back, as the operator.

Never here: what a role allows (server/fleet/roles).
"""

import argparse
from collections.abc import Iterable, Mapping

from server.actions import roles
from server.commands.tools import OPERATOR, command, day_s, existing_fleet, utc
from server.commands.words import said, say
from server.fleet.inputs import judged
from server.fleet.names import plate_of
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import GIVEN, Scope


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", data: argparse.ArgumentParser
) -> None:
    """Add it; `data` is the option that names the data directory."""
    role = commands.add_parser("role", help="who may do what: managers, technicians, auditors ...")
    actions = role.add_subparsers(required=True, metavar="ACTION")
    giving = command(
        actions, "give", _give, "give somebody a role, for the whole fleet or a part of it", [data]
    )
    giving.add_argument("--login", required=True)
    giving.add_argument("--role", required=True, choices=[each.value for each in GIVEN])
    for option, name, what in (
        ("--directorate", "CODE", "only for the people of this directorate"),
        ("--site", "CODE", "only for the cars of this site"),
        ("--car", "PLATE", "only for this car"),
    ):
        giving.add_argument(
            option, action="append", default=[], metavar=name, help=f"{what}; may be repeated"
        )
    giving.add_argument("--from", dest="from_s", type=day_s, metavar="YYYY-MM-DD", help="(now)")
    giving.add_argument(
        "--until",
        dest="to_s",
        type=day_s,
        metavar="YYYY-MM-DD",
        help="the day on which it ends; a technician's has one (until it is withdrawn)",
    )
    giving.add_argument("--reason", required=True, help="why, or for which job")
    taking = command(actions, "withdraw", _withdraw, "take a role back", [data])
    taking.add_argument(
        "number", type=int, metavar="NUMBER", help="of the role, as the list shows it"
    )
    command(actions, "list", _list, "list who has which role", [data])


async def _give(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        there = await roles.parts(OPERATOR, actions)
        directorates = {each.code: each.directorate_id for each in there.directorates}
        sites = {each.code: each.site_id for each in there.sites}
        cars = {each.plate: each.vehicle_id for each in there.cars}
        given = {
            "login": arguments.login,
            "role": arguments.role,
            "directorates": _ids("directorates", arguments.directorate, directorates),
            "sites": _ids("sites", arguments.site, sites),
            "cars": _ids("cars", map(plate_of, arguments.car), cars),
            "from_s": arguments.from_s,
            "to_s": arguments.to_s,
            "reason": arguments.reason,
        }
        number = await roles.give(OPERATOR, judged(roles.GiveRole, given), actions)
    say(
        "role %(number)s: %(login)s is %(role)s",
        number=number,
        login=arguments.login,
        role=arguments.role,
    )


async def _withdraw(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        one = judged(roles.OneRole, {"role_grant_id": arguments.number})
        held = await roles.withdraw(OPERATOR, one, actions)
    say(
        "role %(number)s is withdrawn: %(name)s was %(role)s",
        number=arguments.number,
        name=held.agent_name,
        role=held.grant.role,
    )


async def _list(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        there = await roles.parts(OPERATOR, actions)
        for held in await roles.log(OPERATOR, actions):
            grant = held.grant
            parts = [
                grant.role,
                _names(grant.scope, there),
                said("from %(at)s", at=utc(grant.from_s))
                if grant.from_s
                else said("from the beginning"),
                said("until %(at)s", at=utc(grant.to_s)) if grant.to_s is not None else "",
                said("by %(name)s", name=held.given_by or said("an operator")),
            ]
            closed = f" ({said('account closed')})" if held.is_closed else ""
            why = f": {held.reason}" if held.reason else ""
            about = ", ".join(part for part in parts if part)
            print(f"{grant.role_grant_id}  {held.agent_name}{closed}: {about}{why}")


def _ids(word: str, names: Iterable[str], known: Mapping[str, int]) -> frozenset[int]:
    wanted = set(names)
    for name in sorted(wanted - known.keys()):
        values = {"name": name, "known": ", ".join(known) or "none"}
        raise Refused(Refusal(word, Reason.UNKNOWN_PART, values))
    return frozenset(known[name] for name in wanted)


def _names(scope: Scope, there: roles.Parts) -> str:
    """Name what a role is for."""
    names = [d.code for d in there.directorates if d.directorate_id in scope.directorates]
    names += [site.code for site in there.sites if site.site_id in scope.sites]
    names += [car.plate for car in there.cars if car.vehicle_id in scope.cars]
    return ", ".join(names) or said("the whole fleet")
