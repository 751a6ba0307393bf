"""Runs the server until it is told to stop: listens, says where, keeps time, ends in order."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType

from aiohttp import web

from server import logs, private_files
from server.app import init_app
from server.clock import Clock, SystemClock
from server.config import Address, Config, ServeError
from server.gateway import LISTENER
from server.ports.descriptors import Shares, raise_limit
from server.ports.door import Door
from server.ports.http import WebPort
from server.store.directory.holding import serving
from server.store.directory.judging import require_folder, require_traces
from server.supervisor import keep_told

_log = logging.getLogger(__name__)

# A request that is being answered may go on for so long when the server is to stop, and then has as
# long again to end. Boxes follow, what they are being told is committed, the store closes.
_FINISH_S = 2.0
# By then it is over, whatever a thread or another program that holds the database still does.
# Whoever was told that something is kept was told after it was; the rest comes again.
_STOP_S = 9.0

# How long the event loop may keep Python from a thread that has read or written for it. The usual
# 5 ms, once for each hand-over, is what a fleet that comes back at once would wait for.
_SWITCH_S = 0.0005


async def serve(
    config: Config,
    clock: Clock | None = None,
    alongside: Callable[[Address], Coroutine[None, None, None]] | None = None,
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP.

    Prints one line per address, with the real ports: `http: URL` and `boxes: HOST:PORT`.

    Args:
        config: where to listen, where the data is.
        clock: whose time; None: the system's.
        alongside: runs beside the server, given the boxes' address; the server stops when it ends.

    Raises:
        ServeError: an address cannot be had, or too few descriptors.
        StoreError: the data directory cannot be used, or another server uses it.
    """
    shares = raise_limit()
    logs.write_as(config.log_format)
    _log.info(
        "%d descriptors: %d connections of browsers, %d of boxes at a time",
        *(shares.descriptors, shares.web, shares.boxes),
    )
    sys.setswitchinterval(_SWITCH_S)
    with private_files.made_private():
        if config.new_fleet:
            require_folder(config.data_dir, may_make=True)
        else:
            require_traces(config.data_dir)
        with serving(config.data_dir), _stopped_by_signals() as stop:
            await _serve(config, clock or SystemClock(), alongside, stop, shares)


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[asyncio.Event]:
    """Yield what is set by SIGINT, SIGTERM or SIGHUP, however often they come.

    Once one has come the handlers stay, also when the loop is gone: the next harms nothing.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    end = threading.Timer(_STOP_S, _end)
    end.daemon = True

    def heard(number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(RuntimeError):  # it was started before, or the loop is closed
            end.start()
            loop.call_soon_threadsafe(stop.set)

    before = {}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup asks
            before[number] = signal.signal(number, heard)
    try:
        yield stop
    finally:
        if end.ident is None:
            for number, handler in before.items():
                signal.signal(number, handler)


def _end() -> None:
    """End as a kill would, which loses nothing that was confirmed."""
    _log.error("not everything had ended after %.0f s: the server ends now", _STOP_S)
    os._exit(1)


async def _serve(
    config: Config,
    clock: Clock,
    alongside: Callable[[Address], Coroutine[None, None, None]] | None,
    stop: asyncio.Event,
    shares: Shares,
) -> None:
    app = init_app(config, clock)
    runner = web.AppRunner(app, shutdown_timeout=_FINISH_S)
    # Looked up when it is called: the server is there once the application runs.
    door = Door(lambda: port())
    try:
        await _start(runner, config)
        assert runner.server is not None, "it was set up"
        port = WebPort(runner.server, config.web_limits, shares.web, config.trusted_proxies)
        await _listen(door, config)
        boxes = app[LISTENER].address
        print(f"http: http://{door.address}/")
        print(f"boxes: {boxes}", flush=True)
        work = [alongside(boxes)] if alongside else []
        await _first_of(stop.wait(), clock.run(), keep_told(), *work)
    finally:
        door.close()
        await runner.cleanup()


async def _start(runner: web.AppRunner, config: Config) -> None:
    try:
        await runner.setup()
    except OSError as error:
        raise ServeError(
            "cannot listen for boxes on %(address)s: %(why)s", address=config.boxes, why=_why(error)
        ) from None


async def _listen(door: Door, config: Config) -> None:
    try:
        await door.open(config.http)
    except OSError as error:
        raise ServeError(
            "cannot listen for browsers on %(address)s: %(why)s",
            address=config.http,
            why=_why(error),
        ) from None


def _why(error: OSError) -> str:
    """Return the system's reason; Python wraps it into a longer text of its own."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else str(error.strerror)


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
