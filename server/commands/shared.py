"""What every command of `voiturier` shares: its place in the parser, and the data it opens.

Never here: what a command does.
"""

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from server.actions import Actions
from server.actions.tools import wakes_nobody
from server.clock import SystemClock
from server.fleet.recurrence import PARIS
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
    """Add a command, described by `about`, that runs `run` on what was typed."""
    sentence = about[0].upper() + about[1:] + "."
    parser = commands.add_parser(name, help=about, description=sentence, parents=parents)
    parser.set_defaults(run=run)
    return parser


@asynccontextmanager
async def opened(data_dir: Path) -> AsyncIterator[Store]:
    """Open the data directory, made anew if there is none; raises StoreError."""
    store = Store.open(data_dir)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def existing_fleet(data_dir: Path) -> AsyncIterator[Actions]:
    """Open the data of a fleet that was loaded; a mistyped directory makes no empty one."""
    require_fleet(data_dir)
    async with opened(data_dir) as store:
        yield actions_on(store)


def actions_on(store: Store) -> Actions:
    """Return what acts on a store from here: a running server sees by itself what was done."""
    return Actions(store, SystemClock(), wakes_nobody, PARIS)


def require_fleet(data_dir: Path) -> None:
    """Raise CommandError where no fleet was loaded."""
    if not (data_dir / backup.DATABASE).exists():
        raise CommandError(f"{data_dir} holds no fleet yet: `voiturier load` one first")


def day_s(text: str) -> int:
    """Read a day as the instant at which it begins."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise argparse.ArgumentTypeError(f"no day like 2026-09-01: {text}") from None
    return int(day.replace(tzinfo=PARIS).timestamp())
