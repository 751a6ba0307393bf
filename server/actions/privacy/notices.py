"""Who was informed before first use: by the page, or on paper by whom they asked.

Never here: the words of the notice (web/templates/privacy), what a car does without it
(fleet/grants.py).
"""

from server.actions.actor import Actor, Person, actor_id, manager_only
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input, Instant
from server.fleet.refusals import Reason, Refusal, Refused


class HandOver(Input):
    """Somebody was given the notice on paper, then."""

    agent_id: Id
    at_s: Instant


@audited(Act.TAKE_NOTE)
async def take_note(actor: Person, actions: Actions) -> None:
    """Write down that the actor has read the notice that holds; again changes nothing."""
    agent_id, now_s = actor.agent.agent_id, actions.clock.now_s()
    if await actions.store.notices.note(agent_id, "page", now_s, now_s, agent_id):
        actions.notify(None)


@audited(Act.HAND_OVER_NOTICE, "agent")
async def hand_over(actor: Actor, request: HandOver, actions: Actions) -> None:
    """Write down that somebody was given the notice on paper; again changes nothing.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT; NOT_YET, for a day to come.
    """
    manager_only(actor)
    now_s = actions.clock.now_s()
    if await actions.store.agents.get(request.agent_id) is None:
        raise Refused(Refusal("", Reason.NO_SUCH_ACCOUNT))
    if request.at_s > now_s:
        raise Refused(Refusal("at_s", Reason.NOT_YET))
    by_id = actor_id(actor)
    if await actions.store.notices.note(request.agent_id, "paper", request.at_s, now_s, by_id):
        actions.notify(None)


async def informed_first(actor: Person, actions: Actions) -> None:
    """Refuse whoever was never informed; raises Refused: NOTICE_FIRST."""
    if not await actions.store.notices.has_any(actor.agent.agent_id):
        raise Refused(Refusal("", Reason.NOTICE_FIRST))
