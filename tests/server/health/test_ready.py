"""Readiness tries what the boxes need, and says no when a record could not be kept (S22)."""

import asyncio
import contextlib
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from aiohttp.test_utils import TestClient, TestServer

from server import health
from server.app import init_app
from server.app_keys import CLOCK, READINESS, STORE
from server.config import Address, Config
from server.gateway import LISTENER
from server.gateway.doubt import JUMP_MS
from server.health import Need
from server.store import sqlite
from server.store.backup import DATABASE
from tests.fleet import copied
from tests.server.browser import Browser
from tests.server.health.machine import SettableClock, files_end_at
from tests.server.web.sample import KARIM, MANAGER, fill


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[TestClient]:
    await copied(fill, tmp_path)
    app = init_app(Config(tmp_path, boxes=Address("127.0.0.1", 0)), SettableClock())
    async with TestClient(TestServer(app)) as client:
        yield client


async def missing(client: TestClient) -> set[str]:
    """What the server says is missing, to strangers and to itself."""
    answer = await client.get("/readyz")
    faults = await client.app[READINESS].faults()
    said = {"status": "not ready" if faults else "ready"}
    assert (answer.status, await answer.json()) == (503 if faults else 200, said)
    return {fault.need for fault in faults}


async def later_missing(client: TestClient) -> set[str]:
    client.app[CLOCK].pass_by(health.KEPT_MS)
    return await missing(client)


async def test_a_server_that_can_keep_records_is_ready(client: TestClient) -> None:
    assert await missing(client) == set()
    assert await later_missing(client) == set()


async def test_a_disk_that_is_full_is_no_readiness_until_there_is_room(client: TestClient) -> None:
    with files_end_at(4096):
        assert await missing(client) == {Need.COMMIT, Need.ROOM}
        assert (await client.get("/healthz")).status == 200  # it would gain nothing by a new start
    assert await later_missing(client) == set()


async def test_a_full_disk_is_seen_though_the_log_still_has_room_to_write_over(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.app[STORE].health, "commit", AsyncMock())
    with files_end_at(4096):
        assert await missing(client) == {Need.ROOM}


@pytest.mark.parametrize("first_page", [0, 1, 5])
async def test_a_damaged_page_is_no_readiness(
    client: TestClient, tmp_path: Path, first_page: int
) -> None:
    assert await missing(client) == set()
    with sqlite3.connect(tmp_path / DATABASE) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # By another process: one that closes the file gives up the locks of its own on it.
    where = [f"of={tmp_path / DATABASE}", f"seek={first_page}", "bs=4096", "count=1"]
    subprocess.run(["dd", "if=/dev/urandom", "conv=notrunc", "status=none", *where], check=True)
    assert Need.WHOLE in await later_missing(client)


async def test_a_database_cut_short_is_no_readiness(client: TestClient, tmp_path: Path) -> None:
    assert await missing(client) == set()
    with sqlite3.connect(tmp_path / DATABASE) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    subprocess.run(["truncate", "-s", "40960", tmp_path / DATABASE], check=True)
    assert await later_missing(client) & {Need.WHOLE, Need.COMMIT}


def delete(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    shutil.copy(path, path.with_name("other"))
    path.with_name("other").replace(path)


@pytest.mark.parametrize("harm", [delete, replace])
@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
async def test_a_file_that_is_not_the_one_in_use_is_no_readiness(
    client: TestClient, tmp_path: Path, suffix: str, harm: Callable[[Path], None]
) -> None:
    assert await missing(client) == set()
    harm(tmp_path / f"{DATABASE}{suffix}")
    assert Need.FILES in await later_missing(client)


async def test_a_database_that_another_program_holds_for_long_is_no_readiness(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_PATIENCE_S", 0.05)
    other = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await missing(client) == {Need.COMMIT}
    other.execute("ROLLBACK")
    other.close()


async def test_a_boxes_port_that_is_closed_is_no_readiness(client: TestClient) -> None:
    await client.app[LISTENER].stop()
    assert await missing(client) == {Need.PORT}


async def test_a_clock_that_is_doubted_is_no_readiness(client: TestClient) -> None:
    client.app[CLOCK].at_s += 2 * JUMP_MS // 1000
    assert await missing(client) == {Need.CLOCK}


@pytest.mark.parametrize("key", [None, b"k" * 32, b"short"])
async def test_a_master_key_that_the_next_start_could_not_use_is_no_readiness(
    client: TestClient, tmp_path: Path, key: bytes | None
) -> None:
    path = tmp_path / "secrets" / "master.key"
    path.unlink()
    if key is not None:
        path.write_bytes(key)
    assert await missing(client) == {Need.KEY}


async def test_what_is_missing_is_named_to_who_manages_the_fleet_alone(
    client: TestClient, tmp_path: Path
) -> None:
    (manager, agent) = Browser(client), Browser(TestClient(client.server))
    await manager.sign_in(MANAGER)
    await agent.sign_in(KARIM)
    (tmp_path / "secrets" / "master.key").unlink()
    told = await (await manager.client.get("/readyz")).json()
    assert told["missing"].keys() == {"key"} and "put the file back" in told["missing"]["key"]
    assert await (await agent.client.get("/readyz")).json() == {"status": "not ready"}
    await agent.client.close()


async def test_who_asks_all_the_time_costs_the_disk_one_try_in_a_while(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0
    room = client.app[STORE].health.room

    def counted() -> None:
        nonlocal tries
        tries += 1
        room()

    monkeypatch.setattr(client.app[STORE].health, "room", counted)
    answers = await asyncio.gather(*(client.get("/readyz") for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    assert tries == 1


async def test_a_long_reading_of_the_database_keeps_nobody_waiting_nor_the_end(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_SCAN_PATIENCE_S", 0.0)
    assert await missing(client) == set()
    await client.server.close()  # whatever is read still


async def test_an_end_that_comes_just_as_a_reading_is_over_finds_nothing_to_interrupt(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, tried = sqlite.opened, client.app[STORE].health

    @contextlib.contextmanager
    def stopped_when_closed(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
        with opened(path, mode) as connection:
            yield connection
        tried.stop()

    monkeypatch.setattr(sqlite, "opened", stopped_when_closed)
    assert tried.is_whole()
