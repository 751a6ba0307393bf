"""A badge that was lost is blocked, and put back when it was found.

A manager blocks one that a list shows; the command line knows it by its UID. Never here: what a
box is told (the gateway), who enrols badges (the fleet file).
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field

from server.actions.actor import Actor, may, require
from server.actions.tools import Actions
from server.fleet.fleet_file import uid_of
from server.fleet.inputs import Id, Input, Says
from server.fleet.model import Agent, EnrolledBadge
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import About, Right
from server.fleet.told import WhoKnows


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


@dataclass(frozen=True, slots=True)
class HeldBadge:
    """A badge and whose it is."""

    badge: EnrolledBadge
    holder: Agent


async def get(actor: Actor, request: OneBadge, actions: Actions) -> HeldBadge:
    """Return a badge that may be blocked, and its holder.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_BADGE, also for one beyond what they manage.
    """
    require(actor, Right.BLOCK_BADGES)
    badge = await actions.store.badges.get(request.badge_id)
    return await _held(actor, Right.BLOCK_BADGES, badge, "", actions)


async def block(actor: Actor, request: OneBadge, actions: Actions) -> HeldBadge:
    """Let a badge open nothing any more; again is the same.

    Returns:
        it and its holder.

    Raises:
        Refused: as `get`.
    """
    require(actor, Right.BLOCK_BADGES)
    held = await get(actor, request, actions)
    await _block(held, actions)
    return held


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


async def revoke(actor: Actor, request: BadgeByUid, actions: Actions) -> HeldBadge:
    """Block the badge with this UID; as `block`."""
    require(actor, Right.BLOCK_BADGES)
    held = await _by_uid(actor, request, actions)
    await _block(held, actions)
    return held


async def restore(actor: Actor, request: BadgeByUid, actions: Actions) -> HeldBadge:
    """Let a badge that was found open again; returns it and its holder.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_BADGE, NOT_REVOKED.
    """
    require(actor, Right.BLOCK_BADGES)
    held = await _by_uid(actor, request, actions)
    if held.badge.revoked_at_s is None:
        raise Refused(Refusal("uid", Reason.NOT_REVOKED))
    await actions.store.badges.restore(held.badge.badge_id)
    actions.notify(None)
    return held


async def _block(held: HeldBadge, actions: Actions) -> None:
    await actions.store.badges.revoke(held.badge.badge_id, actions.clock.now_s())
    actions.notify(None)


async def _by_uid(actor: Actor, request: BadgeByUid, actions: Actions) -> HeldBadge:
    badge = await actions.store.badges.by_uid(request.uid)
    return await _held(actor, Right.BLOCK_BADGES, badge, "uid", actions)


async def _held(
    actor: Actor, right: Right, badge: EnrolledBadge | None, field: str, actions: Actions
) -> HeldBadge:
    now_s = actions.clock.now_s()
    holder = None if badge is None else await actions.store.agents.get(badge.agent_id, now_s)
    if badge is None or holder is None or not may(actor, right, About(holder.directorate_id)):
        raise Refused(Refusal(field, Reason.NO_SUCH_BADGE))
    return HeldBadge(badge, holder)
