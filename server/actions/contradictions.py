"""Contradictions of cars' signs, and saying that one has seen them: a named person answers for it.

What was seen leaves the list until the car tells it anew. Never here: what contradicts what.
"""

from server.actions.actor import Actor, Person, may, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input
from server.fleet.model.boxes import ToldContradiction
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import Right


class NoteSeen(Input):
    """Which contradiction; `times` is how often it had been told when it was looked at."""

    contradiction_id: Id
    times: Id


async def seen(
    actor: Actor, actions: Actions, limit: int, before_id: int | None = None
) -> list[ToldContradiction]:
    """Return those that somebody has seen, the last seen first.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.SEE_CARS)
    return await actions.store.contradictions.seen(limit, before_id, scope)


@audited(Act.SEE_CONTRADICTION, "contradiction")
async def note_seen(actor: Person, request: NoteSeen, actions: Actions) -> ToldContradiction:
    """Take a contradiction from the list, under the name of who has seen it.

    Raises:
        Refused: NOT_ALLOWED; CONTRADICTION_CHANGED when it was told once more, or seen already,
            also for one of a car beyond what they manage.
    """
    require(actor, Right.SETTLE_CARS)
    vehicle_id = await actions.store.contradictions.car(request.contradiction_id)
    if vehicle_id is not None and not may(
        actor, Right.SETTLE_CARS, await actions.about_car(vehicle_id)
    ):
        raise Refused(Refusal("", Reason.CONTRADICTION_CHANGED))  # not theirs to know of
    noted = await actions.store.contradictions.note_seen(
        request.contradiction_id, request.times, actor.agent.agent_id, actions.clock.now_s()
    )
    if noted is None:
        raise Refused(Refusal("", Reason.CONTRADICTION_CHANGED))
    return noted
