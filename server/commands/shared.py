"""What the commands share: a mistake, the data of a fleet, who acts. Never here: any command."""

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from server.actions import Actions, Operator
from server.actions.tools import wakes_nobody
from server.clock import SystemClock
from server.fleet.recurrence import PARIS
from server.store import Store, backup

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
    """Add a command; `about` is its help, which reads on from the name."""
    sentence = about[0].upper() + about[1:] + "."
    parser = commands.add_parser(name, help=about, description=sentence, parents=parents)
    parser.set_defaults(run=run)
    return parser


@asynccontextmanager
async def open_store(data_dir: Path) -> AsyncIterator[Store]:
    """Open the data directory, or make it; raises StoreError."""
    store = Store.open(data_dir)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def existing_fleet(data_dir: Path) -> AsyncIterator[Actions]:
    """Open the data of a fleet that was loaded; a mistyped directory makes no empty one."""
    require_fleet(data_dir)
    async with open_store(data_dir) as store:
        yield actions_of(store)


def actions_of(store: Store) -> Actions:
    """Return what acts on a store from here: a running server sees by itself what was done."""
    return Actions(store, SystemClock(), wakes_nobody, PARIS)


def require_fleet(data_dir: Path) -> None:
    """Raise CommandError where no fleet was loaded."""
    if not (data_dir / backup.DATABASE).exists():
        raise CommandError(f"{data_dir} holds no fleet yet: `voiturier load` one first")


def utc(at_s: int | None) -> str:
    """Write an instant for a terminal."""
    return "never" if at_s is None else f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC"
