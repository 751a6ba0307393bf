"""The real application on a real store, and people who use it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import Browser as RealBrowser

from server.app import init_app
from server.app_keys import NOTIFY, STORE
from server.config import Address, Config, NewBoxes
from server.store import Store
from tests.fleet import copied
from tests.server.browser import Browser
from tests.server.web.real_browser import started
from tests.server.web.sample import StillClock, fill


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def woken() -> list[int | None]:
    """Fills with the boxes that the pages wake."""
    return []


@pytest.fixture
async def client(
    aiohttp_client: Callable[..., Awaitable[TestClient]],
    clock: StillClock,
    woken: list[int | None],
    tmp_path: Path,
) -> TestClient:
    await copied(fill, tmp_path)
    new_boxes = NewBoxes(Address("parc.example", 7400), apn_user="parc", apn_password="s3cret")
    config = Config(tmp_path, boxes=Address("127.0.0.1", 0), new_boxes=new_boxes)
    app = init_app(config, clock)
    app[NOTIFY] = woken.append
    return await aiohttp_client(app)


@pytest.fixture
def store(client: TestClient) -> Store:
    return client.app[STORE]


@pytest.fixture
def visitor(client: TestClient) -> Browser:
    return Browser(client)


@pytest.fixture
def arrive(client: TestClient, aiohttp_client) -> Callable[[str], Awaitable[Browser]]:
    """Sign somebody in, each in a browser of their own."""

    async def arrive(login: str) -> Browser:
        person = Browser(await aiohttp_client(client.server))
        assert (await person.sign_in(login)).status == 303
        return person

    return arrive


@pytest.fixture
async def browser() -> AsyncIterator[RealBrowser]:
    """A real one; without Chromium or axe the test is skipped."""
    async with started() as running:
        yield running
