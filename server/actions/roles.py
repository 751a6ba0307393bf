"""Roles given and withdrawn: by an administrator within what they have, or by an operator.

Never here: what a role allows, what speaks against giving one (fleet/roles).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field

from server.actions.accounts import agent_called
from server.actions.actor import Actor, Person, reach_of, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.accounts.giving_roles import MAX_REASON_LENGTH, against_giving
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input, Instant, Line, Says
from server.fleet.model.bookings import Site, Vehicle
from server.fleet.model.people import Directorate, RoleHeld
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import GIVEN, About, Right, Role, RoleGrant, Scope


def _role(word: object) -> Role:
    return Role(str(word))


_Ids = Annotated[frozenset[Id], Says(Reason.UNKNOWN_PART)]


class GiveRole(Input):
    """A role for somebody, over these parts of the fleet (none: the whole), for a time.

    `from_s` None: from now on; `to_s` None: until it is withdrawn.
    """

    login: str
    role: Annotated[Role, BeforeValidator(_role), Says(Reason.NOT_A_ROLE)]
    directorates: _Ids = frozenset()
    sites: _Ids = frozenset()
    cars: _Ids = frozenset()
    from_s: Instant | None = None
    to_s: Instant | None = None
    reason: Annotated[
        Line,
        Field(max_length=MAX_REASON_LENGTH),
        Says(Reason.REASON_MISSING, Reason.REASON_MISSING, {"letters": MAX_REASON_LENGTH}),
    ]


class OneRole(Input):
    """A role that somebody has, by its number."""

    role_grant_id: Id


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the fleet that a role may be given for, and their names."""

    directorates: tuple[Directorate, ...]
    sites: tuple[Site, ...]
    cars: tuple[Vehicle, ...]


async def log(actor: Actor, actions: Actions) -> list[RoleHeld]:
    """Return who has which role, or will have, of those people whom the actor may see.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.SEE_ROLES)
    everything = await actions.store.roles.log(actions.clock.now_s())
    return [held for held in everything if scope.covers(About(held.directorate_id))]


async def parts(actor: Actor, actions: Actions) -> Parts:
    """Return the names of all parts of the fleet; raises Refused: NOT_ALLOWED."""
    require(actor, Right.SEE_ROLES)
    return await _parts(actions)


async def get(actor: Actor, request: OneRole, actions: Actions) -> RoleHeld:
    """Return a role that the actor may withdraw.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_ROLE, also for one beyond what they may give.
    """
    require(actor, Right.GIVE_ROLES)
    held = await actions.store.roles.get(request.role_grant_id, actions.clock.now_s())
    if held is None or not await has_throughout(actor, Right.GIVE_ROLES, held.grant.scope, actions):
        raise Refused(Refusal("", Reason.NO_SUCH_ROLE))
    return held


@audited(Act.GIVE_ROLE, "role_grant")
async def give(actor: Actor, request: GiveRole, actions: Actions) -> int:
    """Give somebody a role, and return its number; the very same again is the same.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT, ACCOUNT_CLOSED, NOT_A_ROLE, UNKNOWN_PART; what
            fleet/accounts/giving_roles.py finds.
    """
    require(actor, Right.GIVE_ROLES)
    agent = await agent_called(request.login, actions)
    if agent.closed_at_s is not None:
        raise Refused(Refusal("login", Reason.ACCOUNT_CLOSED, {"name": agent.full_name}))
    if request.role not in GIVEN:
        raise Refused(Refusal("role", Reason.NOT_A_ROLE))
    now_s, there = actions.clock.now_s(), await _parts(actions)
    scope = Scope(request.directorates, request.sites, request.cars)
    against = _against_parts(scope, there)
    from_s = now_s if request.from_s is None else max(request.from_s, now_s)
    grant = RoleGrant(0, request.role, scope, from_s, request.to_s)
    own = actor.agent.roles if isinstance(actor, Person) else None
    against += against_giving(own, grant, request.reason, _cars_of_site(there), now_s)
    if against:
        raise Refused(*against)
    by_id = actor.agent.agent_id if isinstance(actor, Person) else None
    number = await actions.store.roles.give(agent.agent_id, grant, by_id, request.reason)
    actions.notify(None)
    return number


@audited(Act.WITHDRAW_ROLE, "role_grant")
async def withdraw(actor: Actor, request: OneRole, actions: Actions) -> RoleHeld:
    """Take a role back, and return it.

    Raises:
        Refused: as `get`; LAST_ADMINISTRATOR.
    """
    require(actor, Right.GIVE_ROLES)
    held = await get(actor, request, actions)
    by_id = actor.agent.agent_id if isinstance(actor, Person) else None
    now_s = actions.clock.now_s()
    if not await actions.store.roles.withdraw(held.grant.role_grant_id, by_id, now_s):
        raise Refused(Refusal("", Reason.LAST_ADMINISTRATOR, {"name": held.agent_name}))
    actions.notify(None)
    return held


async def has_throughout(who: Actor, right: Right, scope: Scope, actions: Actions) -> bool:
    """Say whether somebody has a right over all of a part of the fleet."""
    reach = reach_of(who, right)
    return reach is not None and reach.takes_in(scope, _cars_of_site(await _parts(actions)))


async def _parts(actions: Actions) -> Parts:
    store = actions.store
    return Parts(
        tuple(await store.directorates.all()),
        tuple(await store.vehicles.sites()),
        tuple(await store.vehicles.all()),
    )


def _against_parts(scope: Scope, there: Parts) -> list[Refusal]:
    known = {
        "directorates": {each.directorate_id for each in there.directorates},
        "sites": {each.site_id for each in there.sites},
        "cars": {each.vehicle_id for each in there.cars},
    }
    return [
        Refusal(word, Reason.UNKNOWN_PART)
        for word, ids in known.items()
        if not getattr(scope, word) <= ids
    ]


def _cars_of_site(there: Parts) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = {site.site_id: set() for site in there.sites}
    for car in there.cars:
        found[car.site_id].add(car.vehicle_id)
    return found
