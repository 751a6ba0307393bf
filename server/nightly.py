"""Backs up each night while the server runs, where the operator named an hour: `setup(app)`.

A night that was missed is made up for at the next start; one that failed is tried again each hour.
Never here: how a copy is made (store/backup), who is told of a failure.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from server.app_keys import CLOCK, CONFIG
from server.store import StoreError, backup
from server.store.backup import Outcome

_AGAIN_S = 3600
_log = logging.getLogger(__name__)


def setup(app: web.Application) -> None:
    """Let it back up by itself while the server runs."""
    app.cleanup_ctx.append(_backing_up)


def is_due(last: Outcome | None, now_s: int, at_hour: int, zone: ZoneInfo) -> bool:
    """Tell whether the copy of the last night is still to be made.

    Args:
        last: the last backup, by whomever; one of the future was made by a clock that was wrong.
        now_s: the present.
        at_hour: local, 0 to 23.
        zone: of that hour.
    """
    if last is None or last.at_s > now_s:
        return True
    if last.failure is not None:
        return now_s - last.at_s >= _AGAIN_S
    now = datetime.fromtimestamp(now_s, zone)
    # Of an hour that comes twice in an autumn night, the first.
    hour = now.replace(hour=at_hour, minute=0, second=0, microsecond=0, fold=0)
    if hour.timestamp() > now_s:
        hour -= timedelta(days=1)
    return last.at_s < hour.timestamp()


async def _backing_up(app: web.Application) -> AsyncIterator[None]:
    at_hour = app[CONFIG].backups.at_hour
    if at_hour is None:
        yield
        return
    stopping = threading.Event()
    work = app[CLOCK].look_regularly(lambda: _look(app, at_hour, stopping))
    task = asyncio.create_task(work)
    yield
    stopping.set()  # a copy that is being made is given up
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _look(app: web.Application, at_hour: int, stopping: threading.Event) -> None:
    """Back up if it is time to."""
    config, now_s = app[CONFIG], app[CLOCK].now_s()
    try:
        if is_due(backup.last_outcome(config.data_dir), now_s, at_hour, config.timezone):
            folder = config.backups.folder or config.data_dir / backup.BACKUPS
            keep = config.backups.keep
            copy = await asyncio.to_thread(
                backup.back_up_and_keep,
                *(config.data_dir, folder, keep, now_s),
                lambda: not stopping.is_set(),
            )
            _log.info("backed up: %s", copy)
    except (OSError, StoreError) as error:  # a full disk: it is tried again
        _log.error("not backed up: %s", error)
