"""Readiness tries what the boxes need, and says no when a record could not be kept (S22)."""

import os
import resource
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from server.app import init_app
from server.app_keys import DOUBTS_TIME
from server.config import Address, Config
from server.gateway import LISTENER
from server.store.backup import DATABASE
from tests.fleet import fit_box, open_small_fleet
from tests.server.web.sample import StillClock


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[TestClient]:
    store = await open_small_fleet(tmp_path)
    await fit_box(store)
    await store.close()
    app = init_app(Config(tmp_path, boxes=Address("127.0.0.1", 0)), StillClock())
    async with TestClient(TestServer(app)) as browser:
        yield browser


async def is_ready(browser: TestClient) -> bool:
    answer = await browser.get("/readyz")
    assert answer.status in (200, 503)
    return answer.status == 200


@contextmanager
def files_end_at(most_bytes: int) -> Iterator[None]:
    """No file of this process grows beyond: what a full disk is to a database."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


xfail = pytest.mark.xfail(strict=True, reason="finding S22: nothing tries what the boxes need")


@xfail
async def test_a_server_that_can_keep_records_is_ready(browser: TestClient) -> None:
    assert await is_ready(browser)


@xfail
async def test_a_disk_that_is_full_is_no_readiness(browser: TestClient) -> None:
    with files_end_at(4096):
        assert not await is_ready(browser)


def overwrite_pages(database: Path) -> None:
    with database.open("r+b") as file:  # closed late: see below
        size = os.fstat(file.fileno()).st_size
        for page in range(4, size // 4096, 2):
            os.pwrite(file.fileno(), b"\xa5" * 4096, page * 4096)


def delete(database: Path) -> None:
    database.unlink()


def replace(database: Path) -> None:
    shutil.copy(database, database.with_name("other"))
    database.with_name("other").replace(database)


def lose_log(database: Path) -> None:
    database.with_name(f"{DATABASE}-wal").unlink()


@xfail
@pytest.mark.parametrize("harm", [overwrite_pages, delete, replace, lose_log])
async def test_a_database_that_is_not_what_was_opened_is_no_readiness(
    browser: TestClient, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    with sqlite3.connect(tmp_path / DATABASE) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    harm(tmp_path / DATABASE)
    assert not await is_ready(browser)


@xfail
async def test_a_boxes_port_that_is_closed_is_no_readiness(browser: TestClient) -> None:
    await browser.app[LISTENER].stop()
    assert not await is_ready(browser)


@xfail
async def test_a_clock_that_is_doubted_is_no_readiness(browser: TestClient) -> None:
    browser.app[DOUBTS_TIME] = lambda: True
    assert not await is_ready(browser)


@xfail
@pytest.mark.parametrize("key", [None, b"k" * 32])
async def test_a_master_key_that_opens_nothing_is_no_readiness(
    browser: TestClient, tmp_path: Path, key: bytes | None
) -> None:
    path = tmp_path / "secrets" / "master.key"
    path.unlink()
    if key is not None:
        path.write_bytes(key)
    assert not await is_ready(browser)
