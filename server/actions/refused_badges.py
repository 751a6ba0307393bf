"""The badges that cars said no to. Never here: why (the box), what to do then (web/labels.py)."""

from server.actions.actor import Actor, require
from server.actions.tools import Actions
from server.fleet.model.trips import Refusal
from server.fleet.roles import Right


async def log(
    actor: Actor, actions: Actions, limit: int, before_id: int | None = None
) -> list[Refusal]:
    """Return refused badges of those people and cars that the actor sees, the newest first.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.SEE_REFUSALS)
    return await actions.store.refusals.log(limit, before_id, scope)
