"""A person's second factor: set up, asked for at each sign-in, removed.

Never here: which pages ask for it (web/pages/signing_in/), what a code is
(fleet/accounts/second_factor.py).
"""

import asyncio
import secrets
from typing import Annotated

import pyotp
from pydantic import Field

from server.actions.accounts import agent_called
from server.actions.actor import Person
from server.actions.audit.acts import audited
from server.actions.password_codes import SIGNS
from server.actions.tools import Actions
from server.fleet.accounts.passwords import LONGEST, Password
from server.fleet.accounts.second_factor import (
    OFFERED_S,
    RECOVERY_CODES,
    RECOVERY_LETTERS,
    SecondFactor,
    plain,
    step_of,
)
from server.fleet.audit import Act
from server.fleet.inputs import Input, Line, Says
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refusal, Refused
from server.passwords import verify_password


class WithPassword(Input):
    """The present password, so that a browser left open sets up and removes nothing."""

    password: Annotated[Password, Field(repr=False)]


class TypedCode(Input):
    """Six digits of the app; at a sign-in also a code to recover by."""

    code: Annotated[
        Line,
        Field(max_length=LONGEST, repr=False),
        Says(Reason.NOT_A_TEXT, Reason.TEXT_TOO_LONG, {"letters": LONGEST}),
    ]


async def get(agent: Agent, actions: Actions) -> SecondFactor | None:
    """Return the second factor that somebody has."""
    return await actions.store.second_factors.of(agent.agent_id)


@audited(Act.SET_UP_SECOND_FACTOR)
async def set_up(actor: Person, request: WithPassword, actions: Actions) -> None:
    """Offer a person a secret for their app; who has one already keeps that.

    Raises:
        Refused: PASSWORD_WRONG.
    """
    await _check_password(actor.agent, request, actions)
    await offer(actor.agent, actions)


@audited(Act.SET_UP_SECOND_FACTOR)
async def offer(agent: Agent, actions: Actions) -> None:
    """As `set_up`, for whoever has just typed their password."""
    now_s = actions.clock.now_s()
    await actions.store.second_factors.offer(agent.agent_id, pyotp.random_base32(), now_s)


async def offered(agent: Agent, actions: Actions) -> str | None:
    """Return the secret that waits for its first code."""
    since_s = actions.clock.now_s() - OFFERED_S
    return await actions.store.second_factors.offered(agent.agent_id, since_s)


@audited(Act.CONFIRM_SECOND_FACTOR)
async def confirm(agent: Agent, request: TypedCode, actions: Actions) -> list[str]:
    """Take the first code of the app: each sign-in asks for one, and whoever is in signs in again.

    Returns:
        the codes to recover by, which nobody can read again.

    Raises:
        Refused: NO_SECOND_FACTOR (none is offered), SECOND_CODE_WRONG.
    """
    secret = await offered(agent, actions)
    if secret is None:
        raise Refused(Refusal("", Reason.NO_SECOND_FACTOR))
    now_s = actions.clock.now_s()
    step = step_of(secret, plain(request.code), now_s)
    if step is None:
        raise Refused(Refusal("code", Reason.SECOND_CODE_WRONG))
    codes = [
        "".join(secrets.choice(SIGNS) for _ in range(RECOVERY_LETTERS))
        for _ in range(RECOVERY_CODES)
    ]
    if not await actions.store.second_factors.confirm(agent.agent_id, step, codes, now_s):
        raise Refused(Refusal("", Reason.NO_SECOND_FACTOR))  # by another browser, meanwhile
    half = RECOVERY_LETTERS // 2
    return [f"{code[:half]}-{code[half:]}" for code in codes]


@audited(Act.PASS_SECOND_STEP)
async def check(agent: Agent, request: TypedCode, actions: Actions) -> None:
    """Take a code at a sign-in: of the app, or one to recover by; each works once.

    Raises:
        Refused: SECOND_CODE_WRONG.
    """
    factor = await get(agent, actions)
    code = plain(request.code)
    store = actions.store.second_factors
    if factor is not None:
        step = step_of(factor.secret, code, actions.clock.now_s())
        if step is not None and await store.take_step(agent.agent_id, step):
            return
        if len(code) == RECOVERY_LETTERS and await store.take_code(agent.agent_id, code):
            return
    raise Refused(Refusal("code", Reason.SECOND_CODE_WRONG))


@audited(Act.REMOVE_SECOND_FACTOR)
async def remove(actor: Person, request: WithPassword, actions: Actions) -> Agent:
    """Let a person sign in without it; signs them out everywhere.

    Raises:
        Refused: PASSWORD_WRONG.
    """
    await _check_password(actor.agent, request, actions)
    await actions.store.second_factors.remove(actor.agent.agent_id)
    return await agent_called(actor.agent.login, actions)


async def _check_password(agent: Agent, request: WithPassword, actions: Actions) -> None:
    if not await asyncio.to_thread(verify_password, agent.password_hash, request.password):
        raise Refused(Refusal("password", Reason.PASSWORD_WRONG))
