"""A person's own password and sessions; and an account that closes when somebody leaves.

Never here: signing in (web/pages/sign_in.py), whether a password is good enough
(fleet/accounts/passwords.py).
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from server.actions.actor import Actor, Person, may, operator_only, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.accounts.emails import Email
from server.fleet.accounts.passwords import Password, against_password
from server.fleet.audit import Act
from server.fleet.inputs import Input
from server.fleet.model.bookings import Booking
from server.fleet.model.people import Agent, Session
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import RIGHTS, About, Right
from server.passwords import hash_password, verify_password
from server.store.current_act import is_about

SESSION_S = 12 * 3600  # a working day: who signs in at eight is not asked again before the evening


class OneAccount(Input):
    """An account by its login."""

    login: str


class ChangePassword(Input):
    """A person's own: the present one, and the one that they choose, typed twice."""

    old: Annotated[Password, Field(repr=False)]
    new: Annotated[Password, Field(repr=False)]
    again: Annotated[Password, Field(repr=False)]


class GivePassword(OneAccount):
    """The password that an operator hands over."""

    new: Annotated[Password, Field(repr=False)]


class SetEmail(OneAccount):
    """Where an account's mail goes."""

    email: Email


class OneSession(Input):
    """A session that the person's list shows."""

    session_id: str


@dataclass(frozen=True, slots=True)
class ClosedAccount:
    """Who has left, and the bookings to come that still keep cars from others."""

    agent: Agent
    bookings: tuple[Booking, ...]


@audited(Act.CHANGE_PASSWORD)
async def change_password(actor: Person, request: ChangePassword, actions: Actions) -> Agent:
    """Let a person choose another password; signs them out everywhere.

    Returns:
        the person with the new password.

    Raises:
        Refused: PASSWORD_WRONG, PASSWORD_TOO_SHORT, PASSWORD_GUESSABLE, PASSWORDS_DIFFER.
    """
    agent = actor.agent
    against = against_new(agent, request.new, request.again)
    if not await asyncio.to_thread(verify_password, agent.password_hash, request.old):
        against.insert(0, Refusal("old", Reason.PASSWORD_WRONG))
    if against:
        raise Refused(*against)
    await _set_password(agent, request.new, actions)
    return await agent_called(agent.login, actions)


@audited(Act.GIVE_PASSWORD, "agent")
async def give_password(actor: Actor, request: GivePassword, actions: Actions) -> Agent:
    """Give somebody who forgot theirs another password; signs them out everywhere.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT, ACCOUNT_CLOSED, PASSWORD_TOO_SHORT,
            PASSWORD_GUESSABLE.
    """
    operator_only(actor)
    agent = await agent_called(request.login, actions)
    is_about(agent.agent_id)
    against = against_new(agent, request.new, request.new)
    if against:
        raise Refused(*against)
    await _set_password(agent, request.new, actions)
    return agent


async def sessions(actor: Person, actions: Actions) -> list[Session]:
    """Return where a person is signed in, the newest first."""
    return await actions.store.accounts.sessions(actor.agent.agent_id, _expired_s(actions))


@audited(Act.END_SESSION)
async def end_session(actor: Person, request: OneSession, actions: Actions) -> None:
    """Sign a person out in one of their browsers; one that has ended is no fault."""
    await actions.store.accounts.end(actor.agent.agent_id, request.session_id)


@audited(Act.CLOSE_ACCOUNT, "agent")
async def close(actor: Actor, request: OneAccount, actions: Actions) -> ClosedAccount:
    """Close the account of who has left: no sign-in, no booking, no badge; again is the same.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_ACCOUNT, also for one beyond what they manage;
            LAST_ADMINISTRATOR.
    """
    require(actor, Right.CLOSE_ACCOUNTS)
    agent = await _theirs(actor, request, actions)
    is_about(agent.agent_id)
    now_s = actions.clock.now_s()
    if not await actions.store.accounts.close(agent.agent_id, now_s):
        raise Refused(Refusal("login", Reason.LAST_ADMINISTRATOR, {"name": agent.full_name}))
    actions.notify(None)
    bookings = await actions.store.bookings.of_agent(agent.agent_id, now_s)
    return ClosedAccount(agent, tuple(b for b in bookings if b.state == "active"))


@audited(Act.REOPEN_ACCOUNT, "agent")
async def reopen(actor: Actor, request: OneAccount, actions: Actions) -> Agent:
    """Open a closed account again, with the password of before where that is kept still.

    Its badges stay revoked.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_ACCOUNT, also for one beyond what they manage.
    """
    require(actor, Right.CLOSE_ACCOUNTS)
    agent = await _theirs(actor, request, actions)
    is_about(agent.agent_id)
    await actions.store.accounts.reopen(agent.agent_id)
    return agent


@audited(Act.SET_EMAIL, "agent")
async def set_email(actor: Actor, request: SetEmail, actions: Actions) -> Agent:
    """Say where somebody's mail goes; links that were sent elsewhere open nothing any more.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_ACCOUNT.
    """
    operator_only(actor)  # whoever has the mailbox can have the account
    agent = await agent_called(request.login, actions)
    is_about(agent.agent_id)
    await actions.store.accounts.set_email(agent.agent_id, request.email)
    return await agent_called(agent.login, actions)


async def unnamed(actor: Actor, logins: Collection[str], actions: Actions) -> list[Agent]:
    """Return whose open accounts a list of logins leaves out, by name.

    Raises:
        Refused: NOT_ALLOWED.
    """
    scope = require(actor, Right.SEE_ACCOUNTS)
    others = (a for a in await actions.store.agents.all() if a.login not in logins)
    return [a for a in others if a.closed_at_s is None and scope.covers(About(a.directorate_id))]


async def agent_called(login: str, actions: Actions) -> Agent:
    """Return whose login this is; raises Refused: NO_SUCH_ACCOUNT."""
    agent = await actions.store.agents.by_login(login, actions.clock.now_s())
    if agent is None:
        raise Refused(Refusal("login", Reason.NO_SUCH_ACCOUNT))
    return agent


def against_new(agent: Agent, new: str, again: str) -> list[Refusal]:
    """Return what speaks against a password that somebody chooses, typed twice."""
    who = (agent.login, agent.full_name, agent.directorate_code, agent.directorate_name)
    against = against_password(new, "new", who)
    told = [] if against is None else [against]
    return told if again == new else [*told, Refusal("again", Reason.PASSWORDS_DIFFER)]


async def _theirs(actor: Actor, request: OneAccount, actions: Actions) -> Agent:
    """Return whose account this is, of those that the actor may close.

    A manager of a part closes, and brings back, nobody who may close accounts beyond that part.

    Raises:
        Refused: NO_SUCH_ACCOUNT, NOT_ALLOWED.
    """
    agent = await agent_called(request.login, actions)
    is_about(agent.agent_id)
    if not may(actor, Right.CLOSE_ACCOUNTS, About(agent.directorate_id)):
        raise Refused(Refusal("login", Reason.NO_SUCH_ACCOUNT))
    scope, now_s = require(actor, Right.CLOSE_ACCOUNTS), actions.clock.now_s()
    for grant in agent.roles:
        is_peer = Right.CLOSE_ACCOUNTS in RIGHTS[grant.role] and not grant.is_over(now_s)
        if is_peer and not scope.takes_in(grant.scope, {}):
            raise Refused(Refusal("login", Reason.NOT_ALLOWED))
    return agent


async def _set_password(agent: Agent, password: str, actions: Actions) -> None:
    hashed = await asyncio.to_thread(hash_password, password)
    store = actions.store.accounts
    if not await store.set_password(agent.agent_id, hashed, agent.password_hash):
        now = await agent_called(agent.login, actions)
        if now.closed_at_s is not None:
            raise Refused(Refusal("old", Reason.ACCOUNT_CLOSED, {"name": agent.full_name}))
        raise Refused(Refusal("old", Reason.PASSWORD_WRONG))  # changed by somebody meanwhile


def _expired_s(actions: Actions) -> int:
    return actions.clock.now_s() - SESSION_S
