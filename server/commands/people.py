"""`voiturier person`, `right` and `directorate`: what the pages of people do, typed.

Never here: what is allowed (actions/people).
"""

import argparse
from collections.abc import Iterable

from server.actions import Actions
from server.actions.accounts import agent_called
from server.actions.people import directorates, leaving, register, rights
from server.commands.tools import OPERATOR, CommandError, command, day_s, existing_fleet
from server.commands.words import said, say
from server.fleet.inputs import judged
from server.fleet.model.people import Directorate
from server.fleet.refusals import Reason, Refusal, Refused


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", data: argparse.ArgumentParser
) -> None:
    """Add these commands; `data` names the data directory."""
    _add_person(commands, data)
    _add_right(commands, data)
    _add_directorate(commands, data)


async def leave(login: str, taker: str, actions: Actions) -> None:
    """Close an account; all that is booked goes to `taker`, or is cancelled if that is empty."""
    agent = await agent_called(login, actions)
    one = register.OnePerson(agent_id=agent.agent_id)
    about = await leaving.about(OPERATOR, one, actions)
    takers = {booking.booking_id: taker for booking in about.bookings}
    asked = leaving.Leave(agent_id=agent.agent_id, takers=takers)
    await leaving.leave(OPERATOR, asked, actions)
    say("the account of %(name)s is closed, and opens no car", name=agent.full_name)
    if taker:
        say("  bookings handed to %(login)s: %(count)s", login=taker, count=len(takers))
    else:
        say("  bookings cancelled: %(count)s", count=len(takers))
    for booking in about.driven:
        say("  still out: %(plate)s, until the car is given back", plate=booking.plate)


def _add_person(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", data: argparse.ArgumentParser
) -> None:
    person = commands.add_parser("person", help="somebody is new, or changes directorate")
    actions = person.add_subparsers(required=True, metavar="ACTION")
    adding = command(actions, "add", _person_add, "put somebody on record", [data])
    adding.epilog = "They may book from `voiturier right give` on, and sign in by `account code`."
    editing = command(actions, "edit", _person_edit, "change what is on record", [data])
    moving = command(
        actions,
        "move",
        _person_move,
        "let somebody be of another directorate from a day on",
        [data],
    )
    for parser in (adding, editing, moving):
        parser.add_argument("--login", required=True)
    adding.add_argument("--name", required=True)
    editing.add_argument("--name")
    for parser in (adding, moving):
        parser.add_argument("--directorate", required=True, metavar="CODE")
    for parser in (adding, editing):
        parser.add_argument("--licence", choices=("yes", "no"), help="whether it was seen")
    moving.add_argument("--from", dest="from_s", type=day_s, required=True, metavar="YYYY-MM-DD")


def _add_right(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", data: argparse.ArgumentParser
) -> None:
    right = commands.add_parser("right", help="who may book which cars, from when to when")
    actions = right.add_subparsers(required=True, metavar="ACTION")
    giving = command(actions, "give", _right_give, "let somebody book", [data])
    taking = command(
        actions, "withdraw", _right_withdraw, "take rights back; bookings that stand stay", [data]
    )
    for parser in (giving, taking):
        parser.add_argument("--login", required=True)
    giving.add_argument(
        "--from", dest="from_s", type=day_s, metavar="YYYY-MM-DD", help="now, unless said"
    )
    giving.add_argument(
        "--to", dest="to_s", type=day_s, metavar="YYYY-MM-DD", help="the first day without it"
    )
    for word, metavar, what in (
        ("directorate", "CODE", "while of this directorate"),
        ("site", "NAME", "cars of this site"),
        ("group", "NAME", "cars of this group"),
    ):
        giving.add_argument(
            f"--{word}",
            dest=f"{word}s",
            action="append",
            default=[],
            metavar=metavar,
            help=f"only {what}; may be repeated",
        )
    taking.add_argument("--number", type=int, help="of the right; all of them, unless said")


def _add_directorate(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", data: argparse.ArgumentParser
) -> None:
    directorate = commands.add_parser("directorate", help="the cost centres")
    actions = directorate.add_subparsers(required=True, metavar="ACTION")
    adding = command(actions, "add", _directorate_add, "add a directorate", [data])
    renaming = command(
        actions, "rename", _directorate_rename, "call it otherwise; it stays the same", [data]
    )
    closing = command(
        actions, "close", _directorate_close, "end it from a day on, merged into another", [data]
    )
    opening = command(actions, "reopen", _directorate_reopen, "let people be of it again", [data])
    for parser in (adding, renaming, closing, opening):
        parser.add_argument("--code", required=True)
    for parser in (adding, renaming):
        parser.add_argument("--name", required=True)
    closing.add_argument("--from", dest="from_s", type=day_s, required=True, metavar="YYYY-MM-DD")
    closing.add_argument("--into", metavar="CODE", help="where its people go")


async def _person_add(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        directorate = await _directorate(arguments.directorate, actions)
        told = {
            "login": arguments.login,
            "full_name": arguments.name,
            "directorate_id": directorate.directorate_id,
            "licence_recorded": arguments.licence == "yes",
        }
        found = await register.add(OPERATOR, judged(register.AddPerson, told), actions)
    say("%(name)s is on record, without a right to book yet", name=found.agent.full_name)


async def _person_edit(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        agent = await agent_called(arguments.login, actions)
        one = register.OnePerson(agent_id=agent.agent_id)
        licence = "yes" if (await register.get(OPERATOR, one, actions)).has_licence else "no"
        told = {
            "agent_id": agent.agent_id,
            "seen_name": agent.full_name,
            "seen_licence": licence,
            "full_name": agent.full_name if arguments.name is None else arguments.name,
            "licence": arguments.licence or licence,
        }
        found = await register.edit(OPERATOR, judged(register.EditPerson, told), actions)
    name = found.agent.full_name
    if found.has_licence:
        say("%(name)s, a licence on record", name=name)
    else:
        say("%(name)s, no licence on record", name=name)


async def _person_move(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        agent = await agent_called(arguments.login, actions)
        directorate = await _directorate(arguments.directorate, actions)
        told = {
            "agent_id": agent.agent_id,
            "directorate_id": directorate.directorate_id,
            "from_s": arguments.from_s,
        }
        found = await register.move(OPERATOR, judged(register.MovePerson, told), actions)
    say(
        "%(name)s is of %(code)s from that day on",
        name=found.agent.full_name,
        code=directorate.code,
    )


async def _right_give(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        agent = await agent_called(arguments.login, actions)
        scopes = await rights.scopes(actions)
        told = {
            "agent_id": agent.agent_id,
            "from_s": arguments.from_s or actions.clock.now_s(),
            "to_s": arguments.to_s,
            **{
                kind: tuple(_numbers(kind, getattr(arguments, kind), scopes[kind]))
                for kind in scopes
            },
        }
        held = await rights.give(OPERATOR, judged(rights.GiveRight, told), actions)
    say(
        "%(name)s may book; the right has the number %(number)s",
        name=agent.full_name,
        number=max(r.right_id for r in held),
    )


async def _right_withdraw(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        agent = await agent_called(arguments.login, actions)
        one = register.OnePerson(agent_id=agent.agent_id)
        held = {r.right_id for r in (await register.get(OPERATOR, one, actions)).may.rights}
        if arguments.number is not None and arguments.number not in held:
            raise CommandError(
                said(
                    "%(name)s has no right of the number %(number)s",
                    name=agent.full_name,
                    number=arguments.number,
                )
            )
        for number in held if arguments.number is None else [arguments.number]:
            asked = rights.OneRight(agent_id=agent.agent_id, right_id=number)
            await rights.withdraw(OPERATOR, asked, actions)
    say("withdrawn from %(name)s; what is booked stays booked", name=agent.full_name)


async def _directorate_add(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        told = {"code": arguments.code, "name": arguments.name}
        made = await directorates.add(OPERATOR, judged(directorates.AddDirectorate, told), actions)
    say("%(code)s is added: %(name)s", code=made.code, name=made.name)


async def _directorate_rename(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        found = await _directorate(arguments.code, actions)
        told = {
            "directorate_id": found.directorate_id,
            "seen": found.name,
            "name": arguments.name,
        }
        asked = judged(directorates.RenameDirectorate, told)
        after = await directorates.rename(OPERATOR, asked, actions)
    say("%(code)s is called %(name)s", code=after.code, name=after.name)


async def _directorate_close(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        found = await _directorate(arguments.code, actions)
        into = None if arguments.into is None else await _directorate(arguments.into, actions)
        told = {
            "directorate_id": found.directorate_id,
            "from_s": arguments.from_s,
            "into_id": None if into is None else into.directorate_id,
        }
        asked = judged(directorates.CloseDirectorate, told)
        people = await directorates.close(OPERATOR, asked, actions)
    say("%(code)s ends from that day on", code=found.code)
    if into is not None:
        say("%(count)s people are of %(code)s then", count=people, code=into.code)


async def _directorate_reopen(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        found = await _directorate(arguments.code, actions)
        one = directorates.OneDirectorate(directorate_id=found.directorate_id)
        await directorates.reopen(OPERATOR, one, actions)
    say("%(code)s is open again", code=found.code)


async def _directorate(code: str, actions: Actions) -> Directorate:
    """Return the directorate of this code; raises Refused: UNKNOWN_NAME."""
    known = {each.code: each for each in await actions.store.directorates.all()}
    if code not in known:
        names = {"name": code, "known": ", ".join(known) or "none"}
        raise Refused(Refusal("directorate", Reason.UNKNOWN_NAME, names))
    return known[code]


def _numbers(kind: str, names: Iterable[str], known: dict[int, str]) -> Iterable[int]:
    """Yield the numbers of these names; raises Refused: UNKNOWN_NAME."""
    for name in names:
        found = [number for number, called in known.items() if called == name]
        if not found:
            told = {"name": name, "known": ", ".join(known.values()) or "none"}
            raise Refused(Refusal(kind, Reason.UNKNOWN_NAME, told))
        yield found[0]
