"""A box for a car, its next key, and what it is asked to do: the operator's acts."""

from typing import get_args

import pytest

from server.actions import Actions, Operator, Person, boxes
from server.actions.boxes import AddBox, Order, OrderKind, RotateKey
from server.fleet.commands import VALID_S
from server.fleet.inputs import judged
from server.fleet.refusals import Reason, Refused
from server.store import Store
from tests.fleet import CAR, NOW_S, OTHER_CAR

OPERATOR = Operator()
ADD = AddBox(vehicle_id=CAR)
ACTS = [
    (boxes.add, ADD),
    (boxes.rotate_key, RotateKey(vehicle_id=CAR)),
    (boxes.order, Order(vehicle_id=CAR, kind="inhibit")),
]


async def test_a_second_box_must_be_asked_for_and_the_one_it_retires_is_woken(
    store: Store, actions: Actions, woken: list[int | None]
) -> None:
    first = await boxes.add(OPERATOR, ADD, actions)
    assert woken == [], "nobody is connected yet"
    with pytest.raises(Refused) as refused:
        await boxes.add(OPERATOR, ADD, actions)
    assert refused.value.first.reason is Reason.BOX_EXISTS
    second = await boxes.add(OPERATOR, AddBox(vehicle_id=CAR, replace=True), actions)
    assert [box.box_id for box in await store.boxes.all()] == [second.box_id]
    assert woken == [first.box_id]


async def test_a_key_under_way_stays_the_next(actions: Actions) -> None:
    await boxes.add(OPERATOR, ADD, actions)
    for _ in range(2):
        assert await boxes.rotate_key(OPERATOR, RotateKey(vehicle_id=CAR), actions) == 2


@pytest.mark.parametrize("kind", ["end-trip", "end-trip-without-keys", "theft", "withdraw-theft"])
def test_what_is_its_driver_s_to_ask_or_takes_two_is_no_order(kind: str) -> None:
    with pytest.raises(Refused):
        judged(Order, {"vehicle_id": CAR, "kind": kind})


@pytest.mark.parametrize("kind", get_args(OrderKind))
async def test_an_order_is_kept_as_long_as_it_is_worth_carrying_out_and_wakes_its_box(
    actions: Actions, woken: list[int | None], kind
) -> None:
    box = await boxes.add(OPERATOR, ADD, actions)
    order = await boxes.order(OPERATOR, Order(vehicle_id=CAR, kind=kind), actions)
    assert (order.kind, order.state, order.box_id) == (kind, "queued", box.box_id)
    assert (order.created_at_s, order.expires_at_s) == (NOW_S, NOW_S + VALID_S[kind])
    assert woken == [box.box_id]


@pytest.mark.parametrize(("act", "request_"), ACTS)
async def test_an_agent_may_do_none_of_it(
    store: Store, actions: Actions, woken: list[int | None], marie: Person, act, request_
) -> None:
    with pytest.raises(Refused) as refused:
        await act(marie, request_, actions)
    assert refused.value.first.reason is Reason.NOT_ALLOWED
    assert woken == [] and await store.boxes.all() == []


@pytest.mark.parametrize(("act", "request_"), ACTS)
async def test_a_car_that_is_not_there_is_told(actions: Actions, act, request_) -> None:
    with pytest.raises(Refused) as refused:
        await act(OPERATOR, request_.model_copy(update={"vehicle_id": 99}), actions)
    assert refused.value.first.reason is Reason.UNKNOWN_VEHICLE


@pytest.mark.parametrize(("act", "request_"), ACTS[1:])
async def test_a_car_without_a_box_is_told(actions: Actions, act, request_) -> None:
    await boxes.add(OPERATOR, ADD, actions)
    with pytest.raises(Refused) as refused:
        await act(OPERATOR, request_.model_copy(update={"vehicle_id": OTHER_CAR}), actions)
    assert refused.value.first.reason is Reason.NO_BOX


@pytest.mark.parametrize("kind", ["open-doors", "", None, 1])
def test_an_order_that_no_box_knows_is_refused(kind: object) -> None:
    with pytest.raises(Refused) as refused:
        judged(Order, {"vehicle_id": CAR, "kind": kind})
    assert refused.value.first.field == "kind"
