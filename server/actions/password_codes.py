"""A code that a manager hands over, by which somebody chooses a password; for the first one too.

It is for one person, works once, for a day, and at a few tries. Nobody gives one to who
has another role than a technician's: what takes two of them (a theft order) would take one, and who
gave it could do what only the other may. Nor to the technician of cars whose boxes they may not fit
themselves. Never here: signing in.
"""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from server.actions.accounts import against_new, agent_called
from server.actions.actor import Actor, Person, may, require
from server.actions.audit.acts import audited
from server.actions.roles import has_throughout
from server.actions.tools import Actions
from server.fleet.accounts.passwords import LONGEST, Password
from server.fleet.audit import Act
from server.fleet.inputs import Flag, Id, Input, Line, Says
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import GIVEN, OF_ONES_OWN, About, Right
from server.passwords import hash_password, verify_password
from server.store.current_act import is_about

VALID_S = 24 * 3600
# Whoever could choose their password would have what they have: more than one's own.
_PEERS = frozenset(GIVEN) - OF_ONES_OWN
SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that reads like another
_LENGTH = 8

_Typed = Annotated[
    Line,
    Field(max_length=LONGEST),
    Says(Reason.NOT_A_TEXT, Reason.TEXT_TOO_LONG, {"letters": LONGEST}),
]


class OneAgent(Input):
    """A person whom a list shows."""

    agent_id: Id


class ResetPassword(Input):
    """A login, the code that was handed over for it, and the password that its owner chooses."""

    login: _Typed
    code: Annotated[_Typed, Field(repr=False)]
    new: Annotated[Password, Field(repr=False)]
    again: Annotated[Password, Field(repr=False)]


class GiveCode(OneAgent):
    """For whom; and whether it also removes the second factor, of who lost their phone."""

    removes_factor: Flag = False


@dataclass(frozen=True, slots=True)
class GivenCode:
    """A code in clear, which nobody can read again, and until when it is good."""

    agent: Agent
    code: str
    until_s: int


async def may_give(actor: Actor, request: OneAgent, actions: Actions) -> Agent:
    """Return whom a code would be for.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_ACCOUNT, also for one beyond what they manage;
            ACCOUNT_CLOSED, NOT_YOUR_PEER.
    """
    require(actor, Right.GIVE_CODES)
    agent = await actions.store.agents.get(request.agent_id, actions.clock.now_s())
    if agent is None or not may(actor, Right.GIVE_CODES, About(agent.directorate_id)):
        raise Refused(Refusal("", Reason.NO_SUCH_ACCOUNT))
    if agent.closed_at_s is not None:
        raise Refused(Refusal("", Reason.ACCOUNT_CLOSED, {"name": agent.full_name}))
    now_s = actions.clock.now_s()
    roles = [grant for grant in agent.roles if not grant.is_over(now_s)]
    if isinstance(actor, Person) and not _PEERS.isdisjoint(grant.role for grant in roles):
        raise Refused(Refusal("", Reason.NOT_YOUR_PEER))
    for grant in roles:
        if not await has_throughout(actor, Right.FIT_BOXES, grant.scope, actions):
            raise Refused(Refusal("", Reason.NOT_YOUR_PEER))
    return agent


@audited(Act.GIVE_CODE, "agent")
async def give(actor: Actor, request: GiveCode, actions: Actions) -> GivenCode:
    """Make a code for somebody; one of before is void. Raises as `may_give`."""
    require(actor, Right.GIVE_CODES)
    agent = await may_give(actor, request, actions)
    now_s = actions.clock.now_s()
    code = "".join(secrets.choice(SIGNS) for _ in range(_LENGTH))
    hashed = await asyncio.to_thread(hash_password, code)
    given_by_id = actor.agent.agent_id if isinstance(actor, Person) else None
    await actions.store.accounts.give_code(
        agent.agent_id, hashed, given_by_id, now_s, request.removes_factor
    )
    half = _LENGTH // 2
    return GivenCode(agent, f"{code[:half]}-{code[half:]}", now_s + VALID_S)


@audited(Act.TRY_CODE, "agent")
async def reset(request: ResetPassword, actions: Actions) -> Agent:
    """Let whoever has the code choose a password; signs them out everywhere.

    An unknown login, a closed account, a wrong, used or old code all read alike and cost the same.

    Returns:
        the person with the new password.

    Raises:
        Refused: CODE_WRONG, PASSWORD_TOO_SHORT, PASSWORD_GUESSABLE, PASSWORDS_DIFFER.
    """
    now_s, store = actions.clock.now_s(), actions.store.accounts
    agent = await actions.store.agents.by_login(request.login)
    hashed = None
    if agent is not None and agent.closed_at_s is None:
        is_about(agent.agent_id)
        hashed = await store.try_code(agent.agent_id, now_s - VALID_S)
    code = "".join(c for c in request.code.upper() if c.isalnum())
    is_right = await asyncio.to_thread(verify_password, hashed, code)
    if agent is None or hashed is None or not is_right:
        raise Refused(Refusal("code", Reason.CODE_WRONG))
    against = against_new(agent, request.new, request.again)
    if against:
        await store.give_back_try(agent.agent_id, hashed)
        raise Refused(*against)
    chosen = await asyncio.to_thread(hash_password, request.new)
    is_about(agent.agent_id, Act.USE_CODE)
    if not await store.use_code(agent.agent_id, hashed, chosen, now_s):
        raise Refused(Refusal("code", Reason.CODE_WRONG))  # used, or closed, meanwhile
    return await agent_called(agent.login, actions)
