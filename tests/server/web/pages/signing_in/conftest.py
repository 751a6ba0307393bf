"""The whole application with a mail server beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from server.app import init_app
from server.config import Address, Config, MailSettings
from tests.fleet import copied
from tests.server.mail.smtp_server import MailServer
from tests.server.web.pages.signing_in.letterbox import SITE
from tests.server.web.sample import StillClock, fill


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    async with MailServer() as server:
        yield server


@pytest.fixture
async def start(
    aiohttp_client: Callable[..., Awaitable[TestClient]], clock: StillClock, tmp_path: Path
) -> Callable[..., Awaitable[TestClient]]:
    """Start a server with settings of its own."""

    async def start(**settings: Any) -> TestClient:
        await copied(fill, tmp_path)
        config = Config(tmp_path, boxes=Address("127.0.0.1", 0), **settings)
        return await aiohttp_client(init_app(config, clock))

    return start


@pytest.fixture
async def client(
    start: Callable[..., Awaitable[TestClient]], mail_server: MailServer
) -> TestClient:
    return await start(mail=MailSettings(mail_server.address, "parc@ddt.example", SITE, "none"))
