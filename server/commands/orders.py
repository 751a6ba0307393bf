"""`voiturier command` and `theft`: what a car is asked to do from afar.

Never here: when a box does it (the box decides).
"""

import argparse
from typing import TYPE_CHECKING, get_args

from server.actions import Person, acting, boxes, theft
from server.actions.boxes import OrderKind
from server.commands.tools import OPERATOR, CommandError, command, existing_fleet, vehicle_called
from server.commands.words import said, say
from server.fleet.inputs import judged, one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

_THEFT = {
    "report": "theft of %(plate)s reported by %(name)s; another manager is to confirm it",
    "confirm": "theft of %(plate)s confirmed by %(name)s",
    "withdraw": "theft of %(plate)s withdrawn by %(name)s",
}


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the commands."""
    ordering = command(
        commands,
        "command",
        _order,
        "ask a box to inhibit the start when that is safe, or to end the trip",
        [data],
    )
    ordering.add_argument("--vehicle", required=True, metavar="PLATE")
    ordering.add_argument(
        "kind",
        choices=get_args(OrderKind),
        help="inhibit: the box does it when no trip is open and the car stands; cancel: not any"
        " more. end-from-afar: end the trip once the ignition has been off for an hour;"
        " end-from-afar-without-keys: also when the keys are not back in their holder;"
        " withdraw-end: not any more (each is forgotten after 24 hours)",
    )

    stealing = command(
        commands,
        "theft",
        _theft,
        "say that a car is stolen; another manager confirms it, any takes it back",
        [data],
    )
    stealing.add_argument("step", choices=("report", "confirm", "withdraw"))
    stealing.add_argument("--vehicle", required=True, metavar="PLATE")
    stealing.add_argument("--by", required=True, metavar="LOGIN", help="the manager who says so")
    stealing.add_argument("--reference", default="", help="of the complaint, to report")


async def _order(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        vehicle = await vehicle_called(actions.store, arguments.vehicle)
        wanted = boxes.Order(vehicle_id=vehicle.vehicle_id, kind=arguments.kind)
        order = await boxes.order(OPERATOR, wanted, actions)
    say(
        "command %(number)s: %(kind)s queued for %(plate)s",
        number=order.command_id,
        kind=order.kind,
        plate=vehicle.plate,
    )


async def _theft(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        vehicle = await vehicle_called(actions.store, arguments.vehicle)
        manager = await actions.store.agents.by_login(str(one_line(arguments.by)))
        if manager is None or manager.closed_at_s is not None:
            raise CommandError(
                said("nobody has the login %(login)s, or the account is closed", login=arguments.by)
            )
        person = Person(acting(manager, actions.clock.now_s()))
        car = vehicle.vehicle_id
        if arguments.step == "report":
            told = {"vehicle_id": car, "reference": arguments.reference}
            await theft.report(person, judged(theft.Report, told), actions)
        else:
            standing = await actions.store.theft_orders.of_car(car)
            one = theft.OneTheftOrder(theft_order_id=standing.theft_order_id if standing else 0)
            act = theft.confirm if arguments.step == "confirm" else theft.withdraw
            await act(person, one, actions)
    say(_THEFT[arguments.step], plate=vehicle.plate, name=manager.full_name)
