"""What the commands work with. Never here: what a command does (cli.py, the files beside this)."""

import argparse
import getpass
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from server.actions import Actions, Operator
from server.actions.tools import wakes_nobody
from server.clock import SystemClock
from server.commands.words import said, sentence
from server.config import Address, Config
from server.fleet.audit import Act, Performed
from server.fleet.model.bookings import Vehicle
from server.fleet.names import plate_of
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Reason, Refusal, Refused, Say
from server.settings import SettingsError, read
from server.store import Store
from server.store.current_act import performing

OPERATOR = Operator()
SETTINGS = Path("/etc/voiturier/voiturier.toml")
VARIABLE = "VOITURIER_SETTINGS"
ZONE: ContextVar[ZoneInfo] = ContextVar("ZONE", default=PARIS)
"""Whose local hours hold: the settings', for the one command that this process runs."""


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
    parser = commands.add_parser(name, help=about, description=sentence(about), parents=parents)
    parser.set_defaults(run=run)
    return parser


def data_option() -> argparse.ArgumentParser:
    """Return the options that every command on a fleet has."""
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the server's data directory, instead of that of the settings",
    )
    data.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help=f"the server's settings (without it the variable {VARIABLE}, then, when --data is not"
        f" given either, {SETTINGS})",
    )
    return data


def secret_in(file: Path | None) -> str | None:
    """Return the one line of a file that holds a secret, None where no file is given."""
    if file is None:
        return None
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(said("cannot read %(file)s: %(why)s", file=file, why=error)) from None
    if not secret:
        raise CommandError(said("%(file)s is empty", file=file))
    return secret


def typed_secret(prompt: str) -> str:
    """Read a secret that is neither shown nor kept by the shell; from a program a line."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline().rstrip("\n")


def settings_file(given: Path | None, data_dir: Path | None) -> Path | None:
    """Return which file of settings holds: what was given, the variable's, the usual one."""
    if given is not None:
        return given
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return SETTINGS if data_dir is None and SETTINGS.exists() else None


def load_settings(
    given: Path | None, data_dir: Path | None, secrets: Collection[str]
) -> tuple[Config, Path | None]:
    """Return the settings, and the file they come from.

    Args:
        given: the file that was typed, if any.
        data_dir: the data directory that was typed, if any.
        secrets: of which sections the file of a password is read.

    Raises:
        SettingsError: the file is no good.
        CommandError: nothing says where the data is.
    """
    file = settings_file(given, data_dir)
    if file is not None:
        config = read(file, None, secrets)
    elif data_dir is not None:
        config = Config(data_dir)
    else:
        raise CommandError(said("where is the data? --data DIR or --settings FILE is needed"))
    return config if data_dir is None else replace(config, data_dir=data_dir), file


def settle(arguments: argparse.Namespace) -> None:
    """Put the settings into `config`, where the data is into `data`; days become instants.

    A command that needs the passwords of some sections names these in `secrets`. Raises as
    `load_settings`.
    """
    secrets = getattr(arguments, "secrets", ())
    config, _ = load_settings(arguments.settings, arguments.data, secrets)
    arguments.config, arguments.data = config, config.data_dir
    ZONE.set(config.timezone)
    for name, value in vars(arguments).items():
        if isinstance(value, date):
            begin = datetime.combine(value, time(), config.timezone)
            setattr(arguments, name, int(begin.timestamp()))


def mistakes_in_words(error: SettingsError, said: Say = said) -> list[str]:
    """Say all that is wrong with a file of settings, a line each."""
    told = []
    for mistake in error.mistakes:
        line = said("line %(line)s", line=mistake.line) if mistake.line else ""
        place = ", ".join(part for part in (str(error.path), line, mistake.key) if part)
        told.append(f"{place}: {said(mistake.text, **mistake.values)}")
    return told


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
    return Actions(store, SystemClock(), wakes_nobody, ZONE.get())


def address(text: str) -> Address:
    """Read HOST:PORT, an IPv6 host in brackets."""
    try:
        return Address.of(text)
    except ValueError:
        raise argparse.ArgumentTypeError(said("%(text)r is not HOST:PORT", text=text)) from None


def day_s(text: str) -> date:
    """Read a day; `settle` makes it the instant at which it begins where the server is."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise argparse.ArgumentTypeError(
            said("no day like 2026-09-01: %(text)s", text=text)
        ) from None


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
    values = {"name": name, "known": ", ".join(known) or said("none")}
    return Refused(Refusal(field, reason, values))


def utc(at_s: int | None) -> str:
    """Say an instant."""
    if at_s is None:
        return said("never")
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC"
