"""A card becomes somebody's badge by its number: typed, or read by a reader on a desk.

Never here: how a number is read (fleet/badges/numbers.py), a card that a car reads (learned.py).
"""

from typing import Annotated

from pydantic import BeforeValidator, Field

from server.actions import badges
from server.actions.actor import Actor, actor_id, manager_only
from server.actions.audit.acts import audited
from server.actions.badges import HeldBadge, OneBadge
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.badges.numbers import is_of_a_card, uid_of
from server.fleet.inputs import Id, Input, Line, Says, refuse
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refusal, Refused
from server.store.badges import NewBadge

MAX_ISSUER_LENGTH = 60


def _uid_of_a_card(given: object) -> bytes:
    uid = uid_of(given)
    if uid is None:
        raise refuse(Reason.NOT_A_UID)
    if not is_of_a_card(uid):
        raise refuse(Reason.PASSING_UID)
    return uid


Issuer = Annotated[
    Line,
    Field(max_length=MAX_ISSUER_LENGTH),
    Says(Reason.NOT_A_TEXT, Reason.TEXT_TOO_LONG, {"letters": MAX_ISSUER_LENGTH}),
]


class Enrol(Input):
    """A card by its UID in hexadecimal, whose badge it becomes, and which service issued it.

    `replaces`: a badge of the same person that is not in service any more from then on.
    """

    agent_id: Annotated[Id, Says(Reason.NO_SUCH_PERSON)]
    uid: Annotated[bytes, BeforeValidator(_uid_of_a_card), Says(Reason.NOT_A_UID)] = Field(
        repr=False
    )
    issuer: Issuer = ""
    replaces: Id | None = None


@audited(Act.ENROL_BADGE, "badge")
async def enrol(actor: Actor, request: Enrol, actions: Actions) -> HeldBadge:
    """Make a card somebody's badge; in the place of another, where that is said.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_PERSON, ACCOUNT_CLOSED, NO_SUCH_BADGE (to replace),
            BADGE_OF_ANOTHER, BADGE_BLOCKED.
    """
    manager_only(actor)
    new = await new_badge(actor, request.agent_id, request.issuer, request.replaces, actions)
    now_s = actions.clock.now_s()
    badge_id, is_new = await actions.store.badges.enrol(new, request.uid, now_s)
    held = await badges.get(actor, OneBadge(badge_id=badge_id), actions)
    if not is_new:
        raise Refused(is_known(held, "uid"))
    actions.notify(None)
    return held


async def new_badge(
    actor: Actor, agent_id: int, issuer: str, replaces: int | None, actions: Actions
) -> NewBadge:
    """Return what becomes of a card, and of the badge that it replaces.

    Raises:
        Refused: NO_SUCH_PERSON, ACCOUNT_CLOSED, NO_SUCH_BADGE.
    """
    holder: Agent = await badges.person(actor, agent_id, actions)
    if replaces is not None:
        former = await actions.store.badges.get(replaces)
        if former is None or former.agent_id != holder.agent_id:
            raise Refused(Refusal("replaces", Reason.NO_SUCH_BADGE))
        issuer = issuer or former.issuer
    return NewBadge(holder.agent_id, issuer, actor_id(actor), replaces)


def is_known(held: HeldBadge, field: str) -> Refusal:
    """Return why a card that is on record is not enrolled: it is somebody's, or was."""
    blocked = held.badge.revoked_at_s is not None
    reason = Reason.BADGE_BLOCKED if blocked else Reason.BADGE_OF_ANOTHER
    return Refusal(field, reason, {"name": held.holder.full_name})
