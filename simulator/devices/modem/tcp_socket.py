"""The modem's bearer and its socket 0, a real TCP connection through engine/network.py.

Says by itself what it learns of them. Knows no command: tcp.py does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.devices.modem.at_results import framed
from simulator.devices.modem.faults import SOCKET_CLOSED, Health
from simulator.devices.modem.state import Later, State
from simulator.engine.network import Network
from simulator.engine.tcp_link import TcpLink

_NOTICE_LOSS_S = 20.0  # an estimate: until the modem says that its bearer is gone
# The manual's <close_reason> of +IPCLOSE.
CLOSED_BY_REMOTE, CLOSED_FOR_SENDING_TIMEOUT = 1, 2


@dataclass(frozen=True)
class TcpSocket:
    """The bearer and the socket; `_on_wire` is told what goes over TCP, as TcpLink has it."""

    _state: State
    _health: Health
    _network: Network
    _send: Callable[[bytes], None]
    _later: Later
    _on_wire: Callable[[str, bytes], None]

    # What the box does to it

    def open(self, host: str, port: int) -> None:
        """Open it."""
        link = self._network.connect(host, port)
        link.on_open = lambda success: self._on_open(link, success)
        link.on_data = lambda data: self._on_received(data, host, port)
        link.on_close = lambda: self._on_close(link, CLOSED_BY_REMOTE)
        link.on_wire = self._on_wire
        self._state.link = link
        self._state.received = b""

    def close(self) -> None:
        """Close it if it is open."""
        if self._state.link is not None:
            self._state.link.close()
            self._state.link = None
        self._health.happened(SOCKET_CLOSED)

    # What happens to it

    def cut(self) -> None:
        """Nothing passes any more, and the modem does not know."""
        if self._state.link is not None:
            self._state.link.cut()

    def lose(self, reason: int = CLOSED_BY_REMOTE) -> None:
        """Lose it from outside, as when the operator drops it."""
        self.cut()
        if self._state.link is not None:
            self._on_close(self._state.link, reason)

    def lose_cell(self) -> None:
        """Lose everything with the radio, and notice it later."""
        self.cut()
        if self._state.bearer:
            self._later(_NOTICE_LOSS_S, self._notice_loss)

    def lose_bearer(self) -> None:
        """Lose the packet data context, as when the network takes it away."""
        self.cut()
        self._notice_loss()

    def _notice_loss(self) -> None:
        if self._state.bearer and self._health.fault.tells_closes:
            self._state.bearer = False
            self._state.link = None
            self._state.received = b""
            self._send(framed("+CIPEVENT: NETWORK CLOSED UNEXPECTEDLY"))

    def _on_open(self, link: TcpLink, success: bool) -> None:
        if self._state.link is link:
            if not success:
                self._state.link = None
            self._send(framed("+CIPOPEN: 0,0" if success else "+CIPOPEN: 0,1"))

    def _on_received(self, data: bytes, host: str, port: int) -> None:
        if not self._state.fetched:
            self._send(f"\r\nRECV FROM:{host}:{port}\r\n+IPD{len(data)}\r\n".encode() + data)
            return
        first = not self._state.received
        self._state.received += data
        if first:
            self._send(framed("+CIPRXGET: 1,0"))

    def _on_close(self, link: TcpLink, reason: int) -> None:
        if self._state.link is link and self._health.fault.tells_closes:
            self._state.link = None
            self._send(framed(f"+IPCLOSE: 0,{reason}"))
            self._health.happened(SOCKET_CLOSED)
