"""What actions work with in these tests: the small fleet, a clock that stands, who was woken."""

import pytest

from server.actions import Actions, Person
from server.fleet.recurrence import PARIS
from server.store import Store
from tests.fleet import MARIE, NOW_S, PAUL
from tests.server.actions.people import person
from tests.server.web.sample import StillClock


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW_S)


@pytest.fixture
def woken() -> list[int | None]:
    """Fills with the boxes that were woken."""
    return []


@pytest.fixture
def actions(store: Store, clock: StillClock, woken: list[int | None]) -> Actions:
    return Actions(store, clock, woken.append, PARIS)


@pytest.fixture
async def marie(store: Store) -> Person:
    """An agent, who drives."""
    return await person(store, MARIE)


@pytest.fixture
async def paul(store: Store) -> Person:
    """A manager."""
    return await person(store, PAUL)
