"""A badge that was lost or given back is blocked, put back when it was found, or given on.

A manager knows it from a list; the command line by its UID. Never here: what a box is told (the
gateway), how a card becomes a badge (enrolment/).
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field

from server.actions.actor import Actor, actor_id, may, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.badges.numbers import uid_of
from server.fleet.inputs import Id, Input, Says
from server.fleet.model.people import Agent, BadgeAct, BlockedWhy, EnrolledBadge, Holding
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import About, Right
from server.fleet.told import WhoKnows
from server.store.current_act import is_about


def _uid(text: object) -> bytes:
    uid = uid_of(text) if isinstance(text, str) else None
    if uid is None:
        raise ValueError("no UID")
    return uid


class OneBadge(Input):
    """A badge that a list shows."""

    badge_id: Id


class BadgeByUid(Input):
    """A badge by what is printed on it, or read from it: hexadecimal."""

    uid: Annotated[bytes, BeforeValidator(_uid), Says(Reason.NOT_A_UID)] = Field(repr=False)


class HandOver(Input):
    """A badge that a list shows, and who holds it from now on."""

    badge_id: Id
    agent_id: Annotated[Id, Says(Reason.NO_SUCH_PERSON)]


@dataclass(frozen=True, slots=True)
class HeldBadge:
    """A badge and whose it is."""

    badge: EnrolledBadge
    holder: Agent


@dataclass(frozen=True, slots=True)
class History:
    """Who held a badge when, and who did what with it; the last first."""

    holdings: list[Holding]
    acts: list[BadgeAct]


async def get(actor: Actor, request: OneBadge, actions: Actions) -> HeldBadge:
    """Return a badge that may be blocked, and its holder.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_BADGE, also for one beyond what they manage.
    """
    require(actor, Right.BLOCK_BADGES)
    badge = await actions.store.badges.get(request.badge_id)
    return await _held(actor, Right.BLOCK_BADGES, badge, "", actions)


@audited(Act.BLOCK_BADGE, "badge")
async def block(actor: Actor, request: OneBadge, actions: Actions) -> HeldBadge:
    """Let a badge that is lost open nothing any more; again is the same.

    Returns:
        it and its holder.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_BADGE.
    """
    require(actor, Right.BLOCK_BADGES)
    held = await get(actor, request, actions)
    await _block(actor, held, "lost", actions)
    return held


@audited(Act.WITHDRAW_BADGE, "badge")
async def withdraw(actor: Actor, request: OneBadge, actions: Actions) -> HeldBadge:
    """Let a badge that was given back open nothing any more; as `block`."""
    require(actor, Right.BLOCK_BADGES)
    held = await get(actor, request, actions)
    await _block(actor, held, "withdrawn", actions)
    return held


@audited(Act.FIND_BADGE, "badge")
async def found(actor: Actor, request: OneBadge, actions: Actions) -> HeldBadge:
    """Let a badge that was found open again for its holder; returns both.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_BADGE, NOT_REVOKED, ACCOUNT_CLOSED.
    """
    require(actor, Right.BLOCK_BADGES)
    held = await get(actor, request, actions)
    await _restore(actor, held, "", actions)
    return held


@audited(Act.HAND_OVER_BADGE, "badge")
async def hand_over(actor: Actor, request: HandOver, actions: Actions) -> HeldBadge:
    """Let somebody else hold a badge from now on, in service also where it was blocked.

    What it did before stays its holder's of then, however late a car tells of it.

    Returns:
        it and its new holder.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_BADGE, NO_SUCH_PERSON, ACCOUNT_CLOSED, BADGE_OF_ANOTHER (it is
            theirs already).
    """
    require(actor, Right.BLOCK_BADGES)
    held = await get(actor, OneBadge(badge_id=request.badge_id), actions)
    to = await person(actor, request.agent_id, actions)
    if to.agent_id == held.holder.agent_id:
        raise Refused(Refusal("agent_id", Reason.BADGE_OF_ANOTHER, {"name": to.full_name}))
    now_s = actions.clock.now_s()
    await actions.store.badges.hand_over(request.badge_id, to.agent_id, now_s, actor_id(actor))
    actions.notify(None)
    return await get(actor, OneBadge(badge_id=request.badge_id), actions)


async def history(actor: Actor, request: OneBadge, actions: Actions) -> History:
    """Return who held a badge, and what became of it.

    Raises:
        Refused: as `get`.
    """
    require(actor, Right.BLOCK_BADGES)
    await get(actor, request, actions)
    badges = actions.store.badges
    holdings, acts = await badges.holdings(request.badge_id), await badges.acts(request.badge_id)
    return History(holdings, acts)


async def person(actor: Actor, agent_id: int, actions: Actions) -> Agent:
    """Return whose a badge may become.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_PERSON, also for one beyond what they manage; ACCOUNT_CLOSED.
    """
    require(actor, Right.BLOCK_BADGES)
    agent = await actions.store.agents.get(agent_id, actions.clock.now_s())
    if agent is None or not may(actor, Right.BLOCK_BADGES, About(agent.directorate_id)):
        raise Refused(Refusal("agent_id", Reason.NO_SUCH_PERSON))
    if agent.closed_at_s is not None:
        raise Refused(Refusal("agent_id", Reason.ACCOUNT_CLOSED, {"name": agent.full_name}))
    return agent


async def by_uid(actor: Actor, request: BadgeByUid, actions: Actions) -> HeldBadge:
    """Return the badge with this UID and its holder.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_BADGE.
    """
    require(actor, Right.BLOCK_BADGES)
    badge = await actions.store.badges.by_uid(request.uid)
    return await _held(actor, Right.BLOCK_BADGES, badge, "uid", actions)


async def who_knows(actor: Actor, request: OneBadge, actions: Actions) -> WhoKnows:
    """Return which cars know that a badge is blocked; of one that is not, none is named.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_BADGE, also for one beyond what they see.
    """
    require(actor, Right.SEE_BADGES)
    badge = await actions.store.badges.get(request.badge_id)
    held = await _held(actor, Right.SEE_BADGES, badge, "", actions)
    known = await actions.store.knowledge.of_revocations([held.badge.badge_id])
    return known.get(request.badge_id, WhoKnows())


@audited(Act.BLOCK_BADGE, "badge")
async def revoke(actor: Actor, request: BadgeByUid, actions: Actions) -> HeldBadge:
    """Block the badge with this UID; as `block`."""
    require(actor, Right.BLOCK_BADGES)
    held = await by_uid(actor, request, actions)
    is_about(held.badge.badge_id)
    await _block(actor, held, "lost", actions)
    return held


@audited(Act.FIND_BADGE, "badge")
async def restore(actor: Actor, request: BadgeByUid, actions: Actions) -> HeldBadge:
    """Let a badge that was found open again; returns it and its holder.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_BADGE, NOT_REVOKED, ACCOUNT_CLOSED.
    """
    require(actor, Right.BLOCK_BADGES)
    held = await by_uid(actor, request, actions)
    is_about(held.badge.badge_id)
    await _restore(actor, held, "uid", actions)
    return held


async def _block(actor: Actor, held: HeldBadge, why: BlockedWhy, actions: Actions) -> None:
    now_s = actions.clock.now_s()
    await actions.store.badges.revoke(held.badge.badge_id, now_s, why, actor_id(actor))
    actions.notify(None)


async def _restore(actor: Actor, held: HeldBadge, field: str, actions: Actions) -> None:
    if held.badge.revoked_at_s is None:
        raise Refused(Refusal(field, Reason.NOT_REVOKED))
    if held.holder.closed_at_s is not None:
        name = {"name": held.holder.full_name}
        raise Refused(Refusal(field, Reason.ACCOUNT_CLOSED, name))
    now_s = actions.clock.now_s()
    await actions.store.badges.restore(held.badge.badge_id, now_s, actor_id(actor))
    actions.notify(None)


async def _held(
    actor: Actor, right: Right, badge: EnrolledBadge | None, field: str, actions: Actions
) -> HeldBadge:
    now_s = actions.clock.now_s()
    holder = None if badge is None else await actions.store.agents.get(badge.agent_id, now_s)
    if badge is None or holder is None or not may(actor, right, About(holder.directorate_id)):
        raise Refused(Refusal(field, Reason.NO_SUCH_BADGE))
    return HeldBadge(badge, holder)
