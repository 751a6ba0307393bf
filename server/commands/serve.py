"""`voiturier serve`: its options, and the settings they make.

Never here: how the server runs (server/serving.py).
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from server.commands import mail
from server.commands.tools import address, command
from server.commands.words import said
from server.config import Config, Network
from server.fleet.bookings import BOUNDS, Limits
from server.fleet.roles import Role
from server.settings import SECRETS

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def listening_options() -> "ArgumentParser":
    """Return the options that say where browsers and boxes connect."""
    listening = argparse.ArgumentParser(add_help=False)
    for name, default, who in (
        ("http", "127.0.0.1:8080", "browsers"),
        ("boxes", "127.0.0.1:7400", "the cars' boxes"),
    ):
        listening.add_argument(
            f"--{name}",
            type=address,
            metavar="HOST:PORT",
            help=f"where {who} connect (default {default}; port 0: any free one)",
        )
    return listening


def listening(arguments: argparse.Namespace, config: Config) -> Config:
    """Return the settings with the addresses that were typed."""
    return replace(
        config, http=arguments.http or config.http, boxes=arguments.boxes or config.boxes
    )


def add_to(
    commands: "_SubParsersAction[ArgumentParser]",
    data: "ArgumentParser",
    listening: "ArgumentParser",
) -> None:
    """Add the command."""
    serving = command(commands, "serve", run, "run the server", [data, listening])
    serving.set_defaults(secrets=SECRETS)
    serving.add_argument(
        "--new-fleet",
        action="store_true",
        help="make an empty fleet in DIR where no trace of one is; else run the one that is there",
    )

    serving.add_argument(
        "--simple-walk-up",
        action="store_true",
        help="let a card that has a key take a car for all without booking by its number alone,"
        " which can be copied; the trip then shows it as low assurance",
    )

    serving.add_argument(
        "--notice-before-use",
        action="store_true",
        help="let no car in whoever is not on record as informed of what is recorded of them",
    )
    serving.add_argument(
        "--trusted-proxy",
        dest="trusted_proxies",
        type=network,
        action="append",
        metavar="ADDRESS[/BITS]",
        help="a proxy before the server whose X-Forwarded-For says who connects; may be repeated."
        " Without it, all who come through a proxy share what one address may mistype",
    )

    for option, name, unit, per, what in (
        ("--shortest-booking", "shortest_s", "MINUTES", 60, "the shortest booking"),
        ("--most-bookings", "coming", "COUNT", 1, "of one agent's, so many may be to come"),
        ("--most-of-one-car", "coming_of_car", "COUNT", 1, "and so many of them with one car"),
    ):
        least, most = (getattr(bound, name) // per for bound in BOUNDS)
        serving.add_argument(
            option,
            dest=name,
            type=_from_to(least, most, per),
            metavar=unit,
            help=f"{what}: {least} to {most} (default {getattr(Limits(), name) // per}); it holds"
            " on every way in, also for `load`, until the server is started otherwise",
        )

    mail.add_settings(serving, address)


def network(text: str) -> Network:
    """Read an address, or a network: 10.1.0.0/16."""
    try:
        return ip_network(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            said("no address or network: %(why)s", why=error)
        ) from None


def _from_to(least: int, most: int, per: int) -> Callable[[str], int]:
    """Read a whole number within bounds, and return it times `per`."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(
                said("%(n)s is not from %(least)s to %(most)s", n=number, least=least, most=most)
            )
        return number * per

    read.__name__ = "number"
    return read


async def run(arguments: argparse.Namespace) -> None:
    """Run the server with the settings that hold."""
    from server.serving import serve  # the web, which no other command waits for

    await serve(settings_of(arguments))


def settings_of(arguments: argparse.Namespace) -> Config:
    """Return what holds: what was typed, else what the file says; raises CommandError."""
    config: Config = arguments.config
    typed = vars(arguments)
    limits = {
        name: typed[name] for name in ("shortest_s", "coming", "coming_of_car") if typed[name]
    }
    values: dict[str, Any] = {
        name: of(typed[name])
        for name, of in (
            ("simple_walk_up", bool),
            ("notice_before_use", bool),
            ("new_fleet", bool),
            ("trusted_proxies", tuple),
            ("second_factor_for", lambda roles: tuple(map(Role, roles))),
        )
        if typed.get(name)  # an option that was not typed says nothing against the file
    }
    return replace(
        listening(arguments, config),
        booking_limits=replace(config.booking_limits, **limits),
        mail=mail.settings_of(arguments, config.mail),
        **values,
    )
