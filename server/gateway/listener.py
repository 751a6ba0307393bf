"""The boxes' port: accepts connections and bounds how many strangers wait. Reads no byte."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from aiohttp import web

from server.app_keys import BOX_COUNTS, CLOCK, CONFIG, DOUBTS_TIME, NOTIFY, STORE
from server.config import Address
from server.gateway.connection import Connection, Services
from server.gateway.doubt import Doubt
from server.gateway.pipeline import Pipeline
from server.gateway.refused import RefusedBadges
from server.gateway.registry import Registry
from server.store import StoreError

_log = logging.getLogger(__name__)

# Connections whose peer has not proved who it is; each costs about 4 KiB and ends after 10 s.
# When there are more, the one that has waited longest goes: a handshake over slow LTE takes 2 s,
# so to keep a car out, a flood has to bring this many every 2 s. All cars of a large fleet come at
# once when the server was away: there is room for them.
MAX_PENDING = 4_096
FORGET_EVERY_S = 3600


class Listener:
    """The boxes' port of one server.

    Args:
        services: what the connections use.
        max_pending: as MAX_PENDING.
    """

    def __init__(self, services: Services, max_pending: int = MAX_PENDING) -> None:
        self._services = services
        self._max_pending = max_pending
        self._pending: dict[Connection, None] = {}  # in order of arrival
        self._all: set[Connection] = set()
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> Address:
        """Return where it listens, with the real port."""
        assert self._server is not None, "not started"
        host, port, *_ = self._server.sockets[0].getsockname()
        return Address(host, port)

    @property
    def is_open(self) -> bool:
        """Whether a box may connect."""
        return self._server is not None and self._server.is_serving()

    async def start(self, address: Address) -> None:
        """Begin to listen; OSError when the address cannot be had."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._services, self),
            address.host,
            address.port,
            backlog=MAX_PENDING,  # a burst is taken in at once and sorted out here
        )

    async def stop(self) -> None:
        """End every connection and wait until what they were doing is done."""
        assert self._server is not None, "not started"
        self._server.close()
        while self._all:  # a connection that was under way may still come
            for connection in self._all:
                connection.close("server_stops")
            await asyncio.wait([connection.ended() for connection in self._all])

    def opened(self, connection: Connection) -> None:
        """See Keeper: make room for a stranger."""
        if len(self._pending) >= self._max_pending:
            oldest = next(iter(self._pending))
            del self._pending[oldest]  # at once: its end is told only after others have come
            oldest.close("too_many_pending")
        self._pending[connection] = None
        self._all.add(connection)
        # Not when it is lost: a job of it may wait in a thread then, and the store stops last.
        connection.ended().add_done_callback(lambda _: self._all.discard(connection))

    def established(self, connection: Connection) -> None:
        """See Keeper: it is a stranger no more."""
        self._pending.pop(connection, None)

    def closed(self, connection: Connection) -> None:
        """See Keeper."""
        self._pending.pop(connection, None)


LISTENER = web.AppKey("LISTENER", Listener)


def setup(app: web.Application) -> None:
    """Add the boxes' port and NOTIFY to the application; it listens while the application runs."""
    registry = Registry()
    store, clock = app[STORE], app[CLOCK]
    doubt = Doubt(clock)
    services = Services(store, clock, Pipeline(store), registry, doubt.stretch)
    app[LISTENER] = Listener(services)
    app[BOX_COUNTS] = services.counts
    app[DOUBTS_TIME] = doubt.doubts
    app[NOTIFY] = registry.notify
    told = store.news.newest  # the number of the last news that connections were woken for
    refused = RefusedBadges(store)
    forget_s = 0  # when numbers of cards that are nobody's are let go again

    async def tidy() -> None:
        nonlocal forget_s
        now_s = clock.now_s()
        await refused.look(now_s)
        if not 0 <= forget_s - now_s <= FORGET_EVERY_S:
            forget_s = now_s + FORGET_EVERY_S
            await store.learn_orders.forget_old(now_s)

    async def look() -> None:
        nonlocal told
        try:
            # With whatever it writes the writer sees what others have committed.
            await store.boxes.keep_heard()
            await tidy()
        except StoreError as error:  # it is looked again: a full disk or a long load may pass
            _log.error("cannot see what other programs changed: %s", error)
        if doubt.in_doubt:
            doubt.hear((await store.boxes.time_known()).word)
        if store.news.newest > told:  # a command has loaded bookings, queued an order
            since, told = told, store.news.newest
            registry.wake(store.news.since(since))

    async def running(app: web.Application) -> AsyncIterator[None]:
        doubt.begin(*await store.boxes.time_known())
        await app[LISTENER].start(app[CONFIG].boxes)
        await look()
        looking = asyncio.create_task(clock.look_regularly(look))
        yield
        looking.cancel()
        await app[LISTENER].stop()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
        await look()

    app.cleanup_ctx.append(running)
