"""Erases what is past its date: `setup(app)` does so before the server serves, then each night.

Never here: what is due (store/purge), which time it goes by (actions/privacy/purge.py).
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict

from aiohttp import web

from server.actions import Actions, Operator
from server.actions.privacy import purge
from server.app_keys import ACTIONS, CONFIG, PURGED
from server.config import Config
from server.fleet.alerts import Chore
from server.fleet.privacy.dates import next_night_s
from server.store import StoreError
from server.store.purge import Receipt, folders_of_copies

_LOOK_EVERY_S = 3600.0  # so much of the sure time a power cut may cost
# A large database from before there were purges takes minutes, once: cars do not wait for that.
_PATIENCE_S = 30.0
_log = logging.getLogger(__name__)


class Purging:
    """The purges of one server, which look at the clock in between.

    Args:
        actions: what they act with.
        config: for how long things are kept, and where the copies are.
    """

    def __init__(self, actions: Actions, config: Config) -> None:
        self._actions = actions
        folders = folders_of_copies(config.data_dir, config.backups.folder)
        self._asked = purge.Asked(asdict(config.retention), folders)
        self.has_looked = asyncio.Event()
        self._looked_ms: int | None = None
        self._next_s = 0
        # The last one, by the time that it went by: where nobody vouches for the clock it is late.
        self.went: Chore | None = None

    async def look(self) -> None:
        """Purge if it is night, or for the first time; a failure is logged, and tried next time."""
        try:
            told = await purge.look(Operator(), self._actions, self._elapsed_s())
            now_s = self._actions.clock.now_s()
            sure_s = told.sure_s(now_s)
            if not told.is_sure(now_s):
                _log.warning("what is due is erased late: nobody vouches for the server's clock")
            if sure_s < self._next_s:
                return
            receipt = await purge.purge(Operator(), self._asked, self._actions)
        except StoreError as error:
            _log.error("what is due could not be erased: %s", error)
            self.went = Chore(self._actions.clock.now_s(), failed=True)
            return
        self.went = Chore(sure_s, failed=receipt is not None and not receipt.is_whole)
        self._next_s = next_night_s(sure_s, self._actions.timezone)
        if receipt is not None:
            _tell(receipt)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:  # a fault of ours must not keep for ever what is due tomorrow
                _log.exception("the purge waits")
            self.has_looked.set()
            await asyncio.sleep(_LOOK_EVERY_S)

    def _elapsed_s(self) -> int:
        """Return how long ago the last look was; the rest of a second counts for the next."""
        now_ms = self._actions.clock.monotonic_ms()
        if self._looked_ms is None:
            self._looked_ms = now_ms
        elapsed_s = (now_ms - self._looked_ms) // 1000
        self._looked_ms += elapsed_s * 1000
        return elapsed_s


_PURGING = web.AppKey("_PURGING", Purging)


def setup(app: web.Application) -> None:
    """Let what is due be erased while the server runs."""
    app.cleanup_ctx.append(_purging)
    app[PURGED] = lambda: app[_PURGING].went


async def _purging(app: web.Application) -> AsyncIterator[None]:
    purging = app[_PURGING] = Purging(app[ACTIONS], app[CONFIG])
    task = asyncio.create_task(purging.run())
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(purging.has_looked.wait(), _PATIENCE_S)
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _tell(receipt: Receipt) -> None:
    """Log it by its number and counts: nothing of what was erased."""
    for file in receipt.files:
        if file.failure is not None:
            _log.error("purge %d: %s: %s", receipt.purge_id, file.name, file.failure)
    counts = ", ".join(f"{what} {count}" for what, count in receipt.erased.items())
    _log.info("purge %d: %s", receipt.purge_id, counts or "copies only")
