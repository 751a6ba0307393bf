"""The command `voiturier car`: a car comes, changes, leaves, comes back; its box goes elsewhere.

What an option does not say stays as it is. Never here: what may be done (actions/pool).
"""

import argparse
from datetime import datetime
from zoneinfo import ZoneInfo

from server.actions import Actions
from server.actions.pool import cars, fitting, service
from server.commands.tools import (
    OPERATOR,
    ZONE,
    command,
    data_option,
    existing_fleet,
    site_id_of,
    vehicle_called,
)
from server.commands.words import say
from server.fleet.inputs import judged
from server.fleet.model.bookings import Vehicle
from server.fleet.pool import stamp


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    car = commands.add_parser("car", help="the cars of the pool")
    acts, data = car.add_subparsers(required=True, metavar="ACTION"), data_option()
    adding = command(acts, "add", _add, "take a car into the pool", [data])
    changing = command(acts, "change", _change, "let a car be something else from now on", [data])
    for parser, is_new in ((adding, True), (changing, False)):
        parser.add_argument("--vehicle", required=True, metavar="PLATE")
        parser.add_argument("--label", required=is_new, help="make and model")
        parser.add_argument("--site", required=is_new, metavar="CODE")
        parser.add_argument(
            "--walk-up", action=argparse.BooleanOptionalAction, help="also without booking"
        )
        parser.add_argument(
            "--private-use", action=argparse.BooleanOptionalAction, help="also private use"
        )
    changing.add_argument("--plate", help="its new plate; the old one is remembered")
    for name, run, about in (
        ("retire", _retire, "let a car leave the pool: it keeps its trips and its plate"),
        ("reopen", _reopen, "let a car that had left come back"),
    ):
        command(acts, name, run, about, [data]).add_argument(
            "--vehicle", required=True, metavar="PLATE"
        )
    out = command(acts, "out", _take_out, "take a car out of service for a time", [data])
    out.add_argument("--vehicle", required=True, metavar="PLATE")
    out.add_argument("--from", dest="start", metavar="YYYY-MM-DDTHH:MM", help="default: now")
    out.add_argument("--to", dest="end", metavar="YYYY-MM-DDTHH:MM", help="default: nobody knows")
    out.add_argument("--reason", required=True)
    out.epilog = "Hours are those of the car's site. Who has booked it then is listed."
    moving = command(acts, "move-box", _move_box, "say that its box is in another car now", [data])
    moving.add_argument("--vehicle", required=True, metavar="PLATE")
    moving.add_argument("--to", required=True, metavar="PLATE")


async def _add(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        words = {
            "plate": arguments.vehicle,
            "label": arguments.label,
            "site_id": await site_id_of(actions.store, arguments.site),
            "walk_up": bool(arguments.walk_up),
            "private_use": bool(arguments.private_use),
        }
        car = await cars.add(OPERATOR, judged(cars.AddCar, words), actions)
    say(
        "%(plate)s is in the pool, at %(site)s; its box: `voiturier box add`",
        plate=car.plate,
        site=car.site_name,
    )


async def _change(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        car = await vehicle_called(actions.store, arguments.vehicle)
        said = {
            "plate": arguments.plate,
            "label": arguments.label,
            "site_id": arguments.site and await site_id_of(actions.store, arguments.site),
            "walk_up": arguments.walk_up,
            "private_use": arguments.private_use,
        }
        words = {
            name: getattr(car, name) if value is None else value for name, value in said.items()
        }
        request = judged(cars.ChangeCar, words | {"vehicle_id": car.vehicle_id, "seen": stamp(car)})
        car = await cars.change(OPERATOR, request, actions)
    say(
        "%(plate)s: %(label)s, at %(site)s",
        plate=car.plate,
        label=car.label,
        site=car.site_name,
    )


async def _retire(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        car = await vehicle_called(actions.store, arguments.vehicle)
        one = cars.OneCar(vehicle_id=car.vehicle_id)
        for booking in await cars.bookings_to_come(OPERATOR, one, actions):
            say(
                "still booked: %(agent_name)s, from %(start)s",
                agent_name=booking.agent_name,
                start=_utc(booking.starts_at_s),
            )
        await cars.retire(OPERATOR, one, actions)
    say("%(plate)s has left the pool", plate=car.plate)


async def _reopen(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        car = await vehicle_called(actions.store, arguments.vehicle)
        await cars.reopen(OPERATOR, cars.OneCar(vehicle_id=car.vehicle_id), actions)
    say("%(plate)s is in the pool again", plate=car.plate)


async def _take_out(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        car = await vehicle_called(actions.store, arguments.vehicle)
        zone = await _zone_of(car, actions)
        start_s, end_s = (_instant(text, zone) for text in (arguments.start, arguments.end))
        words = {
            "vehicle_id": car.vehicle_id,
            "from_s": actions.clock.now_s() if arguments.start is None else start_s,
            "to_s": end_s,
            "reason": arguments.reason,
        }
        await service.take_out(OPERATOR, judged(service.TakeOut, words), actions)
        say("%(plate)s is out of service then", plate=car.plate)
        for each in await service.in_the_way(OPERATOR, car.vehicle_id, actions):
            booking = each.booking
            say(
                "in the way: %(agent_name)s, from %(start)s",
                agent_name=booking.agent_name,
                start=_utc(booking.starts_at_s),
            )


async def _move_box(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        car = await vehicle_called(actions.store, arguments.vehicle)
        other = await vehicle_called(actions.store, arguments.to)
        wanted = fitting.MoveBox(vehicle_id=car.vehicle_id, to_vehicle_id=other.vehicle_id)
        await fitting.move(OPERATOR, wanted, actions)
    say("the box of %(plate)s is in %(other)s from now on", plate=car.plate, other=other.plate)


async def _zone_of(car: Vehicle, actions: Actions) -> ZoneInfo:
    place = await actions.store.sites.get(car.site_id)
    return ZONE.get() if place is None or place.timezone is None else ZoneInfo(place.timezone)


def _instant(text: str | None, zone: ZoneInfo) -> int | str | None:
    """Read a local time; what is none stays, to be judged."""
    if text is None:
        return None
    try:
        local = datetime.strptime(text, "%Y-%m-%dT%H:%M")
    except ValueError:
        return text
    return int(local.replace(tzinfo=zone).timestamp())


def _utc(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M UTC")
