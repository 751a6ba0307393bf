"""What the commands work with. Never here: what a command does (cli.py, the files beside this)."""

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from server.actions import Actions
from server.actions.tools import wakes_nobody
from server.clock import SystemClock
from server.fleet.model import Vehicle
from server.fleet.names import plate_of
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Reason, Refusal, Refused
from server.store import Store, backup


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


@asynccontextmanager
async def store(data_dir: Path) -> AsyncIterator[Store]:
    """Open the store of a data directory for as long as a command takes."""
    opened = Store.open(data_dir)
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def existing_fleet(data_dir: Path) -> AsyncIterator[Actions]:
    """Open the data of a fleet that was loaded; a mistyped directory makes no empty one."""
    require_fleet(data_dir)
    async with store(data_dir) as opened:
        yield actions(opened)


def actions(store: Store) -> Actions:
    """Return what acts on a store from here: a running server sees by itself what was done."""
    return Actions(store, SystemClock(), wakes_nobody, PARIS)


def require_fleet(data_dir: Path) -> None:
    """Refuse a directory in which no fleet is."""
    if not (data_dir / backup.DATABASE).exists():
        raise CommandError(f"{data_dir} holds no fleet yet: `voiturier load` one first")


def day_s(text: str) -> int:
    """Read a day as the instant at which it begins."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise argparse.ArgumentTypeError(f"no day like 2026-09-01: {text}") from None
    return int(day.replace(tzinfo=PARIS).timestamp())


async def vehicle(store: Store, plate: str) -> Vehicle:
    """Return the car of this plate; raises Refused: UNKNOWN_VEHICLE."""
    vehicles = {vehicle.plate: vehicle for vehicle in await store.vehicles.all()}
    wanted = plate_of(plate)
    if wanted not in vehicles:
        known = {"name": wanted, "known": ", ".join(vehicles) or "none"}
        raise Refused(Refusal("vehicle", Reason.UNKNOWN_VEHICLE, known))
    return vehicles[wanted]


def utc(at_s: int | None) -> str:
    """Say an instant."""
    return "never" if at_s is None else f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC"
