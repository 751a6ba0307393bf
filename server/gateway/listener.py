"""The boxes' port: takes connections in and bounds how many strangers wait. Reads no byte."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from aiohttp import web

from server.app_keys import CLOCK, CONFIG, DOUBTS_TIME, NOTIFY, STORE
from server.config import Address
from server.gateway.connection import Connection, Services
from server.gateway.doubt import Doubt
from server.gateway.pipeline import Pipeline
from server.gateway.refused import RefusedBadges
from server.gateway.registry import Registry
from server.ports.addresses import network_of
from server.ports.crowd import Crowd
from server.ports.descriptors import shares
from server.ports.door import Door
from server.store import StoreError

_log = logging.getLogger(__name__)

# Connections whose peer has not proved who it is; each costs about 4 KiB and ends after 10 s.
# When there are more, one goes from where most come from (server/ports/crowd.py): no address is
# held to a number, since one may hide a whole fleet. All cars of a large fleet come at once when
# the server was away: there is room for them.
MAX_PENDING = 4_096
FORGET_EVERY_S = 3600


class Listener:
    """The boxes' port of one server.

    Args:
        services: what the connections use.
        max_pending: as MAX_PENDING.
        most: connections at a time, also of boxes that have proved who they are; strangers have
            what these leave.
    """

    def __init__(
        self, services: Services, max_pending: int = MAX_PENDING, most: int = 2 * MAX_PENDING
    ) -> None:
        self._services = services
        self._max_pending = max_pending
        self._most = most
        self._pending: Crowd[Connection] = Crowd()
        self._all: set[Connection] = set()
        self._boxes: set[Connection] = set()  # that have proved who they are
        self._door = Door(lambda: Connection(self._services, self))

    @property
    def address(self) -> Address:
        """Return where it listens, with the real port."""
        return self._door.address

    @property
    def is_open(self) -> bool:
        """Say whether a box may connect."""
        return self._door.is_open

    async def start(self, address: Address) -> None:
        """Begin to listen; OSError when the address cannot be had."""
        await self._door.open(address)

    async def stop(self) -> None:
        """End every connection and wait until what they were doing is done."""
        self._door.close()
        while self._all:  # a connection that was under way may still come
            for connection in self._all:
                connection.close("server_stops")
            await asyncio.wait([connection.ended() for connection in self._all])

    def opened(self, connection: Connection, address: str) -> None:
        """See Keeper: make room for a stranger."""
        self._pending.enter(connection, network_of(address))
        self._all.add(connection)
        # Not when it is lost: a job of it may wait in a thread then, and the store stops last.
        connection.ended().add_done_callback(lambda _: self._all.discard(connection))
        room = min(self._max_pending, self._most - len(self._boxes))
        if len(self._pending) > room:
            weakest = self._pending.weakest()
            self._pending.leave(weakest)  # at once: its end is told only after others have come
            weakest.close("too_many_pending")

    def answered(self, connection: Connection) -> None:
        """See Keeper: it is kept before those who are silent."""
        self._pending.show(connection, is_known=True)

    def established(self, connection: Connection) -> None:
        """See Keeper: it is a stranger no more."""
        self._pending.leave(connection)
        self._boxes.add(connection)

    def closed(self, connection: Connection) -> None:
        """See Keeper."""
        self._pending.leave(connection)
        self._boxes.discard(connection)


LISTENER = web.AppKey("LISTENER", Listener)


def setup(app: web.Application) -> None:
    """Add the boxes' port and NOTIFY to the application; it listens while the application runs."""
    registry = Registry()
    store, clock = app[STORE], app[CLOCK]
    doubt = Doubt(clock)
    services = Services(store, clock, Pipeline(store), registry, doubt.stretch)
    most = shares().boxes
    app[LISTENER] = Listener(services, most=most)
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
        if (fitted := len(await store.boxes.all())) > most:
            _log.warning(
                "%d boxes are in service, and %d can be connected at a time: give the server more"
                " file descriptors (ulimit -n, LimitNOFILE=)",
                *(fitted, most),
            )
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
