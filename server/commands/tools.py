"""What the commands work with. Never here: what a command does (cli.py, the files beside this)."""

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from server.actions import Actions, Operator
from server.actions.tools import wakes_nobody
from server.clock import SystemClock
from server.config import Address
from server.fleet.audit import Act, Performed
from server.fleet.model import Vehicle
from server.fleet.names import plate_of
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Reason, Refusal, Refused
from server.store import Store
from server.store.current_act import performing

OPERATOR = Operator()


class CommandError(Exception):
    """What was asked cannot be done; the text says why, in one line."""


def command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], Awaitable[None]],
    about: str,
    parents: list[argparse.ArgumentParser],
) -> argparse.ArgumentParser:
    """Add one command: its name, what runs it, and its help, which begins with a small letter."""
    sentence = about[0].upper() + about[1:] + "."
    parser = commands.add_parser(name, help=about, description=sentence, parents=parents)
    parser.set_defaults(run=run)
    return parser


def data_option() -> argparse.ArgumentParser:
    """Return the option that every command on a fleet has."""
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, required=True, help="the server's data directory")
    return data


@asynccontextmanager
async def opened(data_dir: Path, may_make: bool = False) -> AsyncIterator[Store]:
    """Open the store of a data directory for as long as a command takes; raises StoreError.

    A fleet that is made counts as one only when the command has done what it does. Whatever the
    command writes is its operator's in the audit.
    """
    store = Store.open(data_dir, may_make, is_filled=True)
    performed = Performed(Act.OTHER, SystemClock().now_s(), operator=OPERATOR.account)
    try:
        with performing(performed):
            yield store
        store.finished()
    finally:
        await store.close()


@asynccontextmanager
async def existing_fleet(data_dir: Path) -> AsyncIterator[Actions]:
    """Open the data of a fleet that was loaded; a mistyped directory makes no empty one."""
    async with opened(data_dir) as store:
        yield actions_on(store)


def actions_on(store: Store) -> Actions:
    """Return what acts on a store from here: a running server sees by itself what was done."""
    return Actions(store, SystemClock(), wakes_nobody, PARIS)


def address(text: str) -> Address:
    """Read HOST:PORT, an IPv6 host in brackets."""
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 0xFFFF):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def day_s(text: str) -> int:
    """Read a day as the instant at which it begins."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise argparse.ArgumentTypeError(f"no day like 2026-09-01: {text}") from None
    return int(day.replace(tzinfo=PARIS).timestamp())


async def vehicle_called(store: Store, plate: str) -> Vehicle:
    """Return the car of a plate, however written; raises Refused (UNKNOWN_VEHICLE)."""
    vehicles = {vehicle.plate: vehicle for vehicle in await store.vehicles.all()}
    wanted = plate_of(plate)
    if wanted not in vehicles:
        raise unknown("vehicle", Reason.UNKNOWN_VEHICLE, wanted, vehicles)
    return vehicles[wanted]


async def site_id_of(store: Store, code: str) -> int:
    """Return the id of a site; raises Refused (UNKNOWN_NAME)."""
    sites = {place.code: place.site_id for place in await store.sites.all()}
    if code not in sites:
        raise unknown("site", Reason.UNKNOWN_NAME, code, sites)
    return sites[code]


def unknown(field: str, reason: Reason, name: str, known: Iterable[str]) -> Refused:
    """Return what is raised for a name that is none of these."""
    values = {"name": name, "known": ", ".join(known) or "none"}
    return Refused(Refusal(field, reason, values))


def utc(at_s: int | None) -> str:
    """Say an instant."""
    return "never" if at_s is None else f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC"
