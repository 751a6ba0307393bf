"""The database fails under a running server: nothing is acknowledged, and the server lives on."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from server import gateway
from server.app_keys import CLOCK, CONFIG, STORE
from server.clock import SystemClock
from server.config import Address, Config
from server.store import BoxSecrets, Store, sqlite
from shared_protocol import messages, records
from tests.fleet import open_small_fleet
from tests.server.gateway.box_client import BoxClient

ODOMETER = records.Odometer(5)


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """The small fleet, with little patience for another program that holds the database."""
    monkeypatch.setattr(sqlite, "_BUSY_TIMEOUT_S", 0.05)
    store = await open_small_fleet(tmp_path / "data")
    yield store
    await store.close()


@pytest.fixture
def other_program(store: Store) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(store.data_dir / "voiturier.db", isolation_level=None)
    yield connection
    connection.close()


async def test_a_database_that_another_program_holds_costs_the_connection_and_no_record(
    port: int,
    box: BoxSecrets,
    store: Store,
    other_program: sqlite3.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "server.gateway")
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.expect(messages.Grants)
    other_program.execute("BEGIN IMMEDIATE")
    client.send(client.batch(1, 1, [records.to_record(0, ODOMETER)]))
    await client.wait_closed()
    assert client.count(messages.Ack) == 1  # the greeting's
    assert "the database cannot be used: database is locked" in caplog.messages[0]
    assert caplog.messages[1].endswith("connection closed: store_failed")
    assert all(record.exc_info is None for record in caplog.records)
    other_program.execute("ROLLBACK")
    again = await BoxClient.connect(port, box)
    assert (await again.greet()).seq == 0
    assert (await again.report(1, 1, ODOMETER)).seq == 1
    again.close()


class ClockThatKeepsLooks(SystemClock):
    """Looks when the test says so."""

    async def look_regularly(self, look: Callable[[], Awaitable[None]]) -> None:
        self.look = look


async def test_a_look_that_fails_is_not_the_last_one(
    store: Store, other_program: sqlite3.Connection
) -> None:
    app, clock = web.Application(), ClockThatKeepsLooks()
    app[STORE], app[CLOCK] = store, clock
    app[CONFIG] = Config(store.data_dir, boxes=Address("127.0.0.1", 0))
    gateway.setup(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await asyncio.sleep(0)  # the looking begins
    other_program.execute("BEGIN IMMEDIATE")
    await clock.look()
    other_program.execute("ROLLBACK")
    await clock.look()
    await runner.cleanup()
