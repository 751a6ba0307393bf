"""Strangers and broken peers on the boxes' port, over real TCP: the promises of the issue."""

import asyncio
import logging
import secrets
from collections.abc import Iterator

import pytest

from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from shared_protocol import messages, records
from shared_protocol.framing import frame
from tests.fleet import CAR, MARIE_UID, NOW_S, OTHER_CAR, fit_box
from tests.server.gateway.box_client import BoxClient, a_status, until_closed

ODOMETER = records.Odometer(5)


async def say(port: int, data: bytes) -> None:
    """Send bytes on a connection of its own and wait until the server has closed it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    await until_closed(reader)
    writer.close()


@pytest.fixture
async def witness(port: int, store: Store) -> BoxClient:
    """Another car, connected before anything bad happens."""
    client = await BoxClient.connect(port, await fit_box(store, OTHER_CAR))
    await client.greet()
    return client


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, "server.gateway"):
        yield caplog


def reasons(log: pytest.LogCaptureFixture) -> list[str]:
    """What follows `connection closed:` in each line of the log."""
    return [message.partition("closed: ")[2] for message in log.messages]


async def assert_unharmed(store: Store, witness: BoxClient) -> None:
    """Nothing is stored, nobody was seen but the witness, and the witness is still served."""
    assert await store.records.stored() == 0
    seen = [box.plate for box in await store.boxes.all() if box.last_seen_s is not None]
    assert seen == ["EF-456-GH"]
    assert (await witness.report(1, 1, ODOMETER)).seq == 1
    witness.close()


async def test_garbage_closes_the_connection_and_stores_nothing(
    port: int, box: BoxSecrets, store: Store, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    await say(port, b"GET / HTTP/1.1\r\nHost: cars\r\n\r\n" * 20)
    await say(port, bytes(4096))
    assert len(reasons(log)) == 2
    await assert_unharmed(store, witness)


async def test_an_oversize_frame_closes_the_connection_before_it_is_read(
    port: int, box: BoxSecrets, store: Store, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    await say(port, b"\xff\xff")
    client = await BoxClient.connect(port, box)
    client.writer.write(b"\xff\xff")
    await client.wait_closed()
    assert len(reasons(log)) == 2
    await assert_unharmed(store, witness)


async def test_a_wrong_key_and_an_unknown_box_look_alike_and_store_nothing(
    port: int, box: BoxSecrets, store: Store, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    wrong_key = await BoxClient.dial(port, box, key=secrets.token_bytes(32))
    await wrong_key.wait_closed()
    unknown = BoxSecrets(9, CAR, secrets.token_bytes(8), 1, secrets.token_bytes(32), bytes(32))
    await (await BoxClient.dial(port, unknown)).wait_closed()
    first, second = reasons(log)
    assert first == second
    await assert_unharmed(store, witness)


async def test_a_replayed_first_message_stores_nothing(
    port: int, box: BoxSecrets, store: Store, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    """The eavesdropper repeats all that an honest box said, while that box is connected."""
    honest = await BoxClient.connect(port, box)
    await honest.greet()
    await honest.report(1, 1, ODOMETER)
    await say(port, honest.sent)
    assert len(reasons(log)) == 1 and "replaced" not in reasons(log)
    assert (await honest.report(1, 2, ODOMETER)).seq == 2  # it was not pushed out
    assert await store.records.stored() == 2
    honest.close()
    witness.close()


async def test_a_truncated_stream_stores_nothing_of_its_last_frame(
    port: int, box: BoxSecrets, store: Store, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    client = await BoxClient.connect(port, box)
    client.session.send(a_status())
    client.session.send(client.batch(1, 1, [records.to_record(0, ODOMETER)]))
    client.writer.write(client.session.bytes_to_send()[:-1])
    client.writer.write_eof()
    await client.wait_closed()
    assert await store.records.stored() == 0
    assert reasons(log) == ["by_peer"]
    assert (await witness.report(1, 1, ODOMETER)).seq == 1
    witness.close()


async def test_a_bit_flipped_on_the_way_closes_the_connection_and_stores_nothing(
    port: int, box: BoxSecrets, store: Store, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    client = await BoxClient.connect(port, box)
    client.session.send(a_status())
    frame = bytearray(client.session.bytes_to_send())
    frame[-1] ^= 1
    client.writer.write(frame)
    await client.wait_closed()
    await assert_unharmed(store, witness)


async def test_records_before_the_status_close_the_connection(
    port: int, box: BoxSecrets, store: Store, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    client = await BoxClient.connect(port, box)
    client.send(client.batch(1, 1, [records.to_record(0, ODOMETER)]))
    await client.wait_closed()
    assert reasons(log) == ["records_unannounced"]
    await assert_unharmed(store, witness)


async def test_a_flood_of_strangers_pushes_out_the_oldest_stranger_and_no_car(
    port: int, box: BoxSecrets, store: Store, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    strangers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(9)]
    await until_closed(strangers[0][0])
    assert reasons(log) == ["too_many_pending"]
    car = await BoxClient.connect(port, box)  # pushes out the next one, and is served
    assert (await car.greet()).seq == 0
    car.close()
    for _, writer in strangers:
        writer.close()
    assert (await witness.report(1, 1, ODOMETER)).seq == 1
    witness.close()


async def test_a_burst_of_strangers_pushes_out_one_for_each_too_many(
    port: int, box: BoxSecrets, store: Store, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    """They arrive in one turn of the server's loop, before the end of any is told."""
    listening = [asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
    strangers = await asyncio.gather(*listening)
    closings = [asyncio.create_task(until_closed(reader)) for reader, _ in strangers[:32]]
    async with asyncio.timeout(10):
        await asyncio.gather(*closings)
    assert reasons(log) == ["too_many_pending"] * 32
    for _, writer in strangers:
        writer.close()
    await assert_unharmed(store, witness)


async def test_records_numbered_past_the_last_number_are_refused_and_not_stored(
    port: int, box: BoxSecrets, store: Store, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    last = 0xFFFFFFFF
    client = await BoxClient.connect(port, box)
    await client.greet(lowest_seq=last, next_seq=last)
    two = [records.to_record(0, ODOMETER)] * 2
    client.send(client.batch(1, last, two))
    await client.wait_closed()
    assert reasons(log)[-1] == "records_seq"
    assert await store.records.stored() == 0
    witness.close()


async def test_a_box_that_is_replaced_while_it_is_connected_is_shown_out(
    port: int, box: BoxSecrets, store: Store, registry: Registry, log: pytest.LogCaptureFixture
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    await store.boxes.add(CAR, replace=True, now_s=NOW_S)
    registry.notify(None)
    await client.wait_closed()
    assert reasons(log) == ["box_retired"]


async def test_a_car_that_floods_takes_turns_with_everybody_else(
    port: int, box: BoxSecrets
) -> None:
    """Frames of a type that this server does not know, thousands in one piece, then a batch."""
    count, turns = 5_000, 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    client = await BoxClient.connect(port, box)
    await client.greet()
    sealing = client.session._sending
    assert sealing is not None
    flood = b"".join(frame(sealing.seal(b"", b"\x3f")) for _ in range(count))
    client.session.send(client.batch(1, 1, [records.to_record(0, ODOMETER)]))
    everybody_else = asyncio.create_task(take_turns())
    client.writer.write(flood + client.session.bytes_to_send())
    await client.expect(messages.Ack)
    everybody_else.cancel()
    assert turns >= count
    client.close()


async def test_no_log_line_holds_a_secret(
    port: int, box: BoxSecrets, witness: BoxClient, log: pytest.LogCaptureFixture
) -> None:
    log.set_level(logging.DEBUG)
    await (await BoxClient.dial(port, box, key=secrets.token_bytes(32))).wait_closed()
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.report(1, 1, records.TripStart(bytes(8), 1, 5, 480_061_000, 1_996_000, 0, 0))
    client.close()
    text = log.text
    for secret in (box.key.hex(), box.badge_key.hex(), MARIE_UID.hex(), "480061000", "48.0061"):
        assert secret not in text
