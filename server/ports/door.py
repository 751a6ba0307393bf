"""Listens on an address and accepts who connects, a few at a time.

asyncio's own server accepts as many at once as may wait, and when the system has no descriptor left
it says so thousands of times a second. This one lets each turn of the loop be somebody else's too,
and tries again after a while. Never here: who may stay (crowd.py), what is said.
"""

import asyncio
import logging
import socket
from collections.abc import Callable

from server.config import Address

_log = logging.getLogger(__name__)

BACKLOG = 4_096  # a burst waits in the system; all cars of a fleet come at once after an outage
# Accepted in one turn: the first words of those let in are heard before very many others come.
AT_ONCE = 8
_TRY_AGAIN_S = 1.0


class Door:
    """One address that is listened on.

    Args:
        factory: makes the protocol of each connection.
    """

    def __init__(self, factory: Callable[[], asyncio.BaseProtocol]) -> None:
        self._factory = factory
        self._sockets: list[socket.socket] = []
        self._resting: dict[socket.socket, asyncio.TimerHandle] = {}
        self._beginning: set[asyncio.Task[object]] = set()

    @property
    def address(self) -> Address:
        """Return where it listens, with the real port."""
        host, port, *_ = self._sockets[0].getsockname()
        return Address(host, port)

    @property
    def is_open(self) -> bool:
        """Say whether it listens."""
        return bool(self._sockets)

    async def open(self, address: Address) -> None:
        """Begin to listen; OSError when the address cannot be had."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        try:
            for family, _, _, _, where in dict.fromkeys(found):
                listening = socket.create_server(where[:2], family=family, backlog=BACKLOG)
                listening.setblocking(False)
                self._sockets.append(listening)
        except OSError:
            self.close()
            raise
        for listening in self._sockets:
            loop.add_reader(listening, self._accept, listening)

    def close(self) -> None:
        """Listen no more; connections that there are go on."""
        loop = asyncio.get_running_loop()
        for handle in self._resting.values():
            handle.cancel()
        for listening in self._sockets:
            loop.remove_reader(listening)
            listening.close()
        self._sockets.clear()

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, _ = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # no descriptor, no memory: others wait in the system
                _log.error("cannot accept a connection: %s", error.strerror)
                self._rest(listening)
                return
            connection.setblocking(False)
            task = asyncio.get_running_loop().create_task(self._begin(connection))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    async def _begin(self, connection: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._factory, connection)
        except Exception:
            connection.close()
            _log.exception("a connection could not begin")

    def _rest(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(listening)
        again = loop.call_later(_TRY_AGAIN_S, loop.add_reader, listening, self._accept, listening)
        self._resting[listening] = again
