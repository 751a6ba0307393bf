"""Theft orders: one manager says that a car is stolen, another confirms it, either takes it back.

Its car then lets nobody in but technicians. Never here: when it stops the car (the box decides, and
never a running engine).
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from server.actions import boxes
from server.actions.actor import Actor, Person, may, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.commands import THEFT_VALID_S
from server.fleet.inputs import Id, Input, Line, Says, judged_in_part
from server.fleet.model.boxes import TheftOrder
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import RIGHTS, Right

MAX_REFERENCE_LENGTH = 60
_NO_REFERENCE = Says(
    Reason.REFERENCE_MISSING, Reason.REFERENCE_MISSING, {"letters": MAX_REFERENCE_LENGTH}
)


class Report(Input):
    """That a car is stolen, and the reference of the complaint."""

    vehicle_id: Annotated[Id, Says(Reason.UNKNOWN_VEHICLE)]
    reference: Annotated[Line, Field(min_length=1, max_length=MAX_REFERENCE_LENGTH), _NO_REFERENCE]


class OneTheftOrder(Input):
    """A theft order by its number."""

    theft_order_id: Id


async def log(
    actor: Actor, actions: Actions, limit: int, before_id: int | None = None
) -> list[TheftOrder]:
    """Return theft orders, the newest first; raises Refused: NOT_ALLOWED."""
    scope = require(actor, Right.SEE_THEFTS)
    return await actions.store.theft_orders.log(limit, before_id, scope)


async def get(actor: Actor, request: OneTheftOrder, actions: Actions) -> TheftOrder:
    """Return a theft order.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_THEFT_ORDER, also for one beyond what they manage.
    """
    require(actor, Right.ORDER_THEFTS)
    found = await actions.store.theft_orders.get(request.theft_order_id)
    if found is None or not await _may_order(actor, found.vehicle_id, actions):
        raise Refused(Refusal("", Reason.NO_SUCH_THEFT_ORDER))
    return found


@audited(Act.REPORT_THEFT, "theft_order")
async def report(actor: Person, request: Report, actions: Actions) -> int:
    """Say that a car is stolen, and return the number of the order that waits for another person.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_VEHICLE, NO_BOX, THEFT_ORDER_STANDS.
    """
    require(actor, Right.ORDER_THEFTS)
    await _own_box(actor, request.vehicle_id, actions)
    number = await actions.store.theft_orders.ask(
        request.vehicle_id, request.reference, actor.agent.agent_id, actions.clock.now_s()
    )
    if number is None:
        raise Refused(Refusal("vehicle_id", Reason.THEFT_ORDER_STANDS))
    return number


async def objections(actor: Actor, given: Mapping[str, Any], actions: Actions) -> list[Refusal]:
    """Return all that speaks against a report as it was filled in, at once; nothing is kept."""
    require(actor, Right.ORDER_THEFTS)
    request, against = judged_in_part(Report, given, {"vehicle_id": 0, "reference": "-"})
    if request.vehicle_id:
        try:
            await _own_box(actor, request.vehicle_id, actions)
        except Refused as refused:
            return [*refused.refusals, *against]
        if await actions.store.theft_orders.of_car(request.vehicle_id):
            against = [Refusal("vehicle_id", Reason.THEFT_ORDER_STANDS), *against]
    return against


@audited(Act.CONFIRM_THEFT, "theft_order")
async def confirm(actor: Person, request: OneTheftOrder, actions: Actions) -> None:
    """Confirm what another person said, and tell the box.

    Raises:
        Refused: as `get`; SAME_PERSON, NOT_INDEPENDENT, IS_CONFIRMED, IS_WITHDRAWN, NO_BOX.
    """
    require(actor, Right.ORDER_THEFTS)
    found = await get(actor, request, actions)
    if found.withdrawn_at_s is not None:
        raise Refused(Refusal("", Reason.IS_WITHDRAWN))
    if found.confirmed_at_s is not None:
        raise Refused(Refusal("", Reason.IS_CONFIRMED))
    if found.asked_by_id == actor.agent.agent_id:
        raise Refused(Refusal("", Reason.SAME_PERSON))
    if await _owes_it_to(found.asked_by_id, actor, actions):
        raise Refused(Refusal("", Reason.NOT_INDEPENDENT))
    box_id = await boxes.fitted_box(found.vehicle_id, actions)
    now_s = actions.clock.now_s()
    if not await actions.store.theft_orders.confirm(
        found.theft_order_id, box_id, actor.agent.agent_id, now_s, now_s + THEFT_VALID_S
    ):
        raise Refused(Refusal("", Reason.IS_CONFIRMED))  # somebody else was faster
    actions.notify(box_id)


@audited(Act.WITHDRAW_THEFT, "theft_order")
async def withdraw(actor: Person, request: OneTheftOrder, actions: Actions) -> None:
    """Take a theft order back, confirmed or not; one person is enough.

    Raises:
        Refused: as `get`; IS_WITHDRAWN.
    """
    require(actor, Right.ORDER_THEFTS)
    found = await get(actor, request, actions)
    now_s = actions.clock.now_s()
    box_id = await actions.store.theft_orders.withdraw(
        found.theft_order_id, actor.agent.agent_id, now_s, now_s + THEFT_VALID_S
    )
    if box_id is None:
        raise Refused(Refusal("", Reason.IS_WITHDRAWN))
    if box_id:
        actions.notify(box_id)


async def _owes_it_to(agent_id: int, actor: Person, actions: Actions) -> bool:
    """Say whether the actor's account, or all that lets them confirm, is this agent's making."""
    own_id = actor.agent.agent_id
    if await actions.store.audit.has_done(agent_id, Act.ADD_PERSON, "agent", own_id):
        return True
    givers = await actions.store.roles.givers(own_id)
    grants = [grant for grant in actor.agent.roles if Right.ORDER_THEFTS in RIGHTS[grant.role]]
    return all(givers.get(grant.role_grant_id) == agent_id for grant in grants)


async def _may_order(actor: Actor, vehicle_id: int, actions: Actions) -> bool:
    return may(actor, Right.ORDER_THEFTS, await actions.about_car(vehicle_id))


async def _own_box(actor: Actor, vehicle_id: int, actions: Actions) -> None:
    """Refuse a car that has no box, or is not theirs to report."""
    if not await _may_order(actor, vehicle_id, actions):
        raise Refused(Refusal("vehicle_id", Reason.UNKNOWN_VEHICLE))
    await boxes.fitted_box(vehicle_id, actions)
