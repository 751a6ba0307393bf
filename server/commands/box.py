"""`voiturier box`: a new box's identity, and another key for one in service.

Never here: what a box is told besides (fitting.py), what an identity holds
(actions/boxes/identity.py).
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from server.actions import boxes
from server.actions.boxes.identity import identity_of
from server.commands import fitting
from server.commands.tools import (
    OPERATOR,
    CommandError,
    command,
    existing_fleet,
    vehicle_called,
)
from server.commands.words import said, say
from server.fleet.refusals import Reason, Refused
from server.identity_file import identity_file

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the commands."""
    box = commands.add_parser("box", help="the boxes in the cars")
    of_boxes = box.add_subparsers(required=True, metavar="ACTION")
    adding = command(of_boxes, "add", _add_box, "make the identity and key of a new box", [data])
    adding.add_argument("--vehicle", required=True, metavar="PLATE")
    adding.add_argument("--out", type=Path, required=True, help="the identity file to write")
    fitting.add_options(adding)

    rotating = command(
        of_boxes,
        "rotate",
        _rotate_key,
        "give a box a new key at its next connection; the old one holds until the new one is used",
        [data],
    )
    which = rotating.add_mutually_exclusive_group(required=True)
    which.add_argument("--vehicle", metavar="PLATE")
    which.add_argument("--all", action="store_true", help="every box in service")


async def _add_box(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        store = actions.store
        vehicle = await vehicle_called(store, arguments.vehicle)
        told = await fitting.fitting_for(arguments, store, vehicle)
        wanted = boxes.AddBox(vehicle_id=vehicle.vehicle_id, replace=arguments.replace)
        try:
            with identity_file(arguments.out) as draft:
                box = await boxes.add(OPERATOR, wanted, actions)
                draft.write(identity_of(box, told))
        except Refused as refused:
            if refused.first.reason is not Reason.BOX_EXISTS:
                raise
            raise CommandError(
                f"{refused.first.in_words(said)}"
                f" {said('--replace retires it and makes a new one.')}"
            ) from None
        except OSError as error:
            raise CommandError(
                said("cannot write %(file)s: %(why)s", file=arguments.out, why=error.strerror)
            ) from None
    say(
        "box %(number)s for %(plate)s: identity in %(out)s",
        number=box.wire_id.hex(),
        plate=vehicle.plate,
        out=arguments.out,
    )
    say("It holds the box's keys: put it on the box as /identity.json, then delete the file.")


async def _rotate_key(arguments: argparse.Namespace) -> None:
    async with existing_fleet(arguments.data) as actions:
        if arguments.all:
            vehicles = [car for car in await actions.store.vehicles.all() if car.box_id is not None]
        else:
            vehicles = [await vehicle_called(actions.store, arguments.vehicle)]
        if not vehicles:
            raise CommandError(said("no car has a box"))
        for vehicle in vehicles:
            wanted = boxes.RotateKey(vehicle_id=vehicle.vehicle_id)
            generation = await boxes.rotate_key(OPERATOR, wanted, actions)
            say(
                "%(plate)s: key %(generation)s goes to the box at its next connection",
                plate=vehicle.plate,
                generation=generation,
            )
