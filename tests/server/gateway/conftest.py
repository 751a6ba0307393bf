"""A listener on a free port, with the small fleet's store and one box in its car."""

from collections.abc import AsyncIterator

import pytest

from server.config import Address
from server.gateway.connection import Services
from server.gateway.listener import Listener
from server.gateway.pipeline import Pipeline
from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from tests.fleet import fit_box
from tests.server.gateway.clock_of_the_fleet import ClockOfTheFleet


@pytest.fixture
async def box(store: Store) -> BoxSecrets:
    return await fit_box(store)


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
async def port(store: Store, registry: Registry) -> AsyncIterator[int]:
    services = Services(store, ClockOfTheFleet(), Pipeline(store), registry)
    listener = Listener(services, max_pending=8)
    await listener.start(Address("127.0.0.1", 0))
    yield listener.address.port
    await listener.stop()
