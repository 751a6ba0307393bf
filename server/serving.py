"""Runs the server until it is told to stop: listens, says where, keeps time, ends in order."""

import asyncio
import resource
import signal
import sys
from collections.abc import Callable, Coroutine

from aiohttp import web

from server.app import init_app
from server.clock import Clock, SystemClock
from server.config import Address, Config, ServeError
from server.gateway import LISTENER
from server.store.backup import serving
from server.supervisor import keep_told

# How long the event loop may keep Python from a thread that has read or written for it. The usual
# 5 ms, once for each hand-over, is what a fleet that comes back at once would wait for.
_SWITCH_S = 0.0005


async def serve(
    config: Config,
    clock: Clock | None = None,
    alongside: Callable[[Address], Coroutine[None, None, None]] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM.

    Prints one line per address, with the real ports: `http: URL` and `boxes: HOST:PORT`.

    Args:
        config: where to listen, where the data is.
        clock: whose time; None: the system's.
        alongside: runs beside the server, given the boxes' address; the server stops when it ends.

    Raises:
        ServeError: an address cannot be had.
        StoreError: the data directory cannot be used, or another server uses it.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # each box keeps one open
    sys.setswitchinterval(_SWITCH_S)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with serving(config.data_dir):
        await _serve(config, clock or SystemClock(), alongside, stop)


async def _serve(
    config: Config,
    clock: Clock,
    alongside: Callable[[Address], Coroutine[None, None, None]] | None,
    stop: asyncio.Event,
) -> None:
    app = init_app(config, clock)
    runner = web.AppRunner(app, access_log=None)
    try:
        await _listen(runner, config)
        boxes = app[LISTENER].address
        print(f"http: http://{Address(*runner.addresses[0][:2])}/")
        print(f"boxes: {boxes}", flush=True)
        work = [alongside(boxes)] if alongside else []
        await _first_of(stop.wait(), clock.run(), keep_told(), *work)
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, config: Config) -> None:
    try:
        await runner.setup()
    except OSError as error:
        raise ServeError(
            "cannot listen for boxes on %(address)s: %(why)s", address=config.boxes, why=_why(error)
        ) from None
    try:
        await web.TCPSite(runner, config.http.host, config.http.port).start()
    except OSError as error:
        raise ServeError(
            "cannot listen for browsers on %(address)s: %(why)s",
            address=config.http,
            why=_why(error),
        ) from None


def _why(error: OSError) -> str:
    """Return the system's reason; asyncio wraps it into a longer text of its own."""
    return error.strerror.rsplit(": ", 1)[-1] if error.strerror else str(error)


async def _first_of(*work: Coroutine[None, None, object]) -> None:
    """Do all at once until one ends or fails; the others are cancelled and waited for."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
