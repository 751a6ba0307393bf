"""A connection of the web port: how long it may take, and what is said of it when it is malformed.

What is slow costs little and ends: a header has a deadline, a body has one that moves with what
arrives (as Apache's mod_reqtimeout has it), silence between requests has one, and so has an answer
that nobody reads. What is no HTTP is answered by a code and a line in the log that repeat nothing
of it. Never here: pages, who is signed in.
"""

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import Callable, Sequence
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from aiohttp import HttpVersion11, StreamReader, web
from aiohttp.http_exceptions import BadHttpMessage, HttpProcessingError, LineTooLong

from server.config import Network, WebLimits
from server.ports.addresses import network_of
from server.ports.crowd import Crowd

_log = logging.getLogger(__name__)

_LEAST_BYTES_PER_S = 500  # of a body, once its time is over: a slow line, and no slower
_LINGERING_S = 2.0  # for what is still sent after an answer that did not wait for it
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+]|[\w.~%!$&'()*+,;=-]*)(:[0-9]*)?", re.ASCII)  # RFC 3986
_UNREAD_MS = 30_000  # how long what was sent may wait for a reader who takes nothing


class WebPort:
    """Who is connected to the web port; makes a connection when called.

    Args:
        server: aiohttp's, which answers.
        limits: how long and how many.
        most: connections at a time.
        proxies: whose addresses stand for many people, and are not held to `per_address`.
    """

    def __init__(
        self, server: web.Server, limits: WebLimits, most: int, proxies: Sequence[Network] = ()
    ) -> None:
        self.limits = limits
        self._server = server
        self._most = most
        self._proxies = proxies
        self._crowd: Crowd[HttpConnection] = Crowd()

    def __call__(self) -> "HttpConnection":
        """Return the protocol of a new connection."""
        return HttpConnection(self._server, self)

    def opened(self, connection: "HttpConnection", address: str) -> None:
        """Take note of a connection; one is shown out if there are too many now."""
        network = network_of(address)
        self._crowd.enter(connection, network)
        if self._crowd.size_of(network) > self.limits.per_address and not self._is_proxy(address):
            self._show_out(self._crowd.weakest(network))
        elif len(self._crowd) > self._most:
            self._show_out(self._crowd.weakest())

    def busy(self, connection: "HttpConnection", is_busy: bool) -> None:
        """Take note that a request has come, to its last byte, or is over."""
        self._crowd.show(connection, is_busy)

    def closed(self, connection: "HttpConnection") -> None:
        """Take note of its end."""
        self._crowd.leave(connection)

    def _show_out(self, connection: "HttpConnection") -> None:
        self._crowd.leave(connection)  # at once: its end is told only after others have come
        connection.abort()
        _log.warning("too many connections of browsers: one is shown out")

    def _is_proxy(self, address: str) -> bool:
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(peer in network for network in self._proxies)


class HttpConnection(web.RequestHandler):
    """See the module."""

    def __init__(self, server: web.Server, port: WebPort) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=port.limits.idle_s,
            lingering_time=_LINGERING_S,
            access_log=None,  # type: ignore[arg-type]  # its own way to say that there is none
            auto_decompress=False,  # no page takes a compressed body, and none may swell in memory
        )
        self._port = port
        self._raw: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._body: StreamReader | None = None  # of the request that is being answered
        self._received = 0

    def abort(self) -> None:
        """End it now; what was not sent yet is not sent."""
        if self._raw is not None:
            self._raw.abort()

    async def shutdown(self, timeout: float | None = 15.0) -> None:
        """Let a request end, for so many seconds; what nobody reads then is not sent."""
        await super().shutdown(timeout)
        self.abort()

    # What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; the first header is awaited."""
        assert isinstance(transport, asyncio.Transport)
        self._raw = transport
        super().connection_made(transport)
        _give_up_unread(transport.get_extra_info("socket"))
        peer = transport.get_extra_info("peername")
        self._wait(self._port.limits.header_s, self.abort)
        self._port.opened(self, peer[0] if peer else "")

    def connection_lost(self, exc: BaseException | None) -> None:
        """End."""
        self._raw = None
        self._wait_no_more()
        self._port.closed(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes in. The first of a header start its time."""
        self._received += len(data)
        if data and self._body is None and self._deadline is None:
            self._wait(self._port.limits.header_s, self.abort)
        try:
            super().data_received(data)
        except Exception as error:  # aiohttp answers what its parser names, and no more
            _say_malformed(error)
            if self._raw is not None and self._body is None:
                self._raw.write(_BAD_REQUEST)
            self.force_close()
        # Behind a body that has not ended can only be what aiohttp makes of a malformed one; of
        # that it tells nobody who reads the body.
        if self._body is not None and not self._body.is_eof() and self._messages:
            self._body.set_exception(web.HTTPBadRequest())

    # What aiohttp does with a request

    async def _handle_request(
        self, request: web.BaseRequest, start_time: float | None, request_handler: Any
    ) -> tuple[web.StreamResponse, bool]:
        if not (_has_one_host(request) and _expects_what_there_is(request)):
            request_handler = self._refuse
        if self._raw is None:  # it was shown out before its turn came
            raise ConnectionResetError
        self._body = request.content
        self._body.on_eof(lambda: self._is_whole(request.content))
        self._wait_no_more()
        if not request.content.is_eof():
            self._look_at_body(request.content, self._loop.time(), self._received)
        try:
            return await super()._handle_request(request, start_time, request_handler)
        finally:
            self._body = None
            self._port.busy(self, is_busy=False)
            self._wait_no_more()

    async def _refuse(self, request: web.BaseRequest) -> web.StreamResponse:
        return self.handle_error(request, exc=BadHttpMessage(""))

    def _is_whole(self, body: StreamReader) -> None:
        if self._body is body:  # else it is read to its end for an answer that was given before
            self._port.busy(self, is_busy=True)

    def _look_at_body(self, body: StreamReader, began_s: float, before: int) -> None:
        """Give up a body that is too slow; each byte that came has given it time."""
        self._deadline = None
        if body.is_eof():
            return
        allowed_s = self._port.limits.body_s + (self._received - before) / _LEAST_BYTES_PER_S
        left_s = began_s + allowed_s - self._loop.time()
        if left_s > 0:
            self._wait(left_s, lambda: self._look_at_body(body, began_s, before))
        else:
            body.set_exception(web.HTTPRequestTimeout())

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no request, or one that failed where no page could say so."""
        if isinstance(exc, HttpProcessingError):
            _say_malformed(exc)
            status = 431 if isinstance(exc, LineTooLong) else 400
        elif not isinstance(exc, ConnectionError):
            _log.error("a request failed: %s", type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was under way")
        response = web.Response(status=status, text=f"{status} {HTTPStatus(status).phrase}\n")
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Say that a connection failed, by its kind: the text may hold what was sent."""
        error = kw.get("exc_info")
        if not isinstance(error, ConnectionError | web.HTTPException | web.RequestPayloadError):
            _log.error("a connection failed: %s", type(error).__name__)

    # Deadlines

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._wait_no_more()
        self._deadline = self._loop.call_later(seconds, then)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


_BAD_REQUEST = (
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 16\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n400 Bad Request\n"
)


def _has_one_host(request: web.BaseRequest) -> bool:
    """Say whether a request names one host as RFC 9112 has it; before HTTP/1.1 none was needed."""
    # What aiohttp could not parse comes here as a request of HTTP/1.0 without any header.
    hosts = request.headers.getall("Host", ()) if request.headers else ()
    if not hosts:
        return request.version < HttpVersion11
    return len(hosts) == 1 and _HOST.fullmatch(hosts[0]) is not None


def _expects_what_there_is(request: web.BaseRequest) -> bool:
    """Say whether it expects nothing else than 100-continue: aiohttp would repeat what it did."""
    return request.headers.get("Expect", "100-continue").lower() == "100-continue"


def _say_malformed(error: BaseException) -> None:
    """One line, without a byte of what was sent."""
    _log.info("a malformed request is refused: %s", type(error).__name__)


def _give_up_unread(connection: socket.socket | None) -> None:
    """Let the system end a connection whose peer takes nothing of what was sent."""
    option = getattr(socket, "TCP_USER_TIMEOUT", None)  # Linux has it
    if connection is not None and option is not None:
        with contextlib.suppress(OSError):  # of a socket that is not TCP
            connection.setsockopt(socket.IPPROTO_TCP, option, _UNREAD_MS)
