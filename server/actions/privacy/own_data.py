"""A person sees all that is known of them, who read where they were, and takes a copy.

Nobody is asked, and nobody else gets it. Never here: which rows these are (store/known), which
columns (fleet/privacy/own_data.py).
"""

from server.actions.actor import Person
from server.actions.audit.acts import performed_by
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.privacy.own_data import Known
from server.store.audit import PlacesRead

_READINGS = 50


async def overview(actor: Person, actions: Actions, newest: int) -> list[Known]:
    """Return what is known of the actor: of each kind how much, and the newest of it.

    Places are left to the page of each trip, which notes who reads them.
    """
    return await actions.store.known.newest(actor.agent.agent_id, newest)


async def readings(actor: Person, actions: Actions) -> list[PlacesRead]:
    """Return who else read where the actor was, the newest first."""
    return await actions.store.audit.readings_of(actor.agent.agent_id, _READINGS)


async def export(actor: Person, actions: Actions) -> list[Known]:
    """Return all that is known of the actor, places too: reading them is noted first."""
    store, agent_id = actions.store, actor.agent.agent_id
    await store.audit.note(performed_by(actor, actions, Act.EXPORT_OWN_DATA))
    if placed := await store.known.placed_trips(agent_id):
        await store.audit.note_readings(performed_by(actor, actions, Act.READ_PLACES), placed)
    return await store.known.all(agent_id, actions.timezone)
