"""`voiturier box`: a new box's identity, and another key for one in service.

Never here: what an identity holds (server/identity_file.py).
"""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from server.actions import boxes
from server.commands.tools import (
    OPERATOR,
    CommandError,
    address,
    command,
    existing_fleet,
    secret_in,
    vehicle_called,
)
from server.commands.words import said, say
from server.config import Address
from server.fleet.refusals import Reason, Refused
from server.identity_file import (
    PDP_TYPES,
    SimCard,
    Wiring,
    fitting_of,
    identity_file,
    identity_of,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

_SIMULATED = "host"  # the board that the simulator plays
# What an AT command takes between its quotes, and what a card takes as its PIN.
_PLAIN = re.compile(r"[ !#-\[\]-~]{1,64}")
_PIN = re.compile(r"[0-9]{4,8}")


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the commands."""
    box = commands.add_parser("box", help="the boxes in the cars")
    of_boxes = box.add_subparsers(required=True, metavar="ACTION")
    adding = command(of_boxes, "add", _add_box, "make the identity and key of a new box", [data])
    adding.add_argument("--vehicle", required=True, metavar="PLATE")
    adding.add_argument("--out", type=Path, required=True, help="the identity file to write")
    adding.add_argument(
        "--server",
        type=address,
        metavar="HOST:PORT",
        help="where the box will find the server; needed but for the simulator",
    )
    adding.add_argument("--apn", default="internet", help="of the SIM card (default %(default)s)")
    adding.add_argument("--apn-user", metavar="NAME", help="where the SIM card's network wants one")
    adding.add_argument(
        "--apn-password-file", type=Path, metavar="FILE", help="one line, readable by us alone"
    )
    adding.add_argument(
        "--pdp-type",
        choices=PDP_TYPES,
        default=PDP_TYPES[0],
        help="the kind of address that the network gives (default %(default)s)",
    )
    adding.add_argument(
        "--sim-pin-file",
        type=Path,
        metavar="FILE",
        help="one line: the PIN that the SIM card wants; the box tries a wrong one once only",
    )
    adding.add_argument(
        "--board",
        choices=("lilygo_t_sim7670g_s3", _SIMULATED),
        default="lilygo_t_sim7670g_s3",
        help="host: the simulator (default %(default)s)",
    )
    adding.add_argument(
        "--door-only", action="store_true", help="no start relay is fitted: badges open doors only"
    )
    adding.add_argument(
        "--no-ignition-line",
        action="store_true",
        help="the ignition line is not wired: a minute of standing still is off for trips and"
        " doors, and the start is never inhibited, so add --door-only",
    )
    adding.add_argument(
        "--key-holder",
        action="store_true",
        help="keys (and fuel card) have a holder that tells whether they are in it",
    )
    adding.add_argument(
        "--door-contact", action="store_true", help="a contact tells whether a door or boot is open"
    )
    adding.add_argument(
        "--reader",
        choices=("pn532", "wiegand"),
        default="pn532",
        help="the badge reader (default %(default)s); wiegand knows a card by its UID only",
    )
    adding.add_argument(
        "--replace", action="store_true", help="retire the box the car has; its key is refused"
    )

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
        if arguments.server is None and arguments.board != _SIMULATED:
            raise CommandError(
                said("--server HOST:PORT is needed: where will the box find the server?")
            )
        server = arguments.server or Address("127.0.0.1", 7400)
        wiring = Wiring(
            start_relay=not arguments.door_only,
            ignition_line=not arguments.no_ignition_line,
            door_contact=arguments.door_contact,
            key_holder=arguments.key_holder,
            reader=arguments.reader,
        )
        sim = _sim_card(arguments)
        fitting = await fitting_of(store, vehicle, server, sim, arguments.board, wiring)
        wanted = boxes.AddBox(vehicle_id=vehicle.vehicle_id, replace=arguments.replace)
        try:
            with identity_file(arguments.out) as draft:
                box = await boxes.add(OPERATOR, wanted, actions)
                draft.write(identity_of(box, fitting))
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


def _sim_card(arguments: argparse.Namespace) -> SimCard:
    user, password = arguments.apn_user, secret_in(arguments.apn_password_file)
    if bool(user) != bool(password):
        raise CommandError(said("--apn-user and --apn-password-file go together"))
    for option, text in (
        ("--apn", arguments.apn),
        ("--apn-user", user),
        ("--apn-password-file", password),
    ):
        if text and not _PLAIN.fullmatch(text):
            raise CommandError(
                said(
                    "%(option)s: at most 64 letters, digits and signs, without accents or quotes",
                    option=option,
                )
            )
    pin = secret_in(arguments.sim_pin_file)
    if pin is not None and not _PIN.fullmatch(pin):
        raise CommandError(said("%(file)s: a PIN has 4 to 8 digits", file=arguments.sim_pin_file))
    return SimCard(arguments.apn, arguments.pdp_type, user or "", password or "", pin or "")


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
