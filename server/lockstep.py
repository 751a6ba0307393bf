"""`python -m server.lockstep`: the server in the time of a simulated world. Not for operators.

A month of the simulator's time passes in minutes with nothing happening out of order: the world
says what time it is and what it has sent; the server does everything that follows from that and
only then answers. The other end is simulator/engine/network.py. Never here: what bytes mean.
"""

import argparse
import asyncio
import heapq
import itertools
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from server.clock import Clock, Stream, Timer
from server.commands.tools import address
from server.config import Config, NewBoxes, ServeError
from server.serving import serve
from server.store import StoreError

_log = logging.getLogger(__name__)

_PATIENCE_S = 20.0  # real time for the server to settle before it answers all the same


class _LockstepTimer:
    """A deadline in the world's time."""

    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """See Timer."""
        self.call = None


class LockstepClock(Clock):
    """The time of a simulated world, told over a Unix stream socket in JSON lines.

    The world sends {"now_ms", "ahead_ms": how wrong the machine's clock is, "streams": {"<its TCP
    port>": bytes it has sent}, "closed": [ports]}.
    The answer, when all of that has arrived and nothing is left to do, is {"streams": {"<port>":
    {"sent": bytes we have sent, "open": bool}}, "next_ms": our next deadline or null}.

    Args:
        path: the socket on which the world listens.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._now_ms = self._ahead_ms = 0
        self._deadlines: list[tuple[int, int, _LockstepTimer]] = []
        self._order = itertools.count()
        self._streams: dict[int, Stream] = {}
        self._looks: list[Callable[[], Awaitable[None]]] = []
        self._stir = asyncio.Event()
        self._socket: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def connect(self) -> None:
        """Join the world; OSError when it does not listen."""
        self._socket = await asyncio.open_unix_connection(self._path)

    def now_ms(self) -> int:
        """See Clock."""
        return self._now_ms + self._ahead_ms

    def is_synchronised(self) -> bool:
        """See Clock: the world's machine is, unless its clock is made to be wrong."""
        return not self._ahead_ms

    def monotonic_ms(self) -> int:
        """See Clock."""
        return self._now_ms

    def call_at(self, monotonic_ms: int, call: Callable[[], None]) -> Timer:
        """See Clock."""
        timer = _LockstepTimer(call)
        heapq.heappush(self._deadlines, (monotonic_ms, next(self._order), timer))
        return timer

    async def look_regularly(self, look: Callable[[], Awaitable[None]]) -> None:
        """Look whenever the world speaks."""
        self._looks.append(look)
        await asyncio.Event().wait()

    def watch(self, port: int, stream: Stream) -> None:
        """See Clock."""
        self._streams[port] = stream
        self.stirred()

    def stirred(self) -> None:
        """See Clock."""
        self._stir.set()

    async def run(self) -> None:
        """Follow the world until it ends; what happens then happens at its last instant."""
        assert self._socket is not None, "connect() comes first"
        reader, writer = self._socket
        try:
            while line := await reader.readline():
                answer = await self._settle(json.loads(line))
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        finally:
            writer.close()
        await asyncio.Event().wait()

    async def _settle(self, question: dict[str, Any]) -> dict[str, Any]:
        self._now_ms = max(self._now_ms, question["now_ms"])
        self._ahead_ms = question["ahead_ms"]
        expected = {int(port): total for port, total in question["streams"].items()}
        try:
            async with asyncio.timeout(_PATIENCE_S):
                for look in self._looks:
                    await look()
                while not self._is_settled(expected, question["closed"]):
                    await self._stir.wait()
                    self._stir.clear()
        except TimeoutError:
            _log.error("not settled after %.0f s of real time", _PATIENCE_S)
        states = {port: self._state_of(port) for port in expected}
        for port in [*question["closed"], *(port for port in states if not states[port]["open"])]:
            self._streams.pop(port, None)  # the world knows; a new connection may use the port
        return {"streams": states, "next_ms": self._next_ms()}

    def _is_settled(self, expected: dict[int, int], closed: list[int]) -> bool:
        while (next_ms := self._next_ms()) is not None and next_ms <= self._now_ms:
            call = heapq.heappop(self._deadlines)[2].call
            assert call is not None, "_next_ms drops the cancelled ones"
            call()
        for port, total in expected.items():
            stream = self._streams.get(port)
            if stream is None or (stream.is_open and stream.received_bytes < total):
                return False
        for port in closed:  # the world names these once it has seen us take them
            stream = self._streams.get(port)
            if stream is None or stream.is_open:
                return False
        return all(stream.is_idle for stream in self._streams.values())

    def _state_of(self, port: int) -> dict[str, Any]:
        stream = self._streams.get(port)
        if stream is None:
            return {"sent": 0, "open": False}
        return {"sent": stream.sent_bytes, "open": stream.is_open}

    def _next_ms(self) -> int | None:
        while self._deadlines and self._deadlines[0][2].call is None:
            heapq.heappop(self._deadlines)
        return self._deadlines[0][0] if self._deadlines else None


def main() -> None:
    """Serve until told to stop, or until nobody keeps the time; exits with 2 when it cannot."""
    parser = argparse.ArgumentParser(prog="python -m server.lockstep", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the server's data directory")
    parser.add_argument("--http", type=address, required=True, metavar="HOST:PORT")
    parser.add_argument("--boxes", type=address, required=True, metavar="HOST:PORT")
    parser.add_argument("--notice-before-use", action="store_true")
    parser.add_argument("--new-boxes", type=address, help="where cars reach us")
    parser.add_argument("--clock", type=Path, required=True, help="the world's socket")
    arguments = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    config = Config(
        arguments.data,
        arguments.http,
        arguments.boxes,
        notice_before_use=arguments.notice_before_use,
        new_boxes=NewBoxes(arguments.new_boxes),
    )
    try:
        asyncio.run(_serve(config, arguments.clock))
    except (ServeError, StoreError) as error:
        print(f"voiturier: {error}", file=sys.stderr)
        sys.exit(2)


async def _serve(config: Config, path: Path) -> None:
    clock = LockstepClock(path)
    try:
        await clock.connect()
    except OSError as error:
        raise ServeError(f"no world listens on {path}: {error.strerror}") from None
    await serve(config, clock)


if __name__ == "__main__":
    main()
