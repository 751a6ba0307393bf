"""The modem's own TCP: NETOPEN, CIPOPEN, CIPSEND, CIPRXGET. Only socket 0 is played, as client.

Follows the "A76XX Series TCPIP Application Note" and the manual's tables of <err> and
<close_reason>. `SEND` results are not delivery, as every maker says.
"""

import re

from simulator.devices.modem.at_results import AtError, Line, Prompt, Table
from simulator.devices.modem.context import ADDRESS, ADDRESS_6
from simulator.devices.modem.faults import Health
from simulator.devices.modem.state import Later, Say, State
from simulator.devices.modem.tcp_socket import TcpSocket

MAX_SEND = 1500  # bytes that one CIPSEND takes
MAX_FETCH = 1500
_BEARER_S = 0.5  # from NETOPEN's OK to its result; the manual's limit is 120 s
_NET_CLOSED_S = 0.1
_REFUSED_S = 1.0
# The manual's <err>.
NETWORK_FAILURE, NETWORK_NOT_OPENED, WRONG_PARAMETER, NOT_SUPPORTED = 1, 2, 3, 4
_NO_NAME_SERVER = 10  # of +CDNSGIP
_LINKS = 10
_IPV4 = re.compile(r"[0-9.]+")


class TcpCommands:
    """The commands of this group, in `table`."""

    def __init__(
        self, state: State, health: Health, socket: TcpSocket, say: Say, later: Later
    ) -> None:
        self._state = state
        self._health = health
        self._socket = socket
        self._say = say
        self._later = later
        self._remote = ("", 0)
        self._timeouts = "120000,120000,120000"
        self.table: Table = {
            "+NETOPEN": self._open_bearer,
            "+NETOPEN?": lambda: [f"+NETOPEN: {int(state.bearer)}"],
            "+NETCLOSE": self._close_bearer,
            "+IPADDR": self._address,
            "+CDNSGIP=": self._resolve,
            "+CIPOPEN=": self._open,
            "+CIPOPEN?": self._links,
            "+CIPOPEN=?": lambda: ['+CIPOPEN: (0-9),("TCP","UDP")'],
            "+CIPSEND=": self._send,
            "+CIPSEND=?": lambda: [f"+CIPSEND: (0-9),(1-{MAX_SEND})"],
            "+CIPCLOSE=": self._close,
            "+CIPCLOSE?": lambda: [f"+CIPCLOSE: {int(state.link is not None)}" + ",0" * 9],
            "+CIPCLOSE=?": lambda: ["+CIPCLOSE: (0-9)"],
            "+CIPRXGET=": self._fetch,
            "+CIPRXGET?": lambda: [f"+CIPRXGET: {int(state.fetched)}"],
            "+CIPRXGET=?": lambda: [f"+CIPRXGET: (0-4),(0-9),(1-{MAX_FETCH})"],
            "+CIPACK=": self._acknowledged,
            "+CIPMODE?": lambda: ["+CIPMODE: 0"],
            "+CIPMODE=": self._set_mode,
            "+CIPTIMEOUT?": lambda: [f"+CIPTIMEOUT: {self._timeouts}"],
            "+CIPTIMEOUT=": self._set_timeouts,
        }

    # The bearer

    def _open_bearer(self) -> list[Line]:
        if self._state.bearer:
            raise AtError("+IP ERROR: Network is already opened")
        self._later(_BEARER_S, self._bearer_result)
        return []

    def _bearer_result(self) -> None:
        self._state.bearer = self._state.registered
        self._say(f"+NETOPEN: {0 if self._state.bearer else NETWORK_FAILURE}")

    def _close_bearer(self) -> list[Line]:
        if not self._state.bearer:
            raise AtError(f"+NETCLOSE: {NETWORK_NOT_OPENED}")
        self._socket.close()
        self._state.bearer = False
        self._later(_NET_CLOSED_S, lambda: self._say("+NETCLOSE: 0"))
        return []

    def _address(self) -> list[Line]:
        if not self._state.bearer:
            raise AtError("+IP ERROR: Network not opened")
        return [f"+IPADDR: {ADDRESS_6 if self._state.ipv6_only else ADDRESS}"]

    def _resolve(self, name: str) -> list[Line]:
        """The address of a name, as a name server of the network gives it."""
        reachable = self._state.bearer and self._state.registered
        if not (reachable and self._health.fault.opens_sockets):
            raise AtError(f"+CDNSGIP: 0,{_NO_NAME_SERVER}")
        return [f'+CDNSGIP: 1,"{name}","{ADDRESS}"']

    # The socket

    def _open(self, link: str, kind: str, host: str, port: str, local: str = "") -> list[Line]:
        if int(link) != 0 or kind != "TCP":
            raise AtError(f"+CIPOPEN: {int(link)},{NOT_SUPPORTED}")
        if not host or not 0 < int(port) < 65536:
            raise AtError(f"+CIPOPEN: 0,{WRONG_PARAMETER}")
        if not self._state.bearer:
            raise AtError(f"+CIPOPEN: 0,{NETWORK_NOT_OPENED}")
        if self._state.link is not None:
            raise AtError(f"+CIPOPEN: 0,{NOT_SUPPORTED}")
        self._remote = (host, int(port))
        # A name is translated by the network (DNS64); a literal address of the other kind is not.
        reachable = not (self._state.ipv6_only and _IPV4.fullmatch(host))
        if self._health.fault.opens_sockets and self._state.registered and reachable:
            self._socket.open(host, int(port))
        else:
            refusal = f"+CIPOPEN: 0,{NETWORK_FAILURE}"
            self._later(_REFUSED_S, lambda: self._say(refusal))
        return []

    def _links(self) -> list[Line]:
        open_link = '+CIPOPEN: 0,"TCP","{}",{},-1'.format(*self._remote)
        first = open_link if self._state.link is not None else "+CIPOPEN: 0"
        return [first, *(f"+CIPOPEN: {number}" for number in range(1, _LINKS))]

    def _close(self, link: str) -> list[Line]:
        was_open = self._state.link is not None
        if int(link) == 0:
            self._socket.close()
            if was_open:
                return ["+CIPCLOSE: 0,0"]
        raise AtError(f"+CIPCLOSE: {int(link)},{NOT_SUPPORTED}")

    # Bytes

    def _send(self, link: str, count: str = "") -> Prompt:
        if not self._state.bearer:
            raise AtError(f"+CIPERROR: {NETWORK_NOT_OPENED}")
        if int(link) != 0 or self._state.link is None:
            raise AtError(f"+CIPERROR: {NOT_SUPPORTED}")
        if count and not 0 < int(count) <= MAX_SEND:
            raise AtError
        return Prompt(int(count or 0), self._sent, MAX_SEND)

    def _sent(self, data: bytes) -> list[Line]:
        if not self._health.fault.sends:
            raise AtError(f"+CIPSEND: 0,{len(data)},-1")
        if self._state.link is None:  # lost while the data came in
            raise AtError(f"+CIPERROR: {NOT_SUPPORTED}")
        self._state.link.send(data)
        return [f"+CIPSEND: 0,{len(data)},{len(data)}"]

    def _fetch(self, mode: str, link: str = "0", count: str = "") -> list[Line]:
        """0 pushes what comes, 1 keeps it for 2 (bytes), 3 (hexadecimal) and 4 (how many)."""
        state = self._state
        if int(link) != 0:
            raise AtError("+IP ERROR: No data")
        if mode in ("0", "1"):
            state.fetched = mode == "1"
            return []
        if mode == "4":
            return [f"+CIPRXGET: 4,0,{len(state.received)}"]
        most = MAX_FETCH if mode == "2" else MAX_FETCH // 2
        if mode not in ("2", "3") or (count and not 0 < int(count) <= MAX_FETCH):
            raise AtError
        if not state.received:
            raise AtError("+IP ERROR: No data")
        length = min(int(count or most), most)
        data, state.received = state.received[:length], state.received[length:]
        head = f"\r\n+CIPRXGET: {mode},0,{len(data)},{len(state.received)}\r\n".encode()
        return [head + (data if mode == "2" else data.hex().upper().encode())]

    def _acknowledged(self, link: str) -> list[Line]:
        """Bytes sent, of these acknowledged, and received; acknowledged counts as sent here."""
        if int(link) != 0 or self._state.link is None:
            raise AtError(f"+CIPERROR: {NOT_SUPPORTED}")
        sent = self._state.link.sent_bytes
        return [f"+CIPACK: {sent},{sent},{self._state.link.received_bytes}"]

    # Settings

    def _set_mode(self, mode: str) -> list[Line]:
        """Transparent mode is not played."""
        if mode != "0":
            raise AtError
        return []

    def _set_timeouts(self, *timeouts_ms: str) -> list[Line]:
        if not 1 <= len(timeouts_ms) <= 3 or not all(
            3000 <= int(t) <= 120_000 for t in timeouts_ms
        ):
            raise AtError
        old = self._timeouts.split(",")
        self._timeouts = ",".join([*timeouts_ms, *old[len(timeouts_ms) :]])
        return []
