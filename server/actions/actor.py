"""Who acts. Every act has an actor; what each may do is asked here and nowhere else.

Each action says with its first statement what it takes (`require`, `manager_only`,
`operator_only`), or it is about what is one's own. Never here: which role has which right, and how
far (fleet/roles).
"""

import os
import pwd
from dataclasses import dataclass, field, replace
from pathlib import Path

from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import WHOLE, About, Right, Scope, in_force, reach

WHOLE_FLEET = About()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in: may see and change what is theirs, and what their roles open.

    The roles of `agent` are those that hold now (`acting`).
    """

    agent: Agent


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever runs commands on the server's own machine, and the demonstration: may do all.

    `account` is the system account that signed in to the machine, whatever it became since.
    """

    account: str = field(default_factory=lambda: system_account())


Actor = Person | Operator


def system_account() -> str:
    """Return who signed in to this machine, also behind `sudo`; of a service, what it runs as."""
    try:
        user_id = int(Path("/proc/self/loginuid").read_text())
        return pwd.getpwuid(user_id).pw_name
    except (OSError, ValueError, KeyError, OverflowError):  # nobody did, or the system has no such
        return _name_of(os.getuid())


def _name_of(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:  # a container's user may have no name
        return str(user_id)


def acting(agent: Agent, now_s: int) -> Agent:
    """Return somebody as they act: with the roles that hold now, and no others."""
    return replace(agent, roles=in_force(agent.roles, now_s))


def reach_of(actor: Actor, right: Right) -> Scope | None:
    """Return how far a right of the actor reaches; None: they have it nowhere."""
    return WHOLE if isinstance(actor, Operator) else reach(actor.agent.roles, right)


def may(actor: Actor, right: Right, about: About) -> bool:
    """Say whether the actor has a right over this."""
    scope = reach_of(actor, right)
    return scope is not None and scope.covers(about)


def is_self(actor: Actor, agent_id: int | None) -> bool:
    """Say whether the actor is this agent."""
    return isinstance(actor, Person) and actor.agent.agent_id == agent_id


def require(actor: Actor, right: Right) -> Scope:
    """Return how far a right of the actor reaches; refuse whoever has it nowhere."""
    scope = reach_of(actor, right)
    if scope is None:
        raise Refused(Refusal("", Reason.NOT_ALLOWED))
    return scope


def manager_only(actor: Actor) -> None:
    """Refuse whoever does not manage the whole fleet: for what has no right of its own yet."""
    if not may(actor, Right.MANAGE, WHOLE_FLEET):
        raise Refused(Refusal("", Reason.NOT_ALLOWED))


def operator_only(actor: Actor) -> None:
    """Refuse whoever is not at the server's own machine."""
    if not isinstance(actor, Operator):
        raise Refused(Refusal("", Reason.NOT_ALLOWED))


def actor_id(actor: Actor) -> int | None:
    """Return which agent acts; None: the operator."""
    return actor.agent.agent_id if isinstance(actor, Person) else None
