"""People before the pages: cookies, forms, the whole application. Never here: who they are."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from server.app import init_app
from server.app_keys import STORE
from server.config import Address, Config, MailSettings
from server.store import Store
from tests.server.web.sample import PASSWORD, TOKEN, StillClock


@dataclass
class Browser:
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


class Site:
    """The whole application on a data directory, with its people signed in, for use outside pytest.

    `async with` starts and stops it.
    """

    def __init__(
        self, folder: Path, people: Iterable[str], mail: MailSettings | None = None
    ) -> None:
        self.folder, self.people, self.clock = folder, people, StillClock()
        self.mail = mail
        self.browsers: dict[str, Browser] = {}

    async def __aenter__(self):
        boxes = Address("127.0.0.1", 0)
        app = init_app(Config(self.folder, boxes=boxes, mail=self.mail), self.clock)
        self.store: Store = app[STORE]
        self.server = TestServer(app)
        await self.server.start_server()
        for login in self.people:
            self.browsers[login] = Browser(TestClient(self.server))
            assert (await self.browsers[login].sign_in(login)).status == 303
        return self

    async def __aexit__(self, *_: object) -> None:
        for browser in self.browsers.values():
            await browser.client.session.close()
        await self.server.close()
