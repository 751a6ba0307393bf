"""Links that are mailed, by which somebody chooses a password: the first one, or after a lapse.

Whoever has the link has the account: it goes to the address that is known, is good once and for a
while, and is kept as a hash. Never here: what the letter says (web/letters.py), sending (mail/).
"""

import asyncio
import hashlib
import secrets
from typing import Annotated

from pydantic import Field

from server.actions.accounts import against_new, agent_called
from server.actions.actor import Actor, require
from server.actions.audit.acts import audited
from server.actions.password_codes import OneAgent, may_give
from server.actions.tools import Actions, Post
from server.fleet.accounts.mail import LinkKind, NewMail, good_until_s
from server.fleet.accounts.passwords import LONGEST, Password
from server.fleet.audit import Act
from server.fleet.inputs import Input, Line, Says
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import Right
from server.passwords import hash_password
from server.store.current_act import is_about

INVITATION_S = 7 * 86_400
RESET_S = 3_600
_MOST_RESETS = 3  # unused ones of one person in an hour: nobody's mailbox is filled from here
_TOKEN_BYTES = 32

_Typed = Annotated[
    Line,
    Field(max_length=LONGEST),
    Says(Reason.NOT_A_TEXT, Reason.TEXT_TOO_LONG, {"letters": LONGEST}),
]


class AskReset(Input):
    """A login, typed by whoever says it is theirs."""

    login: _Typed


class OneLink(Input):
    """A link that somebody followed."""

    key: Annotated[_Typed, Field(repr=False)]


class ChoosePassword(OneLink):
    """A link, and the password that its owner chooses, typed twice."""

    new: Annotated[Password, Field(repr=False)]
    again: Annotated[Password, Field(repr=False)]


async def may_invite(actor: Actor, request: OneAgent, actions: Actions) -> Agent:
    """Return whom an invitation would be for.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT, ACCOUNT_CLOSED, NOT_YOUR_PEER, NO_MAIL_TO.
    """
    require(actor, Right.GIVE_CODES)
    agent = await may_give(actor, request, actions)
    _post_for(agent, actions)
    return agent


@audited(Act.INVITE, "agent")
async def invite(actor: Actor, request: OneAgent, actions: Actions) -> Agent:
    """Mail somebody a link to choose a password. Raises as `may_invite`, and OUTBOX_FULL."""
    require(actor, Right.GIVE_CODES)
    agent = await may_invite(actor, request, actions)
    await _send("invitation", agent, INVITATION_S, actions)
    return agent


@audited(Act.ASK_RESET, "agent")
async def ask_reset(request: AskReset, actions: Actions) -> bool:
    """Mail whoever has this login a link to choose another password, where that can be.

    Nobody outside may be told which: an unknown login, one without an address or a password, a
    closed account and one that was sent enough of them get nothing.

    Returns:
        whether it is sent, for the log.
    """
    agent = await actions.store.agents.by_login(request.login)
    can_sign_in = agent and agent.closed_at_s is None and agent.password_hash is not None
    if agent is None or not can_sign_in or agent.email is None or actions.post is None:
        return False
    is_about(agent.agent_id)
    since_s = actions.clock.now_s() - RESET_S
    if await actions.store.links.made_since(agent.agent_id, "reset", since_s) >= _MOST_RESETS:
        return False
    try:
        await _send("reset", agent, RESET_S, actions)
    except Refused:  # the outbox is full, which its page says
        return False
    return True


async def owner(request: OneLink, actions: Actions) -> Agent:
    """Return who may choose a password by this link; looking uses nothing up.

    Raises:
        Refused: LINK_OVER.
    """
    agent = await actions.store.links.owner(_hash(request.key), actions.clock.now_s())
    if agent is None:
        raise Refused(Refusal("", Reason.LINK_OVER))
    return agent


@audited(Act.USE_LINK, "agent")
async def choose(request: ChoosePassword, actions: Actions) -> Agent:
    """Let whoever has the link choose a password; signs them out everywhere.

    Returns:
        the person with the new password.

    Raises:
        Refused: LINK_OVER, PASSWORD_TOO_SHORT, PASSWORD_GUESSABLE, PASSWORDS_DIFFER.
    """
    agent = await owner(OneLink(key=request.key), actions)
    is_about(agent.agent_id)
    against = against_new(agent, request.new, request.again)
    if against:
        raise Refused(*against)
    chosen = await asyncio.to_thread(hash_password, request.new)
    now_s = actions.clock.now_s()
    if not await actions.store.links.use(_hash(request.key), chosen, now_s):
        raise Refused(Refusal("", Reason.LINK_OVER))  # used, or closed, meanwhile
    return await agent_called(agent.login, actions)


async def _send(kind: LinkKind, agent: Agent, good_s: int, actions: Actions) -> None:
    post, email = _post_for(agent, actions)
    now_s = actions.clock.now_s()
    token, until_s = secrets.token_urlsafe(_TOKEN_BYTES), now_s + good_s
    letter = post.letter(kind, agent, token, until_s)
    mail = NewMail(agent.agent_id, kind, email, letter, good_until_s(until_s, now_s))
    await actions.store.links.make(_hash(token), until_s, mail, now_s)
    post.wake()


def _post_for(agent: Agent, actions: Actions) -> tuple[Post, str]:
    if actions.post is None or agent.email is None:
        raise Refused(Refusal("", Reason.NO_MAIL_TO, {"name": agent.full_name}))
    return actions.post, agent.email


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
