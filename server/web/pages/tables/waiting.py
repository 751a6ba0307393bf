"""Tables that were sent and wait for their sender's word, or are being worked on.

In memory, for an hour, each for its sender alone: names of people are kept nowhere before they are
taken in. Never here: what becomes of a table (actions/imports.py).
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from aiohttp import web

from server.actions.imports import Checked
from server.store.tables import Progress

_KEPT_S = 3600
_MOST = 20  # of all people; the oldest is sent again
_SOON_S = 1.0  # what is done by then shows no progress

Work = Callable[[Progress], Coroutine[Any, Any, Checked]]


class Table:
    """One of them: whose it is, how far it is, and in the end what came of it."""

    def __init__(self, agent_id: int, until_s: int) -> None:
        self.agent_id, self.until_s = agent_id, until_s
        self.done = self.of = 0
        self.seen: Checked | None = None
        self.task: asyncio.Task[Checked] | None = None

    @property
    def is_busy(self) -> bool:
        """Say whether it is worked on."""
        return self.task is not None and not self.task.done()

    async def begin(self, work: Work) -> None:
        """Begin to work on it; returns when it is done, or after a second."""
        self.done = self.of = 0
        self.task = asyncio.get_running_loop().create_task(work(self._note))
        await asyncio.wait({self.task}, timeout=_SOON_S)

    def _note(self, done: int, of: int) -> None:  # in the writer's thread
        self.done, self.of = done, of


class Waiting:
    """All of them, each under a name that nobody guesses."""

    def __init__(self) -> None:
        self._of: dict[str, Table] = {}

    def add(self, agent_id: int, now_s: int) -> tuple[str, Table]:
        """Keep a place for a table."""
        self._of = {name: each for name, each in self._of.items() if each.until_s > now_s}
        while len(self._of) >= _MOST:
            del self._of[next(iter(self._of))]
        name, table = secrets.token_urlsafe(12), Table(agent_id, now_s + _KEPT_S)
        self._of[name] = table
        return name, table

    def get(self, name: str, agent_id: int, now_s: int) -> Table | None:
        """Return a table to its sender."""
        table = self._of.get(name)
        is_theirs = table is not None and table.agent_id == agent_id and table.until_s > now_s
        return table if is_theirs else None

    def forget(self, name: str) -> None:
        """Let go of a table."""
        self._of.pop(name, None)

    async def finished(self) -> None:
        """Wait for what is worked on."""
        tasks = [each.task for each in self._of.values() if each.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)


WAITING = web.AppKey("WAITING", Waiting)


async def waiting(app: web.Application) -> AsyncIterator[None]:
    """Keep them as long as the application runs."""
    app[WAITING] = Waiting()
    yield
    await app[WAITING].finished()
