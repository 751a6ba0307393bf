"""The real application on a real store, and people who use it."""

import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from server.app import init_app
from server.app_keys import NOTIFY, STORE
from server.config import Address, Config
from server.store import Store
from tests.fleet import copied
from tests.server.web.sample import PASSWORD, TOKEN, StillClock, fill


@dataclass
class Person:
    """A browser that keeps its cookies and fills in forms as their pages offer them."""

    client: TestClient

    async def read(self, path: str, status: int = 200, **headers: str) -> str:
        answer = await self.client.get(path, headers=headers)
        assert answer.status == status, await answer.text()
        return html.unescape(await answer.text())

    async def send(self, page: str, path: str | None = None, **fields: str) -> ClientResponse:
        """Take the token from `page` and post the fields, following no redirect."""
        token = TOKEN.search(await self.read(page))
        assert token, f"{page} has no form"
        data = {"csrf_token": html.unescape(token[1])} | fields
        return await self.client.post(path or page, data=data, allow_redirects=False)

    async def sign_in(self, login: str, password: str = PASSWORD) -> ClientResponse:
        return await self.send("/connexion", login=login, password=password)


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
    app = init_app(Config(tmp_path, boxes=Address("127.0.0.1", 0)), clock)
    app[NOTIFY] = woken.append
    return await aiohttp_client(app)


@pytest.fixture
def store(client: TestClient) -> Store:
    return client.app[STORE]


@pytest.fixture
def visitor(client: TestClient) -> Person:
    return Person(client)


@pytest.fixture
def arrive(client: TestClient, aiohttp_client) -> Callable[[str], Awaitable[Person]]:
    """Sign somebody in, each in a browser of their own."""

    async def arrive(login: str) -> Person:
        person = Person(await aiohttp_client(client.server))
        assert (await person.sign_in(login)).status == 303
        return person

    return arrive
