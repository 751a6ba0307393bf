"""A car goes into the workshop, and what was booked meanwhile is settled by somebody."""

import pytest

from server.actions import Actions, Operator, Person, bookings
from server.actions.pool import service
from server.actions.pool.service import BringBack, CancelFor, MoveFor, TakeOut
from server.fleet.refusals import Reason, Refused
from server.store import Store
from tests.fleet import BOOKING, CAR, HOUR_S, MARIE, NOW_S, OTHER_CAR
from tests.server.actions.pool.refused import reasons
from tests.server.web.sample import StillClock

OPERATOR = Operator()
OUT = TakeOut(vehicle_id=CAR, from_s=NOW_S, reason="Révision")


async def test_nobody_has_a_car_that_is_out_until_it_comes_back(
    actions: Actions, marie: Person, paul: Person, clock: StillClock, store: Store
) -> None:
    later_s = NOW_S + 1000 * HOUR_S
    wanted = bookings.Book(
        vehicle_id=CAR, starts_at_s=later_s, ends_at_s=later_s + HOUR_S, purpose="Visite"
    )
    out = await service.take_out(paul, OUT, actions)
    assert out.is_open_ended and out.said_by == "Paul Morin"
    with pytest.raises(Refused) as refused:
        await bookings.book(marie, wanted, actions)
    assert reasons(refused) == [("vehicle_id", Reason.OUT_OF_SERVICE)]
    clock.at_s = NOW_S + HOUR_S
    for _ in range(2):
        await service.bring_back(paul, BringBack(vehicle_id=CAR, from_s=NOW_S), actions)
        clock.at_s += 60
    (ended,) = await service.times(paul, CAR, actions)
    assert ended.to_s == NOW_S + HOUR_S, "twice is once"
    assert len(await bookings.book(marie, wanted, actions)) == 1


async def test_a_time_that_has_not_begun_never_was(actions: Actions) -> None:
    coming = OUT.model_copy(update={"from_s": NOW_S + HOUR_S})
    await service.take_out(OPERATOR, coming, actions)
    await service.bring_back(OPERATOR, BringBack(vehicle_id=CAR, from_s=NOW_S + HOUR_S), actions)
    assert await service.times(OPERATOR, CAR, actions) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"to_s": NOW_S}, ("to_s", Reason.END_BEFORE_START)),
        ({"from_s": NOW_S - HOUR_S, "to_s": NOW_S - 1}, ("to_s", Reason.IN_THE_PAST)),
        ({"vehicle_id": 99}, ("", Reason.NOT_THERE)),
    ],
)
async def test_what_cannot_be_is_refused(actions: Actions, given, told) -> None:
    with pytest.raises(Refused) as refused:
        await service.take_out(OPERATOR, OUT.model_copy(update=given), actions)
    assert reasons(refused) == [told]


async def test_several_times_each_begin_once(actions: Actions) -> None:
    await service.take_out(OPERATOR, OUT, actions)
    with pytest.raises(Refused) as refused:
        await service.take_out(OPERATOR, OUT, actions)
    assert reasons(refused) == [("from_s", Reason.SAME_START)]
    await service.take_out(OPERATOR, OUT.model_copy(update={"from_s": NOW_S + 60}), actions)
    assert len(await service.times(OPERATOR, CAR, actions)) == 2


async def test_a_booking_in_the_way_gets_another_car_and_its_agent_reads_who_and_why(
    actions: Actions, paul: Person, marie: Person, store: Store
) -> None:
    await service.take_out(paul, OUT, actions)
    (hindered,) = await service.in_the_way(paul, CAR, actions)
    assert hindered.booking.booking_id == BOOKING
    assert [car.vehicle_id for car in hindered.instead] == [OTHER_CAR]
    wanted = MoveFor(booking_id=BOOKING, vehicle_id=OTHER_CAR, reason="Révision")
    assert (await service.move_for(paul, wanted, actions)).vehicle_id == OTHER_CAR
    assert await service.in_the_way(paul, CAR, actions) == []
    told = (await store.bookings.decisions([BOOKING]))[BOOKING]
    assert (told.by, told.from_plate, told.reason) == ("Paul Morin", "AB-123-CD", "Révision")
    with pytest.raises(Refused) as refused:
        await service.move_for(marie, wanted, actions)
    assert reasons(refused) == [("", Reason.NOT_ALLOWED)]


async def test_a_booking_in_the_way_is_called_off_once(
    actions: Actions, paul: Person, store: Store
) -> None:
    for reason in ("Révision", "Autre"):
        await service.cancel_for(paul, CancelFor(booking_id=BOOKING, reason=reason), actions)
    (booking,) = await store.bookings.of_agent(MARIE, 0)
    assert booking.state == "cancelled"
    assert (await store.bookings.decisions([BOOKING]))[BOOKING].reason == "Révision"
