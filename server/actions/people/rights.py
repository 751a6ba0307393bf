"""The right to book, given and withdrawn; bookings that were made under it stay.

Never here: what a right covers (fleet/people/rights.py).
"""

from typing import Annotated

from pydantic import Field

from server.actions.actor import Actor, Person, manager_only
from server.actions.audit.acts import audited
from server.actions.people.register import OnePerson, get
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input, Instant, Says
from server.fleet.people.rights import Right
from server.fleet.refusals import Reason, Refusal, Refused

_Ids = Annotated[tuple[Id, ...], Field(strict=False), Says(Reason.NOT_A_LIST, Reason.UNKNOWN_NAME)]


class GiveRight(OnePerson):
    """From when until just before when (None: until withdrawn), and what for: none is all."""

    from_s: Instant
    to_s: Instant | None = None
    directorates: _Ids = ()
    sites: _Ids = ()
    groups: _Ids = ()


class OneRight(Input):
    """A right of a person."""

    agent_id: Id
    right_id: Id


@audited(Act.GIVE_RIGHT, "agent")
async def give(actor: Actor, request: GiveRight, actions: Actions) -> tuple[Right, ...]:
    """Give a right to book.

    Returns:
        all rights of the person.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT, ACCOUNT_CLOSED, END_BEFORE_START, UNKNOWN_NAME.
    """
    manager_only(actor)
    one = OnePerson(agent_id=request.agent_id)
    agent = (await get(actor, one, actions)).agent
    if agent.closed_at_s is not None:
        raise Refused(Refusal("", Reason.ACCOUNT_CLOSED, {"name": agent.full_name}))
    against = []
    if request.to_s is not None and request.to_s <= request.from_s:
        against.append(Refusal("to_s", Reason.END_BEFORE_START))
    known = await scopes(actions)
    for word in ("directorates", "sites", "groups"):
        if not set(getattr(request, word)) <= known[word].keys():
            against.append(Refusal(word, Reason.UNKNOWN_NAME))
    if against:
        raise Refused(*against)
    scope = [
        (word.removesuffix("s"), number)
        for word in ("directorates", "sites", "groups")
        for number in getattr(request, word)
    ]
    given_by_id = actor.agent.agent_id if isinstance(actor, Person) else None
    await actions.store.rights.give(
        agent.agent_id, given_by_id, (request.from_s, request.to_s), scope
    )
    return (await get(actor, one, actions)).may.rights


@audited(Act.WITHDRAW_RIGHT, "agent")
async def withdraw(actor: Actor, request: OneRight, actions: Actions) -> tuple[Right, ...]:
    """Withdraw a right from now on; again, or too late, is the same.

    Returns:
        all rights of the person.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT.
    """
    manager_only(actor)
    one = OnePerson(agent_id=request.agent_id)
    rights = (await get(actor, one, actions)).may.rights
    if request.right_id in {right.right_id for right in rights}:
        by_id = actor.agent.agent_id if isinstance(actor, Person) else None
        await actions.store.rights.withdraw(request.right_id, by_id, actions.clock.now_s())
    return (await get(actor, one, actions)).may.rights


async def scopes(actions: Actions) -> dict[str, dict[int, str]]:
    """Return what a right can be for alone: directorates, sites, groups, each id -> its name."""
    directorates = await actions.store.directorates.all()
    return {
        "directorates": {each.directorate_id: each.code for each in directorates},
        "sites": await actions.store.rights.sites(),
        "groups": await actions.store.rights.groups(),
    }
