"""The web port of the real server under attack, with the boxes' port beside it."""

import asyncio
import contextlib
import signal
import socket
import struct
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from server.store import BoxSecrets, sqlite
from shared_protocol import messages, records
from tests.attacks.served import PATIENCE_S, Served, all_of, connected, may_hold, served
from tests.fleet import fit_box, open_small_fleet
from tests.server.gateway.box_client import BoxClient

IDLE, DESCRIPTORS = 1_100, 1_024
SECRET = "a-secret-of-somebody"  # in a cookie, which nothing may repeat


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[BoxSecrets]:
    store = await open_small_fleet(tmp_path)
    yield await fit_box(store)
    await store.close()


def asked(server: Served, path: str = "/connexion") -> int:
    with urllib.request.urlopen(server.address + path, timeout=PATIENCE_S) as answer:
        status: int = answer.status
    return status


@contextlib.contextmanager
def crowd(port: int, said: bytes, addresses: int) -> Iterator[list[socket.socket]]:
    """1,100 connections to a port, each of which has said so much."""
    may_hold(IDLE + 200)
    peers = [connected(port, f"127.0.0.{1 + n % addresses}", said) for n in range(IDLE)]
    yield peers
    for peer in peers:
        peer.close()


FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
HALF_SAID = {
    "nothing": b"",
    "half a header": b"GET / HTTP/1.1\r\nHost: a\r\n",
    "half a body": b"POST /langue HTTP/1.1\r\nContent-Length: 9\r\n" + FORM + b"\r\na",
}


@pytest.mark.parametrize("addresses", [1, 50])
@pytest.mark.parametrize("said", HALF_SAID)
async def test_pages_and_boxes_go_on_beside_a_crowd_that_is_idle_or_half_done(
    tmp_path: Path, box: BoxSecrets, said: str, addresses: int
) -> None:
    with served(tmp_path, DESCRIPTORS) as server:
        with crowd(server.http_port, HALF_SAID[said], addresses):
            car = await BoxClient.connect(server.boxes_port, box)
            assert (await car.greet()).seq == 0
            car.close()
            connected(server.http_port, "127.0.0.77", b"GET /healthz HTTP/1.1\r\n").close()
            assert asked(server) == 200
        assert len(server.log.read_bytes()) < 100_000


MALFORMED = {
    "header": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: voiturier=%s\r\n: nameless\r\n\r\n",
    "method": b"G\xe9T / HTTP/1.1\r\nHost: a\r\nCookie: voiturier=%s\r\n\r\n",
    "version": b"GET / HTTP/9.%s\r\nHost: a\r\n\r\n",
    "nul": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: voiturier=%s\0\r\n\r\n",
    "target": b"GET http://[%s HTTP/1.1\r\nHost: a\r\n\r\n",
    "host": b"GET /connexion?%s HTTP/1.1\r\nHost: [::%s\r\nCookie: voiturier=%s\r\n\r\n",
    "two hosts": b"GET /connexion HTTP/1.1\r\nHost: a\r\nHost: %s\r\n\r\n",
    "no host": b"GET /connexion HTTP/1.1\r\nCookie: voiturier=%s\r\n\r\n",
    "spaces in a name": b"GET / HTTP/1.1\r\nHost: a\r\nCookie : voiturier=%s\r\n\r\n",
    "folded header": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1;\r\n voiturier=%s\r\n\r\n",
    "length and chunks": b"POST /langue HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\nCookie: voiturier=%s\r\n\r\n0\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: a\nCookie: voiturier=%s\n\r\r\n\n",
    "bytes that are no text": b"GET /connexion?\xff\xfe HTTP/1.1\r\nHost: a\xff\r\n"
    b"Cookie: voiturier=%s\xff\r\n\r\n",
    "long header": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + b"%s" * 2_000 + b"\r\n\r\n",
    "long target": b"GET /" + b"%s" * 2_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"Cookie: %s\r\n" * 500 + b"\r\n",
    "length": b"POST /langue HTTP/1.1\r\nHost: a\r\nContent-Length: %s\r\n\r\n",
    "chunks": b"POST /langue HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nCookie: voiturier=%s\r\n\r\n%s\r\n",
    "later chunks": b"POST /langue HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nCookie: voiturier=%s\r\n\r\n"
    b"2\r\nab\r\n%s\r\n",
    "expectation": b"GET /connexion HTTP/1.1\r\nHost: a\r\nExpect: %s\r\n\r\n",
    "bytes expected": b"GET /connexion HTTP/1.1\r\nHost: a\r\nExpect: \xff%s\r\n\r\n",
    "no http": b"\x16\x03\x01%s\r\n\r\n",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for those who harm nobody."""
    data_dir = tmp_path_factory.mktemp("shared")
    asyncio.run(make_fleet(data_dir))
    with served(data_dir) as server:
        yield server


async def make_fleet(data_dir: Path) -> None:
    await (await open_small_fleet(data_dir)).close()


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_request_is_answered_and_logged_without_a_word_of_it(
    shared: Served, kind: str
) -> None:
    before = shared.log.read_text()
    request = MALFORMED[kind].replace(b"%s", SECRET.encode())
    answer = all_of(connected(shared.http_port, said=request))
    assert asked(shared) == 200
    log = shared.log.read_text().removeprefix(before)
    assert answer.split(b" ", 2)[1] in (b"400", b"413", b"431"), answer
    assert SECRET.encode() not in answer
    assert SECRET not in log
    assert "Traceback" not in log
    assert log.count("\n") <= 1


CHUNKED = (
    b"POST /langue HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    + FORM
    + b"Cookie: voiturier=%s\r\n\r\n2\r\na=\r\n"
)


@pytest.mark.parametrize(
    "later", [b"%s\r\n", b"-1\r\n%s\r\n", b"ffffffffffffffffffff\r\n%s", b"2\r\n%s\r\n"]
)
def test_a_body_that_breaks_later_is_answered_and_logged_without_a_word_of_it(
    shared: Served, later: bytes
) -> None:
    before = shared.log.read_text()
    peer = connected(shared.http_port, said=CHUNKED.replace(b"%s", SECRET.encode()))
    assert asked(shared) == 200  # the page that reads it has begun
    peer.sendall(later.replace(b"%s", SECRET.encode()))
    answer = all_of(peer)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert SECRET.encode() not in answer
    log = shared.log.read_text().removeprefix(before)
    assert SECRET not in log
    assert "Traceback" not in log
    assert log.count("\n") <= 1  # that the cookie is none of ours


def test_who_goes_away_in_the_middle_of_a_body_leaves_no_line(shared: Served) -> None:
    before = shared.log.read_text()
    for _ in range(3):
        peer = connected(shared.http_port, said=CHUNKED.replace(b"Cookie", b"X-Cookie"))
        assert asked(shared) == 200
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        assert asked(shared) == 200
    assert shared.log.read_text() == before


async def test_the_server_stops_in_spite_of_slow_clients_of_every_kind(
    tmp_path: Path, box: BoxSecrets
) -> None:
    form = (
        b"POST /langue HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    )
    with served(tmp_path) as server:
        web, boxes = server.http_port, server.boxes_port
        peers = [
            connected(web),
            connected(web, said=b"GET / HTTP/1.1\r\nHost"),
            connected(web, said=form + b"Content-Length: 100\r\n\r\na"),
            connected(web, said=form + b"Transfer-Encoding: chunked\r\n\r\n1\r\na"),
            connected(web, said=b"GET /static/style.css HTTP/1.1\r\nHost: a\r\n\r\n" * 500),
            connected(boxes),
            connected(boxes, said=b"\0"),
        ]
        kept = connected(web, said=b"GET /connexion HTTP/1.1\r\nHost: a\r\n\r\n")
        assert kept.recv(100)
        shaking = await BoxClient.dial(boxes, box)
        silent = await BoxClient.connect(boxes, box)
        await silent.greet()
        code, _ = server.stop(signal.SIGTERM, signal.SIGTERM, signal.SIGINT)
        for peer in (*peers, kept, shaking, silent):
            peer.close()
        assert code == 0
        assert "Traceback" not in server.log.read_text()


async def test_the_server_stops_though_another_program_holds_the_database(
    tmp_path: Path, box: BoxSecrets
) -> None:
    with served(tmp_path) as server:
        car = await BoxClient.connect(server.boxes_port, box)
        await car.greet()
        with sqlite.opened(tmp_path / "voiturier.db") as other:
            other.execute("BEGIN IMMEDIATE")
            unsent = [records.to_record(0, records.Odometer(1))]
            car.send(car.batch(1, 1, unsent))
            await car.writer.drain()
            code, _ = server.stop()
            other.execute("ROLLBACK")
        assert car.count(messages.Ack) == 1, "nothing was confirmed that is not kept"
        car.close()
        assert code == 1
        assert "not everything had ended" in server.log.read_text()
    with served(tmp_path) as server:
        car = await BoxClient.connect(server.boxes_port, box)
        assert (await car.greet()).seq == 0
        car.close()
