"""The small fleet and the people of its services, for tests of what is on record of them."""

from server.actions import Actions, Person
from server.actions.people import register
from server.fleet.people.register import OnRecord
from tests.fleet import HOUR_S, NOW_S, wanted

DDT, DDPP = 1, 2
DAY_S = 24 * HOUR_S
LATER_S = NOW_S + 2 * DAY_S


async def on_record(actor: Person, agent_id: int, actions: Actions) -> OnRecord:
    return await register.get(actor, register.OnePerson(agent_id=agent_id), actions)


async def move(
    actor: Person, agent_id: int, directorate_id: int, from_s: int, actions: Actions
) -> OnRecord:
    asked = register.MovePerson(agent_id=agent_id, directorate_id=directorate_id, from_s=from_s)
    return await register.move(actor, asked, actions)


async def book(actions: Actions, car: int, agent_id: int, from_s: int, length_s: int = HOUR_S):
    """A booking straight into the store, whatever the present is."""
    return await actions.store.bookings.create(
        wanted(car, from_s, from_s + length_s), agent_id, actions.clock.now_s()
    )
