"""The real server under the same attacks: the connection closes, the database stays as it was."""

import asyncio
import contextlib
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from server.clock import SystemClock
from server.config import Address
from server.gateway.connection import Services
from server.gateway.listener import Listener
from server.gateway.pipeline import Pipeline
from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from shared_protocol import messages, records
from tests.fleet import fit_box, open_small_fleet
from tests.server.gateway.box_client import BoxClient, a_status, until_closed

AT_ONCE = 40


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_small_fleet(tmp_path)
    yield store
    await store.close()


@pytest.fixture
async def listener(store: Store) -> AsyncIterator[Listener]:
    listener = Listener(Services(store, SystemClock(), Pipeline(store), Registry()))
    await listener.start(Address("127.0.0.1", 0))
    yield listener
    await listener.stop()


def dump(store: Store) -> str:
    """Everything in the database, as text."""
    with contextlib.closing(sqlite3.connect(store.data_dir / "voiturier.db")) as connection:
        return "\n".join(connection.iterdump())


async def say(port: int, *parts: bytes) -> bytes:
    """What the server answers before it closes; it is let go after all has been said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    with contextlib.suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
        writer.write_eof()
        async with asyncio.timeout(20):
            answer = await reader.read()
    writer.close()
    return answer


async def attacked(port: int, streams: list[tuple[bytes, ...]]) -> list[bytes]:
    answers = []
    for first in range(0, len(streams), AT_ONCE):
        some = streams[first : first + AT_ONCE]
        answers += await asyncio.gather(*(say(port, *parts) for parts in some))
    return answers


def mutations(data: bytes) -> list[bytes]:
    """One bit of each byte flipped, every truncation, twice in a row, and backwards."""
    flipped = [data[:i] + bytes([data[i] ^ 1 << i % 8]) + data[i + 1 :] for i in range(len(data))]
    return flipped + [data[:size] for size in range(len(data))] + [data[::-1]]


async def test_no_changed_cut_or_repeated_hello_is_seen_or_stored(
    listener: Listener, store: Store
) -> None:
    box = await fit_box(store)
    port = listener.address.port
    client = await BoxClient.dial(port, box)
    hello = client.sent
    client.close()
    before = dump(store)
    answers = await attacked(port, [(data,) for data in mutations(hello)] + [(hello, hello)] * 3)
    assert {len(answer) for answer in answers} <= {0, 42}, "at most a message 2, to a replay"
    assert sum(bool(answer) for answer in answers) <= 3
    assert dump(store) == before
    await honest(port, box)


async def test_no_changed_cut_or_repeated_sealed_frame_is_stored(
    listener: Listener, store: Store
) -> None:
    box = await fit_box(store)
    port = listener.address.port
    before = dump(store)
    sizes = len(await sealed_status(port, box, lambda data: b""))
    for number in range(sizes):
        await sealed_status(port, box, lambda d, i=number: d[:i] + bytes([d[i] ^ 4]) + d[i + 1 :])
        await sealed_status(port, box, lambda d, i=number: d[:i])
    await sealed_status(port, box, lambda data: data[::-1])
    assert dump(store) == before, "until the first valid sealed frame nothing is stored"
    await honest(port, box)


async def sealed_status(port: int, box: BoxSecrets, change: Callable[[bytes], bytes]) -> bytes:
    """Complete a handshake, send a changed Status, wait for the end; the frame as it was."""
    client = await BoxClient.connect(port, box)
    client.session.send(a_status())
    data = client.session.bytes_to_send()
    client.writer.write(change(data))
    client.writer.write_eof()
    await client.wait_closed()
    return data


async def honest(port: int, box: BoxSecrets) -> None:
    """An honest box is served all the same."""
    client = await BoxClient.connect(port, box)
    assert (await client.greet()).seq == 0
    client.close()


async def test_a_flood_from_one_address_evicts_no_slow_handshake_from_elsewhere(
    store: Store,
) -> None:
    services = Services(store, SystemClock(), Pipeline(store), Registry())
    listener = Listener(services, max_pending=8)
    await listener.start(Address("127.0.0.1", 0))
    port, box = listener.address.port, await fit_box(store)
    slow = await BoxClient.dial(port, box, says_hello=False, came_from="127.0.0.2")
    flood = [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
    await slow.shake_hands()
    assert (await slow.greet()).seq == 0
    for _, writer in flood:
        writer.close()
    slow.close()
    await listener.stop()


async def test_who_has_said_a_valid_hello_is_kept_before_those_who_say_nothing(
    store: Store,
) -> None:
    services = Services(store, SystemClock(), Pipeline(store), Registry())
    listener = Listener(services, max_pending=8)
    await listener.start(Address("127.0.0.1", 0))
    port, box = listener.address.port, await fit_box(store)
    slow = await BoxClient.connect(port, box)  # its first sealed frame is still to come
    flood = [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
    assert (await slow.greet()).seq == 0
    for _, writer in flood:
        writer.close()
    slow.close()
    await listener.stop()


async def test_a_flood_of_hellos_of_boxes_that_do_not_exist_evicts_nobody_and_stores_nothing(
    store: Store,
) -> None:
    services = Services(store, SystemClock(), Pipeline(store), Registry())
    listener = Listener(services, max_pending=8)
    await listener.start(Address("127.0.0.1", 0))
    port, box = listener.address.port, await fit_box(store)
    slow = await BoxClient.connect(port, box)  # its first sealed frame is still to come
    before = dump(store)
    for _ in range(10):
        strangers = [replace(box, wire_id=secrets.token_bytes(8)) for _ in range(8)]
        flood = await asyncio.gather(*(BoxClient.dial(port, each) for each in strangers))
        await asyncio.gather(*(each.wait_closed() for each in flood))
    assert dump(store) == before
    assert (await slow.greet()).seq == 0
    slow.close()
    await listener.stop()


async def test_strangers_have_what_the_boxes_leave(store: Store) -> None:
    services = Services(store, SystemClock(), Pipeline(store), Registry())
    listener = Listener(services, max_pending=8, most=2)
    await listener.start(Address("127.0.0.1", 0))
    port, box = listener.address.port, await fit_box(store)
    car = await BoxClient.connect(port, box)
    await car.greet()
    await car.expect(messages.Grants)
    first, second = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    await until_closed(first[0])
    assert (await car.report(1, 1, records.Odometer(5))).seq == 1
    assert not second[0].at_eof()
    for writer in (first[1], second[1]):
        writer.close()
    car.close()
    await listener.stop()
