"""Fixtures of the server's tests: a store with a small fleet, and a listener with that store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.store import Store
from tests.fleet import open_small_fleet


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_small_fleet(tmp_path / "data")
    yield store
    await store.close()
