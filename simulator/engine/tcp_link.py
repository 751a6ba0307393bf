"""One real TCP connection as a modem sees it: every byte takes the radio's delay in world time.

Knows nothing of AT commands; network.py watches its socket.
"""

import socket
import struct
from collections.abc import Callable
from typing import Protocol

from simulator.engine.timeline import US, Timeline, Timer

LATENCY_S = 0.060  # each way, as LTE Cat-1 in a town


class Watcher(Protocol):
    """Who waits for the sockets: network.Network.

    `path_forgets_after_s`: after how long without a word a middlebox forgets a connection; None:
    never.
    """

    path_forgets_after_s: float | None

    def opening(self, link: "TcpLink") -> None:
        """The link is about to connect."""

    def used(self, link: "TcpLink") -> None:
        """The link is connecting or has bytes for the server: `writable` is to be called."""

    def closed(self, link: "TcpLink", by_box: bool) -> None:
        """The link is about to close its socket."""


class TcpLink:
    """A connection to (host, port), opened as soon as it is made.

    Attributes:
        on_open: called with True when connected, False when refused or unreachable.
        on_data: called with what the server sent.
        on_close: called when the server has closed.
        on_wire: called with ("up" | "down", bytes) as they go over the TCP connection.
        sent_bytes, received_bytes: how many did so far.

    A path that has forgotten a connection (ubxlib#139, sdk-nrf#2067) tells nobody: what either side
    still sends vanishes, its end too, and the server's socket stays until the server closes it.
    """

    def __init__(self, timeline: Timeline, watcher: Watcher, host: str, port: int) -> None:
        self.on_open: Callable[[bool], None] = lambda success: None
        self.on_data: Callable[[bytes], None] = lambda data: None
        self.on_close: Callable[[], None] = lambda: None
        self.on_wire: Callable[[str, bytes], None] = lambda direction, data: None
        self.sent_bytes = 0
        self.received_bytes = 0
        self.local_port: int | None = None  # None until connected
        self.is_open = True
        self._timeline = timeline
        self._watcher = watcher
        self._remote = (host, port)
        self._flights: list[Timer] = []  # what is on its way by radio
        self._outgoing = b""  # through the radio, not yet taken by the kernel
        self._forgotten = False
        self._passed_us = timeline.now_us  # when bytes last went through
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._fly(self._connect)

    def fileno(self) -> int:
        """Return the socket's descriptor, for select."""
        return self._socket.fileno()

    @property
    def wants_to_write(self) -> bool:
        """Whether the socket must be watched for room, or for its connection."""
        return self.local_port is None or bool(self._outgoing)

    def send(self, data: bytes) -> None:
        """Hand bytes to the radio."""
        self._fly(lambda: self._write(data))

    def close(self) -> None:
        """Close in an orderly way: what was sent before still arrives."""
        self._fly(self._finish)

    def cut(self) -> None:
        """Lose the link now: bytes in flight are gone, the server's side is reset."""
        for timer in self._flights:
            timer.cancel()
        if self.is_open and not self._vanishes():
            self.end()

    def end(self) -> None:
        """Reset the server's side, whatever the path remembers."""
        if self.is_open:
            # A linger time of zero makes the kernel send RST instead of FIN.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._shut(by_box=True)

    def readable(self) -> None:
        """Take what the kernel has: bytes or the end."""
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.received_bytes += len(data)
            if not self._vanishes():
                self.on_wire("down", data)
                self._fly(lambda: self.on_data(data))
        else:
            vanishes = self._vanishes()
            self._shut(by_box=False)
            if not vanishes:
                self._fly(lambda: self.on_close())

    def writable(self) -> None:
        """Finish connecting, or give the kernel what it had no room for."""
        if self.local_port is None:
            self._connected(self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0)
            return
        try:
            self._outgoing = self._outgoing[self._socket.send(self._outgoing) :]
        except BlockingIOError:
            pass
        except OSError:
            self._outgoing = b""  # the server is gone; reading will tell

    def _fly(self, arrive: Callable[[], None]) -> None:
        self._flights = [timer for timer in self._flights if timer.callback is not None]
        self._flights.append(self._timeline.call_later(LATENCY_S, arrive))

    def _connect(self) -> None:
        self._watcher.opening(self)
        try:
            self._socket.connect(self._remote)
        except BlockingIOError:
            pass  # `writable` will tell how it ended
        except OSError:
            self._connected(False)
            return
        self._watcher.used(self)

    def _connected(self, success: bool) -> None:
        if success:
            self.local_port = self._socket.getsockname()[1]
            self._passed_us = self._timeline.now_us
        else:
            self._shut(by_box=True)
        self._fly(lambda: self.on_open(success))

    def _write(self, data: bytes) -> None:
        if self.is_open and not self._vanishes():
            self.sent_bytes += len(data)
            self.on_wire("up", data)
            self._outgoing += data
            self._watcher.used(self)

    def _finish(self) -> None:
        if not self._vanishes():
            self._shut(by_box=True)

    def _vanishes(self) -> bool:
        """Whether what either side sends now is lost; if not, it keeps the path open."""
        limit_s = self._watcher.path_forgets_after_s
        now_us = self._timeline.now_us
        if limit_s is not None and self.local_port is not None:
            self._forgotten |= now_us - self._passed_us > limit_s * US
        if not self._forgotten:
            self._passed_us = now_us
        return self._forgotten

    def _shut(self, by_box: bool) -> None:
        if self.is_open:
            self._watcher.closed(self, by_box)
            self.is_open = False
            self._socket.close()
