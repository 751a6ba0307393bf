"""Who acts in these tests, as the store has them now."""

from server.actions import Person, acting
from server.store import Store
from tests.fleet import NOW_S


async def person(store: Store, agent_id: int) -> Person:
    agent = await store.agents.get(agent_id)
    assert agent is not None
    return Person(acting(agent, NOW_S))
