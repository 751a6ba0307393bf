"""`voiturier badge`: a card becomes a badge, is lost, found, given back, replaced or given on.

A badge is named by its UID. Never here: how that is done (actions/badges.py, actions/enrolment).
"""

import argparse

from server.actions import Actions, Actor, Person, accounts, badges
from server.actions.badges import BadgeByUid, HandOver, HeldBadge, OneBadge
from server.actions.enrolment import learned, typed
from server.commands.tools import (
    OPERATOR,
    CommandError,
    command,
    existing_fleet,
    utc,
    vehicle_called,
)
from server.commands.words import said, say
from server.fleet.badges.numbers import is_of_a_card, readings
from server.fleet.grants import VALID_S as GRANTS_VALID_S
from server.fleet.inputs import judged, one_line
from server.fleet.refusals import Reason, Refusal, Refused


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", data: argparse.ArgumentParser
) -> None:
    """Add them; `data` has the option that names the data directory."""
    badge = commands.add_parser("badge", help="badges: added, lost, found, replaced, given on")
    actions = badge.add_subparsers(required=True, metavar="ACTION")

    adding = command(actions, "add", _add, "make a card somebody's badge", [data])
    adding.add_argument("--agent", required=True, metavar="LOGIN", help="whose it becomes")
    _new_card(adding)

    losing = command(
        actions,
        "lost",
        _lost,
        "let a lost badge open nothing any more, and say which boxes have not confirmed yet",
        [data],
    )
    losing.epilog = (
        "A running server tells the boxes within two seconds. One that cannot be reached refuses"
        " the badge when its grants expire. Ask again to see who has confirmed."
    )
    finding = command(actions, "found", _found, "let a badge that was found open again", [data])
    returning = command(
        actions, "withdraw", _withdraw, "let a badge that was given back open nothing", [data]
    )
    giving = command(actions, "give", _give, "let somebody else hold a badge from now on", [data])
    giving.add_argument("--agent", required=True, metavar="LOGIN", help="who holds it from now on")
    replacing = command(
        actions, "replace", _replace, "take a badge out of service and give another for it", [data]
    )
    for one in (losing, finding, returning, giving, replacing):
        one.add_argument("--uid", required=True, metavar="HEX", help="of the badge")
    _new_card(replacing)

    learning = command(
        actions,
        "learn",
        _learn,
        "ask a car for the number of the next unknown card, within five minutes",
        [data],
    )
    learning.add_argument("--vehicle", required=True, metavar="PLATE", help="where somebody stands")
    learning.add_argument("--by", required=True, metavar="LOGIN", help="the manager who asks")
    learning.epilog = "Then: voiturier badge add --learned NUMBER --agent LOGIN, within a day."


def _new_card(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--number",
        metavar="NUMBER",
        help="of the card, as it is printed or read: hexadecimal or decimal",
    )
    which.add_argument(
        "--learned", type=int, metavar="NUMBER", help="of the order by which a car has read it"
    )
    parser.add_argument(
        "--meant", metavar="HEX", help="the reading that is meant, where a number has several"
    )
    parser.add_argument("--issuer", default="", help="the service whose card it is")


async def _add(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        agent_id = await _agent_id(arguments.agent, actions)
        held = await _enrol(arguments, agent_id, None, actions)
    say(
        "a badge of %(name)s is in service, in a car once it has been told",
        name=held.holder.full_name,
    )


async def _replace(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        former = await badges.by_uid(OPERATOR, _by_uid(arguments), actions)
        number = former.badge.badge_id
        held = await _enrol(arguments, former.holder.agent_id, number, actions)
    say("%(name)s has another badge; the former opens nothing any more", name=held.holder.full_name)


async def _enrol(
    arguments: argparse.Namespace, agent_id: int, replaces: int | None, actions: Actions
) -> HeldBadge:
    given = {"agent_id": agent_id, "issuer": arguments.issuer, "replaces": replaces}
    if arguments.learned is not None:
        wanted = judged(learned.GiveLearned, given | {"command_id": arguments.learned})
        return await learned.give(OPERATOR, wanted, actions)
    uid = _meant(arguments.number, arguments.meant)
    return await typed.enrol(OPERATOR, judged(typed.Enrol, given | {"uid": uid}), actions)


def _meant(number: str, meant: str | None) -> str:
    """Return the UID of a number; the one of its readings that was said to be meant."""
    found = readings(number)
    possible = [reading.uid.hex() for reading in found if is_of_a_card(reading.uid)]
    if not possible:
        wrong = Reason.PASSING_UID if found else Reason.NOT_A_BADGE_NUMBER
        raise Refused(Refusal("number", wrong))
    typed = str(one_line(meant or "")).lower()
    if typed not in possible and (typed or len(possible) > 1):
        ways = " or ".join(f"--meant {uid}" for uid in possible)
        raise CommandError(f"{said(Reason.WHICH_READING.sentence)} {ways}")
    return typed or possible[0]


async def _lost(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        held = await badges.revoke(OPERATOR, _by_uid(arguments), actions)
        one = OneBadge(badge_id=held.badge.badge_id)
        cars = await badges.who_knows(OPERATOR, one, actions)
    say("a badge of %(name)s is revoked", name=held.holder.full_name)
    if cars.waiting:
        say(
            "boxes that have not confirmed yet: %(count)s; ask again to see who has",
            count=len(cars.waiting),
        )
    for box in cars.waiting:
        sent_at_s = box.grants_sent_at_s
        heard = {"plate": box.plate, "heard": utc(box.last_seen_s)}
        if sent_at_s is None:
            say("  %(plate)s  last heard %(heard)s", **heard)
        else:
            until = utc(sent_at_s + GRANTS_VALID_S)
            say("  %(plate)s  last heard %(heard)s, grants until %(until)s", **heard, until=until)
    for what, plates in (
        (said("boxes that have confirmed"), cars.knows),
        (said("boxes that were never heard, and open for nobody"), cars.never_heard),
        (said("cars without a box"), cars.no_box),
    ):
        if plates:
            print(f"{what}: {', '.join(plates)}")


async def _found(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        held = await badges.restore(OPERATOR, _by_uid(arguments), actions)
    say(
        "a badge of %(name)s is valid again, for a car once it has been told",
        name=held.holder.full_name,
    )


async def _withdraw(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        held = await badges.by_uid(OPERATOR, _by_uid(arguments), actions)
        one = OneBadge(badge_id=held.badge.badge_id)
        await badges.withdraw(OPERATOR, one, actions)
    say("a badge of %(name)s was given back: it opens nothing any more", name=held.holder.full_name)


async def _give(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        held = await badges.by_uid(OPERATOR, _by_uid(arguments), actions)
        agent_id = await _agent_id(arguments.agent, actions)
        wanted = HandOver(badge_id=held.badge.badge_id, agent_id=agent_id)
        held = await badges.hand_over(OPERATOR, wanted, actions)
    say("it is a badge of %(name)s from now on", name=held.holder.full_name)


async def _learn(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        car = await vehicle_called(actions.store, arguments.vehicle)
        actor: Actor = Person(await accounts.agent_called(arguments.by, actions))
        order = await learned.learn(actor, learned.LearnAt(vehicle_id=car.vehicle_id), actions)
    say(
        "%(plate)s is asked for the next unknown card until %(until)s:",
        plate=order.plate,
        until=utc(order.expires_at_s),
    )
    print(order.command_id)


async def _agent_id(login: str, actions: Actions) -> int:
    return (await accounts.agent_called(login, actions)).agent_id


def _by_uid(arguments: argparse.Namespace) -> BadgeByUid:
    return judged(BadgeByUid, {"uid": arguments.uid})
