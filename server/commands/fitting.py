"""The options of `voiturier box` that say what a new box is made for, and what they come to.

What is not typed is as the settings have it ([new_boxes]). Never here: making a box (box.py).
"""

import argparse
from dataclasses import replace
from pathlib import Path

from server.actions.boxes.identity import Fitting, fitting_of
from server.commands.tools import CommandError, address, secret_in
from server.commands.words import said
from server.config import Address, NewBoxes
from server.fleet.model.bookings import Vehicle
from server.fleet.model.fitting import (
    BOARDS,
    FOR_MODEM,
    PDP_TYPES,
    PIN,
    READERS,
    SIMULATED,
    SimCard,
    Wiring,
)
from server.store import Store


def add_options(making: argparse.ArgumentParser) -> None:
    """Add the options to a command that makes boxes."""
    making.set_defaults(secrets=("new_boxes",))
    making.add_argument(
        "--server",
        type=address,
        metavar="HOST:PORT",
        help="where the box will find the server (as the settings say); needed but for the"
        " simulator",
    )
    making.add_argument("--apn", help="of the SIM card (as the settings say, else internet)")
    making.add_argument("--apn-user", metavar="NAME", help="where the SIM card's network wants one")
    making.add_argument(
        "--apn-password-file", type=Path, metavar="FILE", help="one line, readable by us alone"
    )
    making.add_argument(
        "--pdp-type",
        choices=PDP_TYPES,
        help="the kind of address that the network gives (as the settings say, else IP)",
    )
    making.add_argument(
        "--sim-pin-file",
        type=Path,
        metavar="FILE",
        help="one line: the PIN that the SIM card wants; the box tries a wrong one once only",
    )
    making.add_argument(
        "--board",
        choices=BOARDS,
        default=BOARDS[0],
        help="host: the simulator (default %(default)s)",
    )
    making.add_argument(
        "--door-only", action="store_true", help="no start relay is fitted: badges open doors only"
    )
    making.add_argument(
        "--no-ignition-line",
        action="store_true",
        help="the ignition line is not wired: a minute of standing still is off for trips and"
        " doors, and the start is never inhibited, so add --door-only",
    )
    making.add_argument(
        "--key-holder",
        action="store_true",
        help="keys (and fuel card) have a holder that tells whether they are in it",
    )
    making.add_argument(
        "--door-contact", action="store_true", help="a contact tells whether a door or boot is open"
    )
    making.add_argument(
        "--reader",
        choices=READERS,
        default=READERS[0],
        help="the badge reader (default %(default)s); wiegand knows a card by its UID only",
    )
    making.add_argument(
        "--replace", action="store_true", help="retire the box the car has; its key is refused"
    )


async def fitting_for(arguments: argparse.Namespace, store: Store, vehicle: Vehicle) -> Fitting:
    """Return what a box of this car is told besides its secrets; raises CommandError."""
    new_boxes: NewBoxes = arguments.config.new_boxes
    server: Address | None = arguments.server or new_boxes.server
    if arguments.board == SIMULATED:
        server = arguments.server or Address("127.0.0.1", 7400)
    if server is None:
        raise CommandError(
            said("--server HOST:PORT is needed: where will the box find the server?")
        )
    wiring = Wiring(
        start_relay=not arguments.door_only,
        ignition_line=not arguments.no_ignition_line,
        door_contact=arguments.door_contact,
        key_holder=arguments.key_holder,
        reader=arguments.reader,
    )
    sim = _sim_card(arguments, new_boxes)
    return await fitting_of(store, vehicle, server, sim, arguments.board, wiring)


def _sim_card(arguments: argparse.Namespace, new_boxes: NewBoxes) -> SimCard:
    user, password = arguments.apn_user, secret_in(arguments.apn_password_file)
    if bool(user) != bool(password):
        raise CommandError(said("--apn-user and --apn-password-file go together"))
    for option, text in (
        ("--apn", arguments.apn),
        ("--apn-user", user),
        ("--apn-password-file", password),
    ):
        if text and not FOR_MODEM.fullmatch(text):
            raise CommandError(
                said(
                    "%(option)s: at most 64 letters, digits and signs, without accents or quotes",
                    option=option,
                )
            )
    pin = secret_in(arguments.sim_pin_file)
    if pin is not None and not PIN.fullmatch(pin):
        raise CommandError(said("%(file)s: a PIN has 4 to 8 digits", file=arguments.sim_pin_file))
    card = new_boxes.sim_card(pin or "")
    if arguments.apn is not None:  # another network: the login of the settings' one is not for it
        card = replace(card, apn=arguments.apn, apn_user="", apn_password="")
    if user and password:
        card = replace(card, apn_user=user, apn_password=password)
    return replace(card, pdp_type=arguments.pdp_type or card.pdp_type)
