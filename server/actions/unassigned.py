"""Kilometres without a trip, and saying whose they are: a named person answers for it.

Never here: which metres these are (fleet/unassigned.py).
"""

from server.actions.actor import Actor, Person, may, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import Right
from server.fleet.unassigned import Unassigned


class OneUnassigned(Input):
    """Kilometres without a trip, by their number."""

    unassigned_id: Id


class Attribute(OneUnassigned):
    """To whom they go; `distance_m` is how many metres were seen when that was said."""

    distance_m: Id
    agent_id: Id


async def log(
    actor: Actor, actions: Actions, limit: int, before_id: int | None = None
) -> list[Unassigned]:
    """Return kilometres without a trip, the newest first.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.SEE_KILOMETRES)
    return await actions.store.unassigned.log(limit, before_id, scope)


async def to_attribute(actor: Actor, request: OneUnassigned, actions: Actions) -> Unassigned:
    """Return kilometres that are nobody's.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_METRES, also for a car beyond what they manage;
            ALREADY_ATTRIBUTED.
    """
    require(actor, Right.ATTRIBUTE_KILOMETRES)
    found = await actions.store.unassigned.get(request.unassigned_id)
    if found is None or not may(
        actor, Right.ATTRIBUTE_KILOMETRES, await actions.about_car(found.vehicle_id)
    ):
        raise Refused(Refusal("", Reason.NO_SUCH_METRES))
    if found.attributed_at_s is not None:
        raise Refused(Refusal("", Reason.ALREADY_ATTRIBUTED))
    return found


@audited(Act.ATTRIBUTE_KILOMETRES, "unassigned")
async def attribute(actor: Person, request: Attribute, actions: Actions) -> None:
    """Give the kilometres to an agent, and to the directorate they were of then.

    Raises:
        Refused: as `to_attribute`; UNKNOWN_NAME for no agent; METRES_CHANGED since they were seen.
    """
    require(actor, Right.ATTRIBUTE_KILOMETRES)
    one = OneUnassigned(unassigned_id=request.unassigned_id)
    await to_attribute(actor, one, actions)
    if await actions.store.agents.get(request.agent_id) is None:
        raise Refused(Refusal("agent_id", Reason.UNKNOWN_NAME))
    if not await actions.store.unassigned.attribute(
        request.unassigned_id,
        request.distance_m,
        request.agent_id,
        actor.agent.agent_id,
        actions.clock.now_s(),
    ):
        await to_attribute(actor, one, actions)  # somebody else may have been faster
        raise Refused(Refusal("agent_id", Reason.METRES_CHANGED))
