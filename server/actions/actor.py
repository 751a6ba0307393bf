"""Who acts. Every act has an actor; what each may do is asked here and nowhere else."""

from dataclasses import dataclass

from server.fleet.model import Agent
from server.fleet.refusals import Reason, Refusal, Refused


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in: may see and change what is theirs, and what their role opens."""

    agent: Agent


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever runs commands on the server's own machine, and the demonstration: may do all."""


Actor = Person | Operator


def is_manager(actor: Actor) -> bool:
    """Say whether the actor may see and decide for everybody."""
    return isinstance(actor, Operator) or actor.agent.role == "manager"


def is_self(actor: Actor, agent_id: int | None) -> bool:
    """Say whether the actor is this agent."""
    return isinstance(actor, Person) and actor.agent.agent_id == agent_id


def manager_only(actor: Actor) -> None:
    """Refuse whoever does not decide for everybody."""
    if not is_manager(actor):
        raise Refused(Refusal("", Reason.NOT_ALLOWED))


def actor_id(actor: Actor) -> int | None:
    """Return which agent acts; None: the operator."""
    return actor.agent.agent_id if isinstance(actor, Person) else None
