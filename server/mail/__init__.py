"""Sends the mail of the outbox: `setup(app)` lets a worker run beside the server.

Without mail settings there is none. Never here: what is written, and to whom (actions/signing_in).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from server.app_keys import CLOCK, CONFIG, STORE
from server.mail import worker
from server.mail.delivery import Delivery

WOKEN = web.AppKey("WOKEN", asyncio.Event)


def setup(app: web.Application) -> None:
    """Let the outbox be emptied while the server runs."""
    app[WOKEN] = asyncio.Event()
    app.cleanup_ctx.append(_sending)


async def _sending(app: web.Application) -> AsyncIterator[None]:
    settings = app[CONFIG].mail
    if settings is None:
        yield
        return
    work = worker.run(app[STORE].outbox, Delivery(settings), app[CLOCK], app[WOKEN])
    task = asyncio.create_task(work)
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
