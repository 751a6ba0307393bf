"""A person before the pages: keeps cookies, fills in forms. Never here: who it is (sample.py)."""

import html
from dataclasses import dataclass

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from tests.server.web.sample import PASSWORD, TOKEN


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
