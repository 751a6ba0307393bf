"""Theft orders: two persons say so, either takes it back, and the box is told."""

from collections.abc import Awaitable
from dataclasses import replace

import pytest

from server.actions import Actions, Operator, Person, boxes, theft
from server.actions.boxes import AddBox
from server.actions.theft import OneTheftOrder, Report
from server.fleet.audit import Act, Performed
from server.fleet.commands import THEFT_VALID_S
from server.fleet.inputs import judged
from server.fleet.model.boxes import TheftOrder
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import WHOLE, Role, RoleGrant
from server.store import Store
from tests.fleet import CAR, MARIE, NOW_S, OTHER_CAR, PAUL, in_role
from tests.server.actions import people
from tests.server.web.sample import StillClock

REFERENCE = "PV 2026/123"


@pytest.fixture
def odile(marie: Person) -> Person:
    """A second manager."""
    return Person(in_role(marie.agent, Role.MANAGER))


async def reported(actions: Actions, by: Person) -> OneTheftOrder:
    await boxes.add(Operator(), AddBox(vehicle_id=CAR), actions)
    number = await theft.report(by, Report(vehicle_id=CAR, reference=REFERENCE), actions)
    return OneTheftOrder(theft_order_id=number)


async def refusal(act: Awaitable[object]) -> Reason:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.first.reason


async def queued(actions: Actions) -> list[str]:
    (box,) = await actions.store.boxes.all()
    return [order.kind for order in await actions.store.commands.queued(box.box_id)]


async def standing(actions: Actions) -> TheftOrder:
    (order,) = await actions.store.theft_orders.standing(9)
    return order


async def test_one_says_so_and_nothing_happens_until_another_confirms_it(
    actions: Actions, paul: Person, odile: Person, woken: list[int | None], clock: StillClock
) -> None:
    one = await reported(actions, paul)
    assert await queued(actions) == [] and woken == []
    assert await refusal(theft.confirm(paul, one, actions)) is Reason.SAME_PERSON
    assert await queued(actions) == []
    clock.at_s += 60
    await theft.confirm(odile, one, actions)
    assert await queued(actions) == ["theft"] and len(woken) == 1
    (box,) = await actions.store.boxes.all()
    (command,) = await actions.store.commands.queued(box.box_id)
    assert command.expires_at_s == NOW_S + 60 + THEFT_VALID_S
    order = await standing(actions)
    assert (order.reference, order.asked_by, order.asked_at_s) == (
        REFERENCE, paul.agent.full_name, NOW_S
    )  # fmt: skip
    assert (order.confirmed_by, order.confirmed_at_s) == (odile.agent.full_name, NOW_S + 60)
    assert order.state == "queued"
    for person in (paul, odile):
        assert await refusal(theft.confirm(person, one, actions)) is Reason.IS_CONFIRMED
    assert await queued(actions) == ["theft"]


async def test_it_is_withdrawn_before_it_is_confirmed_and_the_box_hears_nothing(
    actions: Actions, paul: Person, odile: Person
) -> None:
    one = await reported(actions, paul)
    await theft.withdraw(paul, one, actions)
    assert await queued(actions) == []
    for act in (theft.withdraw, theft.confirm):
        assert await refusal(act(odile, one, actions)) is Reason.IS_WITHDRAWN
    assert await actions.store.theft_orders.standing(9) == []
    await theft.report(paul, Report(vehicle_id=CAR, reference=REFERENCE), actions)


async def test_it_is_withdrawn_after_it_was_confirmed_and_listed_until_the_box_has_heard_so(
    actions: Actions, paul: Person, odile: Person
) -> None:
    one = await reported(actions, paul)
    await theft.confirm(odile, one, actions)
    await theft.withdraw(odile, one, actions)
    assert await queued(actions) == ["theft", "withdraw-theft"]
    order = await standing(actions)
    assert (order.withdrawn_by, order.withdrawal) == (odile.agent.full_name, "queued")


async def test_one_at_a_time_of_a_car_that_has_a_box(actions: Actions, paul: Person) -> None:
    await reported(actions, paul)
    again = Report(vehicle_id=CAR, reference="PV 2")
    assert await refusal(theft.report(paul, again, actions)) is Reason.THEFT_ORDER_STANDS
    no_box = Report(vehicle_id=OTHER_CAR, reference="PV 2")
    assert await refusal(theft.report(paul, no_box, actions)) is Reason.NO_BOX


async def test_an_agent_may_do_none_of_it(actions: Actions, marie: Person, paul: Person) -> None:
    one = await reported(actions, paul)
    other = Report(vehicle_id=CAR, reference=REFERENCE)
    for act in (
        theft.report(marie, other, actions),
        theft.confirm(marie, one, actions),
        theft.withdraw(marie, one, actions),
        theft.log(marie, actions, 9),
    ):
        assert await refusal(act) is Reason.NOT_ALLOWED


@pytest.mark.parametrize("reference", ["", "  ", "x" * 61])
def test_it_has_a_reference(reference: str) -> None:
    with pytest.raises(Refused) as refused:
        judged(Report, {"vehicle_id": CAR, "reference": reference})
    assert refused.value.first.reason is Reason.REFERENCE_MISSING


async def test_the_log_has_them_all_the_newest_first(
    actions: Actions, paul: Person, odile: Person
) -> None:
    first = await reported(actions, paul)
    await theft.withdraw(paul, first, actions)
    await theft.report(paul, Report(vehicle_id=CAR, reference="PV 2"), actions)
    orders = await theft.log(paul, actions, 9)
    assert [order.reference for order in orders] == ["PV 2", REFERENCE]
    older = await theft.log(paul, actions, 9, orders[0].theft_order_id)
    assert [order.theft_order_id for order in older] == [first.theft_order_id]


@pytest.mark.parametrize("how", ["created", "role"])
async def test_whom_the_first_created_or_gave_their_role_is_no_second_person(
    store: Store, actions: Actions, paul: Person, odile: Person, how: str
) -> None:
    manager = RoleGrant(0, Role.MANAGER, WHOLE, NOW_S)
    by_id = PAUL if how == "role" else None
    await store.roles.give(MARIE, manager, by_id, "Astreinte")
    if how == "created":
        made = Performed(Act.ADD_PERSON, NOW_S, PAUL, kind="agent", object_id=MARIE)
        await store.audit.note(made)
    one = await reported(actions, paul)
    marie = await people.person(store, MARIE)
    assert await refusal(theft.confirm(marie, one, actions)) is Reason.NOT_INDEPENDENT
    if how == "role":  # somebody else gives her one as well
        until = replace(manager, to_s=NOW_S + 3600)
        await store.roles.give(MARIE, until, None, "Bis")
        await theft.confirm(await people.person(store, MARIE), one, actions)
