"""What an action is called in the audit: `@audited(Act.X, "badge")` above it.

All that the action writes then leaves an entry in the same transaction, with who acts, when, and
which badge: `badge_id` of the request, or of what the statement returned, or what `is_about` said.
A refusal for want of a right leaves one too. Never here: the entry (store/audit).
"""

import functools
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

from server.actions.actor import Operator, Person
from server.actions.tools import Actions
from server.fleet.audit import Act, Performed
from server.fleet.inputs import Input
from server.fleet.model.people import Agent
from server.fleet.refusals import Kind, Refused
from server.store.current_act import CURRENT, performing

P = ParamSpec("P")
T = TypeVar("T")

Action = Callable[P, Coroutine[Any, Any, T]]


def audited(act: Act, kind: str | None = None) -> Callable[[Action[P, T]], Action[P, T]]:
    """Declare what an action is in the audit.

    Args:
        act: its word.
        kind: the table of the thing that it is about; None: no single thing.
    """

    def declare(action: Action[P, T]) -> Action[P, T]:
        @functools.wraps(action)
        async def done(*args: P.args, **kwargs: P.kwargs) -> T:
            given = (*args, *kwargs.values())
            actions = next((each for each in given if isinstance(each, Actions)), None)
            if actions is None:  # asked without what it works with: it can but refuse
                return await action(*args, **kwargs)
            performed = performed_by(args[0], actions, act)
            request = next((each for each in given if isinstance(each, Input)), None)
            performed = replace(
                performed, kind=kind, object_id=getattr(request, f"{kind}_id", None)
            )
            with performing(performed):
                try:
                    return await action(*args, **kwargs)
                except Refused as refused:
                    if refused.first.reason.kind is Kind.FORBIDDEN:
                        await actions.store.audit.note_refused(CURRENT.get() or performed)
                    raise

        done.__dict__["act"] = act
        return done

    return declare


def performed_by(actor: Any, actions: Actions, act: Act) -> Performed:
    """Return an act of somebody, now.

    Args:
        actor: a Person, an Agent on the way in, the Operator; else whoever is behind the present
            request or command.
        actions: has the time.
        act: its word.
    """
    around = CURRENT.get()
    agent_id = None if around is None else around.agent_id
    operator = None if around is None else around.operator
    match actor:
        case Person(agent=Agent(agent_id=number)) | Agent(agent_id=number):
            agent_id = number
        case Operator():
            agent_id, operator = None, actor.account
    return Performed(act, actions.clock.now_s(), agent_id, operator)
