"""Learn at this car: a car is asked for the next unknown card, and somebody says whose it is.

A card that was read opens nothing until then. Never here: which card is learned (the box), when it
is told (the gateway).
"""

from typing import Annotated

from server.actions import badges, boxes
from server.actions.actor import Actor, actor_id, manager_only
from server.actions.audit.acts import audited
from server.actions.badges import HeldBadge, OneBadge
from server.actions.enrolment.typed import Issuer, is_known, new_badge
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.badges.learning import LearnOrder
from server.fleet.inputs import Id, Input, Says
from server.fleet.refusals import Reason, Refusal, Refused


class LearnAt(Input):
    """The car at whose reader somebody stands with the card."""

    vehicle_id: Annotated[Id, Says(Reason.UNKNOWN_VEHICLE)]


class OneLearnOrder(Input):
    """What a car was asked, by its number."""

    command_id: Id


class GiveLearned(Input):
    """The card that a car has read, and whose badge it becomes; as `Enrol`."""

    command_id: Id
    agent_id: Annotated[Id, Says(Reason.NO_SUCH_PERSON)]
    issuer: Issuer = ""
    replaces: Id | None = None


@audited(Act.ASK_FOR_BADGE, "vehicle")
async def learn(actor: Actor, request: LearnAt, actions: Actions) -> LearnOrder:
    """Ask a car for the next unknown card, within five minutes; of two the last one holds.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_VEHICLE, NO_BOX.
    """
    manager_only(actor)
    box_id = await boxes.fitted_box(request.vehicle_id, actions)
    now_s = actions.clock.now_s()
    order = await actions.store.learn_orders.ask(request.vehicle_id, box_id, actor_id(actor), now_s)
    actions.notify(box_id)
    return order


async def get(actor: Actor, request: OneLearnOrder, actions: Actions) -> LearnOrder:
    """Return what became of it.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_LEARN_ORDER.
    """
    manager_only(actor)
    order = await actions.store.learn_orders.get(request.command_id, actions.clock.now_s())
    if order is None:
        raise Refused(Refusal("", Reason.NO_SUCH_LEARN_ORDER))
    return order


@audited(Act.ENROL_BADGE, "badge")
async def give(actor: Actor, request: GiveLearned, actions: Actions) -> HeldBadge:
    """Make the card that a car has read somebody's badge.

    Raises:
        Refused: as `get` and `enrol`; NO_CARD_READ.
    """
    manager_only(actor)
    await get(actor, OneLearnOrder(command_id=request.command_id), actions)
    new = await new_badge(actor, request.agent_id, request.issuer, request.replaces, actions)
    now_s = actions.clock.now_s()
    given = await actions.store.learn_orders.give(request.command_id, new, now_s)
    if given is None:
        raise Refused(Refusal("", Reason.NO_CARD_READ))
    badge_id, is_new = given
    held = await badges.get(actor, OneBadge(badge_id=badge_id), actions)
    if not is_new:
        raise Refused(is_known(held, ""))
    actions.notify(None)
    return held
