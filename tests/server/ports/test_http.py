"""Deadlines and numbers of the web port, small so that a test need not wait."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from ipaddress import ip_network

import pytest
from aiohttp import web

from server.config import Address, Network, WebLimits
from server.ports.door import Door
from server.ports.http import WebPort

PATIENCE_S = 20.0
LONG = WebLimits(header_s=100, body_s=100, idle_s=100, per_address=100)
FORM = b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
PAGE = b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n"

Open = Callable[..., "contextlib.AbstractAsyncContextManager[Address]"]


class Peer:
    """Somebody connected."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, address: Address, came_from: str = "127.0.0.1") -> "Peer":
        return cls(
            *await asyncio.open_connection(address.host, address.port, local_addr=(came_from, 0))
        )

    async def status(self) -> bytes:
        """The next answer's code, its body read."""
        async with asyncio.timeout(PATIENCE_S):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
            await self.reader.readexactly(int(length))
        return head.split(b" ")[1]

    async def rest(self) -> bytes:
        """What comes until the server closes."""
        heard = bytearray()
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(ConnectionError):
                while data := await self.reader.read(65536):
                    heard += data
        self.writer.close()
        return bytes(heard)

    async def page(self) -> bytes:
        self.writer.write(PAGE)
        return await self.status()


@contextlib.asynccontextmanager
async def opened(
    limits: WebLimits, most: int = 100, proxies: tuple[Network, ...] = ()
) -> AsyncIterator[Address]:
    """A web port with a page, a form, a page that waits and one that fails."""

    async def form(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    async def page(request: web.Request) -> web.Response:
        return web.Response(text="a page")

    async def waits(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    async def large(request: web.Request) -> web.Response:
        return web.Response(body=bytes(64 << 20))

    async def fails(request: web.Request) -> web.Response:
        raise RuntimeError("what somebody typed")

    app = web.Application()
    app.router.add_post("/form", form)
    for handler in (page, waits, large, fails):
        app.router.add_get(f"/{handler.__name__}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    assert runner.server is not None
    port = WebPort(runner.server, limits, most, proxies)
    door = Door(port)
    await door.open(Address("127.0.0.1", 0))
    try:
        yield door.address
    finally:
        door.close()
        await runner.cleanup()


@pytest.mark.parametrize("said", [b"", b"G", PAGE[:-2]])
async def test_a_header_that_does_not_come_ends_the_connection(said: bytes) -> None:
    async with opened(replace(LONG, header_s=1)) as address:
        peer = await Peer.connect(address)
        peer.writer.write(said)
        assert await peer.rest() == b""


async def test_a_header_that_comes_by_the_byte_has_the_same_end() -> None:
    async with opened(replace(LONG, header_s=1)) as address:
        peer = await Peer.connect(address)
        peer.writer.write(PAGE[:-2] + b"X-Slow: ")
        heard = asyncio.create_task(peer.rest())
        while not heard.done():
            peer.writer.write(b"G")
            await asyncio.wait({heard}, timeout=0.1)
        assert heard.result() == b""


async def test_the_second_header_has_its_deadline_too() -> None:
    async with opened(replace(LONG, header_s=1)) as address:
        peer = await Peer.connect(address)
        assert await peer.page() == b"200"
        peer.writer.write(PAGE[:-2])
        assert await peer.rest() == b""


async def test_silence_between_requests_has_an_end_of_its_own() -> None:
    async with opened(replace(LONG, header_s=1, idle_s=2)) as address:
        peer = await Peer.connect(address)
        assert await peer.page() == b"200"
        await asyncio.sleep(1.2)  # longer than a header may take
        assert await peer.page() == b"200"
        assert await peer.rest() == b""


@pytest.mark.parametrize(
    "how", [b"Content-Length: 9\r\n\r\na", b"Transfer-Encoding: chunked\r\n\r\n1\r\na"]
)
async def test_a_body_that_does_not_come_is_answered_408_and_ends(
    how: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(replace(LONG, body_s=1)) as address:
        peer = await Peer.connect(address)
        peer.writer.write(FORM + how)
        assert (await peer.rest()).startswith(b"HTTP/1.1 408 ")
    assert caplog.messages == []


async def test_a_body_that_is_slow_but_moves_on_is_taken() -> None:
    async with opened(replace(LONG, body_s=1)) as address:
        peer = await Peer.connect(address)
        peer.writer.write(FORM + b"Content-Length: 4000\r\n\r\n")
        for _ in range(4):
            peer.writer.write(bytes(1000))  # two seconds each
            await asyncio.sleep(0.4)
        assert await peer.status() == b"200"


async def test_garbage_in_a_later_chunk_is_refused_without_a_word_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with opened(LONG) as address:
        peer = await Peer.connect(address)
        peer.writer.write(FORM + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        other = await Peer.connect(address)
        assert await other.page() == b"200"  # the first chunk has been taken by now
        peer.writer.write(b"zz secret\r\n")
        answer = await peer.rest()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"secret" not in answer
    assert "secret" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_who_goes_away_in_the_middle_of_a_body_leaves_no_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with opened(LONG) as address:
        peer = await Peer.connect(address)
        peer.writer.write(FORM + b"Content-Length: 9\r\n\r\na")
        other = await Peer.connect(address)
        assert await other.page() == b"200"
        peer.writer.transport.abort()
        assert await other.page() == b"200"
    assert caplog.messages == []


async def test_a_handler_that_fails_is_logged_by_its_kind_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with opened(LONG) as address:
        peer = await Peer.connect(address)
        peer.writer.write(PAGE.replace(b"/page", b"/fails"))
        assert (await peer.rest()).startswith(b"HTTP/1.1 500 ")
    assert caplog.messages == ["a request failed: RuntimeError"]


async def test_one_address_gives_up_its_oldest_idle_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    async with opened(replace(LONG, per_address=3)) as address:
        busy = await Peer.connect(address)
        busy.writer.write(PAGE.replace(b"/page", b"/waits"))
        idle = [await Peer.connect(address) for _ in range(2)]
        assert [await peer.page() for peer in idle] == [b"200"] * 2
        newest = await Peer.connect(address)
        assert await idle[0].rest() == b""
        assert await newest.page() == b"200"
        assert await idle[1].page() == b"200"
        assert not busy.reader.at_eof()
    assert caplog.messages == ["too many connections of browsers: one is shown out"]


async def test_one_address_whose_connections_are_all_busy_gets_no_other() -> None:
    async with opened(replace(LONG, per_address=2)) as address:
        busy = [await Peer.connect(address) for _ in range(2)]
        for peer in busy:
            peer.writer.write(PAGE.replace(b"/page", b"/waits"))
        elsewhere = await Peer.connect(address, "127.0.0.2")
        assert await elsewhere.page() == b"200"  # the others' requests have begun by now
        assert await (await Peer.connect(address)).rest() == b""
        assert await elsewhere.page() == b"200"
        assert not any(peer.reader.at_eof() for peer in busy)


async def test_half_a_body_takes_no_place_from_who_comes_from_the_same_address() -> None:
    async with opened(replace(LONG, per_address=3)) as address:
        crowd = [await Peer.connect(address) for _ in range(3)]
        for peer in crowd:
            peer.writer.write(FORM + b"Content-Length: 9\r\n\r\na")
        elsewhere = await Peer.connect(address, "127.0.0.2")
        assert await elsewhere.page() == b"200"  # the others' requests have begun by now
        assert await (await Peer.connect(address)).page() == b"200"
        assert await crowd[0].rest() == b""


async def test_a_trusted_proxy_is_held_to_no_number_but_the_whole() -> None:
    proxy = (ip_network("127.0.0.1"),)
    async with opened(replace(LONG, per_address=2), most=8, proxies=proxy) as address:
        peers = [await Peer.connect(address) for _ in range(8)]
        assert [await peer.page() for peer in peers] == [b"200"] * 8
        person = await Peer.connect(address, "127.0.0.2")
        assert await person.page() == b"200"
        assert await peers[0].rest() == b""


async def test_fifty_addresses_together_leave_room_for_one_more() -> None:
    async with opened(LONG, most=60) as address:
        crowd = [await Peer.connect(address, f"127.0.0.{2 + n % 50}") for n in range(200)]
        person = await Peer.connect(address)
        assert await person.page() == b"200"
        for peer in crowd:
            peer.writer.close()


async def test_who_takes_nothing_of_an_answer_keeps_nobody_from_stopping() -> None:
    async with opened(LONG) as address:
        peer = await Peer.connect(address)
        peer.writer.write(PAGE.replace(b"/page", b"/large"))
        assert await peer.reader.readexactly(10)
    assert len(await peer.rest()) < 64 << 20
