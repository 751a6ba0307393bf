"""The composition root: what the server is made of. Never here: how any part works."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from server import gateway, mail, nightly, purging
from server import web as pages
from server.actions import Actions
from server.alerts import Chores, LastBackup, Watch
from server.app_keys import (
    ACTIONS,
    CLOCK,
    CONFIG,
    DOUBTS_TIME,
    NOTIFY,
    PURGED,
    READINESS,
    STORE,
    WATCH,
)
from server.clock import Clock
from server.config import Config
from server.fleet.privacy.notice import version_of
from server.gateway import LISTENER
from server.health import Readiness
from server.store import Store
from server.web.operation import metrics


def init_app(config: Config, clock: Clock) -> web.Application:
    """Put the server together; StoreError when its data directory cannot be used."""
    app = web.Application()
    app[CONFIG] = config
    app[CLOCK] = clock
    app[STORE] = Store.open(config.data_dir, may_make=config.new_fleet)
    app[STORE].access.simple_walk_up = config.simple_walk_up
    app[STORE].access.notice_before_use = config.notice_before_use
    app.cleanup_ctx.append(_store_open)
    purging.setup(app)  # first: what an older copy brought back is gone before anybody asks
    gateway.setup(app)
    mail.setup(app)
    nightly.setup(app)
    post = pages.post_of(config, app[mail.WOKEN].set)
    # Looked up when it is called: a test may listen to it.
    app[ACTIONS] = Actions(
        app[STORE],
        clock,
        lambda box_id: app[NOTIFY](box_id),
        config.timezone,
        post,
        config.new_boxes,
    )
    app[READINESS] = Readiness(
        app[STORE].health, clock, lambda: app[LISTENER].is_open, lambda: app[DOUBTS_TIME]()
    )
    chores = Chores(LastBackup(config.data_dir), app[PURGED])
    app[WATCH] = Watch(app[STORE], clock, app[READINESS], config, post, chores)
    app.cleanup_ctx.append(_watched)
    pages.setup(app)
    metrics.setup(app)
    return app


async def _store_open(app: web.Application) -> AsyncIterator[None]:
    config, store = app[CONFIG], app[STORE]
    await store.bookings.set_limits(config.booking_limits)
    await store.notices.announce(version_of(config.about, config.retention), app[CLOCK].now_s())
    yield
    await app[STORE].close()


async def _watched(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(app[WATCH].run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
