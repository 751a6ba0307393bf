"""The mobile network: the modems' TCP links, and the barrier that keeps the server in step.

In virtual time the world tells the server through a Unix socket what time it is and how many
bytes each connection has sent, and waits until the server has done all that follows from them
(the other end: server/lockstep.py). In real time there is no barrier. Never reads what it carries.
"""

import json
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from simulator.engine.tcp_link import TcpLink
from simulator.engine.timeline import Timeline, Timer
from simulator.errors import SimulatorError

# Real seconds for the server to answer before the run is given up. Longer than it ever computes: on
# a busy machine its start alone, read from a cold disk, has taken 30.
PATIENCE_S = 120.0


class Listening(Protocol):
    """What else is to be heard at 1x: the line of a device that another program uses."""

    def fileno(self) -> int:
        """Return the descriptor, for select."""

    def readable(self) -> None:
        """Take what has come."""


class Network:
    """All links of a world.

    Attributes:
        strike: kills the server; called once, when it next has bytes of a car to deal with.
        path_forgets_after_s: of tcp_link.Watcher.

    Args:
        timeline: the world's clock.
        realtime: no barrier; `wait` must be called while real time passes.
        clock_path: where the server under virtual time finds the world.
    """

    def __init__(self, timeline: Timeline, realtime: bool, clock_path: Path) -> None:
        self.clock_path = clock_path
        self._timeline = timeline
        self._realtime = realtime
        self._links: list[TcpLink] = []
        self._listening: list[Listening] = []
        self._settled_us = -1  # the instant that the server was last told
        self._touched = False
        self._closed_ports: list[int] = []
        self._server_due: Timer | None = None
        self.strike: Callable[[], None] | None = None
        self.path_forgets_after_s: float | None = None
        self.server_ahead_ms = 0  # of the clock of its machine
        self._clock: socket.socket | None = None
        self._clock_heard = b""
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(clock_path))
        self._listener.listen(1)

    def connect(self, host: str, port: int) -> TcpLink:
        """Open a link; it tells its success through `on_open`."""
        return TcpLink(self._timeline, self, host, port)

    def close(self) -> None:
        """End every link and the server's clock."""
        for link in list(self._links):
            link.end()
        self._listener.close()
        if self._clock is not None:
            self._clock.close()

    # What the links tell (tcp_link.Watcher)

    def opening(self, link: TcpLink) -> None:
        """Let the server know what time it is before it sees the connection; watch the link."""
        if self._settled_us != self._timeline.now_us:
            self.settle()
        self._links.append(link)

    def used(self, link: TcpLink) -> None:
        """Finish connecting at once; keep bytes until the server knows what time it is."""
        self._touched = True
        if link.local_port is None and not self._realtime:
            self._finish_writing(link)

    def closed(self, link: TcpLink, by_box: bool) -> None:
        """Forget a link, after the server got its last bytes and knows what time it is."""
        if by_box and link.local_port is not None:
            self.settle()
            if link.is_open:  # or the server closed it meanwhile, and has forgotten it
                self._closed_ports.append(link.local_port)
        self._touched = True
        if link in self._links:
            self._links.remove(link)

    # Real time

    def listen(self, line: Listening) -> None:
        """Have a line heard, also while its device is silent."""
        self._listening.append(line)

    def wait(self, timeout_s: float, woken: Callable[[], None]) -> None:
        """Let real time pass, at most this long, until a link or a line has something to do.

        Calls `woken` before it deals with that, so that the world's clock can be put right.
        """
        links = list(self._links)
        writing = [link for link in links if link.wants_to_write]
        timeout_s = max(0.0, timeout_s)
        readable, writable, _ = select.select([*links, *self._listening], writing, [], timeout_s)
        woken()
        for link in writable:
            link.writable()
        for line in self._listening:
            if line in readable:
                line.readable()
        for link in links:
            if link in readable and link.is_open and link.local_port is not None:
                link.readable()

    # Virtual time

    def accept_clock(self, still_starting: Callable[[], bool]) -> bool:
        """Wait for a server that was just started; False when it ended before it came."""
        given_up_s = time.monotonic() + PATIENCE_S
        while not select.select([self._listener], [], [], 0.1)[0]:
            if not still_starting():
                return False
            if time.monotonic() > given_up_s:
                raise SimulatorError(f"the server did not ask for the time in {PATIENCE_S:.0f} s")
        self._clock, _ = self._listener.accept()
        self._clock.settimeout(PATIENCE_S)
        self._clock_heard = b""
        return True

    def settle_if_touched(self) -> bool:
        """Settle when a link was used since the last time; whether it was."""
        touched = self._touched
        if touched:
            self.settle()
        return touched

    def settle(self) -> None:
        """Let the server do everything that is due, and take all that it sent."""
        touched, self._touched = self._touched, False
        self._settled_us = self._timeline.now_us
        if self._realtime:
            return
        if self._clock is None:
            for link in list(self._links):
                self._finish_writing(link)
                link.readable()
            return
        ports = {str(link.local_port): link for link in self._links}
        question = {
            "now_ms": self._timeline.now_us // 1000,
            "ahead_ms": self.server_ahead_ms,
            "streams": {port: link.sent_bytes for port, link in ports.items()},
            "closed": self._closed_ports,
        }
        self._closed_ports = []
        answer = self._ask(question, strike=touched)
        if answer is None:
            self.server_gone()
            return
        for port, link in ports.items():
            stream = answer["streams"][port]
            while link.is_open and (link.received_bytes < stream["sent"] or not stream["open"]):
                self._read(link)
        self._schedule(answer["next_ms"])

    def server_gone(self) -> None:
        """The server has died: go on without it; its end of every link is closed."""
        if self._clock is not None:
            self._clock.close()
            self._clock = None
        self.strike = None
        self._closed_ports = []
        self._schedule(None)
        for link in list(self._links):
            while link.is_open:
                self._read(link)

    def _ask(self, question: dict[str, Any], strike: bool) -> dict[str, Any] | None:
        """Ask the server; None when it has died."""
        assert self._clock is not None
        try:
            self._clock.sendall(json.dumps(question).encode() + b"\n")
            for link in list(self._links):
                self._finish_writing(link)
            if strike and self.strike is not None:
                self.strike()
                return None
            while b"\n" not in self._clock_heard:
                chunk = self._clock.recv(65536)
                if not chunk:
                    return None
                self._clock_heard += chunk
        except TimeoutError:
            raise SimulatorError(
                f"the server has not settled in {PATIENCE_S:.0f} s; asked {question}"
            ) from None
        except OSError:
            return None
        line, self._clock_heard = self._clock_heard.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _schedule(self, next_ms: int | None) -> None:
        if self._server_due is not None:
            self._server_due.cancel()
            self._server_due = None
        if next_ms is not None:
            self._server_due = self._timeline.call_at(next_ms * 1000, self.settle)

    def _finish_writing(self, link: TcpLink) -> None:
        while link.is_open and link.wants_to_write:
            if not _ready(link, select.POLLOUT):
                raise SimulatorError("the server takes no bytes")
            link.writable()

    def _read(self, link: TcpLink) -> None:
        if not _ready(link, select.POLLIN):
            raise SimulatorError("the server did not send what it said it had sent")
        link.readable()


def _ready(link: TcpLink, event: int) -> bool:
    """Wait until a link can be read or written; poll knows no limit of descriptors."""
    poller = select.poll()
    poller.register(link, event)
    return bool(poller.poll(PATIENCE_S * 1000))
