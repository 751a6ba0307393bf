"""`voiturier box`: a new box's identity, those of many in one file, another key for one in service.

Never here: what a box is told besides (fitting.py), what an identity holds
(actions/boxes/identity.py).
"""

import argparse
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from server.actions import boxes
from server.actions.boxes.identity import identity_of
from server.batch_file import SHORTEST, Entry, is_long_enough, sealed_batch
from server.commands import fitting
from server.commands.tools import (
    OPERATOR,
    CommandError,
    command,
    existing_fleet,
    secret_in,
    typed_secret,
    vehicle_called,
)
from server.commands.words import said, say
from server.fleet.model.bookings import Vehicle
from server.fleet.refusals import Reason, Refused
from server.identity_file import identity_file
from server.store import Store

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

    batch = command(
        of_boxes, "batch", _make_batch, "make boxes for many cars, in one sealed file", [data]
    )
    cars = batch.add_mutually_exclusive_group(required=True)
    cars.add_argument("--vehicle", action="append", metavar="PLATE", help="a car; may be repeated")
    cars.add_argument(
        "--cars-without-box", action="store_true", help="every car of the pool that has none"
    )
    batch.add_argument("--out", type=Path, required=True, help="the batch file to write")
    batch.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="one line of at least 12 characters, readable by us alone; else it is asked for",
    )
    fitting.add_options(batch)

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


async def _make_batch(arguments: argparse.Namespace) -> None:
    passphrase = _passphrase(arguments.passphrase_file)
    async with existing_fleet(arguments.data) as actions:
        store = actions.store
        vehicles = await _cars_of_batch(arguments, store)
        told = [await fitting.fitting_for(arguments, store, car) for car in vehicles]
        ids = tuple(car.vehicle_id for car in vehicles)
        wanted = boxes.AddBoxes(vehicle_ids=ids, replace=arguments.replace)
        try:
            with identity_file(arguments.out) as draft:
                made = await boxes.add_all(OPERATOR, wanted, actions)
                entries = [
                    Entry(car.label, identity_of(box, each))
                    for car, box, each in zip(vehicles, made, told, strict=True)
                ]
                now_s = actions.clock.now_s()
                draft.write(sealed_batch(entries, passphrase, now_s, secrets.token_bytes))
        except Refused as refused:
            if refused.first.reason is not Reason.BOX_EXISTS:
                raise
            plates = ", ".join(str(each.values.get("plate", "")) for each in refused.refusals)
            raise CommandError(
                f"{plates}: {refused.first.in_words(said)}"
                f" {said('--replace retires it and makes a new one.')}"
            ) from None
        except OSError as error:
            raise CommandError(
                said("cannot write %(file)s: %(why)s", file=arguments.out, why=error.strerror)
            ) from None
    for car, box in zip(vehicles, made, strict=True):
        say("box %(number)s for %(plate)s", number=box.wire_id.hex(), plate=car.plate)
    say(
        "%(out)s holds their keys, sealed by the passphrase: delete it when all are written.",
        out=arguments.out,
    )


async def _cars_of_batch(arguments: argparse.Namespace, store: Store) -> list[Vehicle]:
    """Return the cars that are to have a box, each once; raises CommandError, Refused."""
    if arguments.cars_without_box:
        found = [car for car in await store.vehicles.in_pool() if car.box_id is None]
        if not found:
            raise CommandError(said("every car has a box"))
        return found
    named = [await vehicle_called(store, plate) for plate in arguments.vehicle]
    return list({car.vehicle_id: car for car in named}.values())


def _passphrase(file: Path | None) -> str:
    """Return the passphrase of a file, or the one that is typed twice; raises CommandError."""
    passphrase = secret_in(file)
    if passphrase is None:
        passphrase = typed_secret(said("passphrase: "))
        if sys.stdin.isatty() and typed_secret(said("once more: ")) != passphrase:
            raise CommandError(said("the two are not the same"))
    if not is_long_enough(passphrase):
        raise CommandError(
            said("the passphrase has to have %(least)s characters at least", least=SHORTEST)
        )
    return passphrase


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
