"""Who acts in these tests, as the store has them now."""

from server.actions import Person
from server.store import Store


async def person(store: Store, agent_id: int) -> Person:
    agent = await store.agents.get(agent_id)
    assert agent is not None
    return Person(agent)
