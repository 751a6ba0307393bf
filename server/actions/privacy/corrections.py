"""A person asks that something known of them be corrected; who manages the fleet answers.

Never here: the correction itself, which whoever answers makes where it stands.
"""

from server.actions.actor import Actor, Person, actor_id, manager_only
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input
from server.fleet.privacy.corrections import Answer, Correction, Request
from server.fleet.refusals import Reason, Refusal, Refused


class Ask(Input):
    """What is wrong, and what is right."""

    message: Request


class OneRequest(Input):
    """A request."""

    correction_id: Id


class Reply(OneRequest):
    """What was done about it, or why nothing was."""

    answer: Answer


@audited(Act.ASK_CORRECTION)
async def ask(actor: Person, request: Ask, actions: Actions) -> None:
    """Keep a request; the same again while it waits is the same."""
    await actions.store.corrections.ask(
        actor.agent.agent_id, request.message, actions.clock.now_s()
    )


async def own(actor: Person, actions: Actions) -> list[Correction]:
    """Return what the actor asked for, the newest first."""
    return await actions.store.corrections.of(actor.agent.agent_id)


async def get(actor: Actor, request: OneRequest, actions: Actions) -> Correction:
    """Return a request; raises Refused: NOT_ALLOWED, NO_SUCH_REQUEST."""
    manager_only(actor)
    found = await actions.store.corrections.get(request.correction_id)
    if found is None:
        raise Refused(Refusal("", Reason.NO_SUCH_REQUEST))
    return found


@audited(Act.ANSWER_CORRECTION, "correction")
async def reply(actor: Actor, request: Reply, actions: Actions) -> Correction:
    """Answer a request.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_REQUEST, REQUEST_ANSWERED.
    """
    manager_only(actor)
    found = await get(actor, OneRequest(correction_id=request.correction_id), actions)
    done = await actions.store.corrections.answer(
        found.correction_id, request.answer, actor_id(actor), actions.clock.now_s()
    )
    if not done:
        raise Refused(Refusal("answer", Reason.REQUEST_ANSWERED))
    return found
