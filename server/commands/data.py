"""What commands work on: the data directory of a fleet. Never here: a command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from server.actions import Actions
from server.actions.tools import wakes_nobody
from server.clock import SystemClock
from server.fleet.recurrence import PARIS
from server.store import Store, backup


class CommandError(Exception):
    """What was asked cannot be done; the text says why, in one line."""


@asynccontextmanager
async def opened(data_dir: Path) -> AsyncIterator[Store]:
    """Open a data directory, or make one."""
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
        yield actions_of(store)


def actions_of(store: Store) -> Actions:
    """Return what acts on a store from here: a running server sees by itself what was done."""
    return Actions(store, SystemClock(), wakes_nobody, PARIS)


def require_fleet(data_dir: Path) -> None:
    """Raise CommandError where no fleet is."""
    if not (data_dir / backup.DATABASE).exists():
        raise CommandError(f"{data_dir} holds no fleet yet: `voiturier load` one first")
