"""Who sees which trip, what they may do with it, and asking for its end."""

from collections.abc import Awaitable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.actions import Actions, Operator, Person, trips
from server.actions.trips import EndTrip, OneTrip
from server.fleet.commands import END_FROM_AFAR_VALID_S, END_TRIP_VALID_S
from server.fleet.feedback import Said
from server.fleet.model.people import Agent
from server.fleet.model.trips import TripFilter
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import Role
from server.store import Store
from tests.fleet import MARIE, PAUL, in_role
from tests.server.actions.driving import ReportingBox
from tests.server.web.sample import StillClock

SAID, RATED = Said(None, "Voyant allumé", False), Said(5, "", False)
ids = st.none() | st.integers(1, 5)


@pytest.fixture
def box(store: Store) -> ReportingBox:
    return ReportingBox(store)


async def refusal(act: Awaitable[object]) -> tuple[str, Reason]:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.first.field, refused.value.first.reason


async def test_a_trip_says_what_each_may_do_with_it(
    actions: Actions, marie: Person, paul: Person, box: ReportingBox
) -> None:
    one = OneTrip(trip_id=await box.start_trip())
    hers, his = await trips.view(marie, one, actions), await trips.view(paul, one, actions)
    assert (hers.is_driver, hers.may_end, hers.may_say, hers.may_answer) == (
        True,
        True,
        True,
        False,
    )
    assert (his.is_driver, his.may_end, his.may_say, his.may_answer) == (False, True, False, False)
    await actions.store.feedback.say(one.trip_id, SAID, 5)
    await box.end_trip()
    hers, his = await trips.view(marie, one, actions), await trips.view(paul, one, actions)
    assert (hers.may_end, hers.may_answer, his.may_end, his.may_answer) == (
        False,
        False,
        False,
        True,
    )
    await actions.store.feedback.say(one.trip_id, RATED, 5)
    assert not (await trips.view(paul, one, actions)).may_answer, "a mere rating asks nothing"


async def test_a_trip_is_its_driver_s_and_a_manager_s_to_see(
    actions: Actions, marie: Person, paul: Person, box: ReportingBox
) -> None:
    hers, pauls, nobodys = [await box.start_trip(who) for who in (MARIE, PAUL, None)]
    assert (await trips.get(marie, OneTrip(trip_id=hers), actions)).trip_id == hers
    for trip_id in (pauls, nobodys, 99):
        one, end = OneTrip(trip_id=trip_id), EndTrip(trip_id=trip_id)
        for act in (trips.get, trips.view, trips.to_end):
            assert await refusal(act(marie, one, actions)) == ("", Reason.NO_SUCH_TRIP)
        assert await refusal(trips.end(marie, end, actions)) == ("", Reason.NO_SUCH_TRIP)
    for actor in (paul, Operator()):
        for trip_id in (hers, pauls, nobodys):
            assert (await trips.get(actor, OneTrip(trip_id=trip_id), actions)).trip_id == trip_id
        assert await refusal(trips.get(actor, OneTrip(trip_id=99), actions))


@given(
    st.sampled_from([Role.AGENT, Role.MANAGER, Role.TECHNICIAN]),
    st.builds(TripFilter, ids, ids, ids),
)
def test_the_log_is_narrowed_to_an_agent_s_own_trips_whatever_they_ask_for(
    role: Role, wanted: TripFilter
) -> None:
    person = Person(in_role(Agent(1, "login", "Name", 1, "DDT", "Territoires", None), role))
    narrowed = trips.narrowed(person, wanted)
    if role is Role.MANAGER:
        assert narrowed == wanted
    else:
        assert (narrowed.agent_id, narrowed.directorate_id) == (1, None)
        assert narrowed.vehicle_id == wanted.vehicle_id
    assert trips.narrowed(Operator(), wanted) == wanted


async def test_asking_for_the_end_twice_is_asking_once_until_it_was_too_late(
    actions: Actions, clock: StillClock, woken: list[int | None], marie: Person, box: ReportingBox
) -> None:
    end = EndTrip(trip_id=await box.start_trip())
    first = await trips.end(marie, end, actions)
    clock.at_s += END_TRIP_VALID_S - 1
    assert (await trips.end(marie, end, actions)).command_id == first.command_id
    assert woken == [first.box_id]
    clock.at_s += 1
    assert (await trips.end(marie, end, actions)).command_id > first.command_id
    assert woken == [first.box_id] * 2


async def test_without_the_keys_it_is_a_manager_s_to_ask_and_another_request(
    actions: Actions, marie: Person, paul: Person, box: ReportingBox
) -> None:
    trip_id = await box.start_trip()
    without = EndTrip(trip_id=trip_id, without_keys=True)
    assert not (await trips.to_end(marie, OneTrip(trip_id=trip_id), actions)).without_keys_too
    assert (await trips.to_end(paul, OneTrip(trip_id=trip_id), actions)).without_keys_too
    assert await refusal(trips.end(marie, without, actions)) == ("without_keys", Reason.NOT_ALLOWED)
    kinds = [
        (await trips.end(actor, end, actions)).kind
        for actor, end in (
            (marie, EndTrip(trip_id=trip_id)),
            (paul, without),
            (Operator(), without),
        )
    ]
    assert kinds == ["end-trip", "end-from-afar-without-keys", "end-from-afar-without-keys"]
    waiting = await actions.store.commands.ends_from_afar(actions.clock.now_s(), 9)
    assert [end.asked_by for end in waiting] == [paul.agent.full_name], "asked twice is asked once"


async def test_a_manager_s_end_is_anothers_unless_it_is_their_own_trip(
    actions: Actions, paul: Person, box: ReportingBox
) -> None:
    own = EndTrip(trip_id=await box.start_trip(PAUL))
    assert (await trips.end(paul, own, actions)).kind == "end-trip"
    others = EndTrip(trip_id=await box.start_trip())
    assert (await trips.end(paul, others, actions)).kind == "end-from-afar"
    assert (await trips.end(Operator(), others, actions)).agent_id == paul.agent.agent_id


async def test_somebody_else_s_end_is_withdrawn_by_a_manager_once(
    actions: Actions, marie: Person, paul: Person, box: ReportingBox
) -> None:
    one = OneTrip(trip_id=await box.start_trip())
    nothing = ("", Reason.NOTHING_TO_WITHDRAW)
    assert await refusal(trips.withdraw_end(paul, one, actions)) == nothing
    ordered = await trips.end(paul, EndTrip(trip_id=one.trip_id), actions)
    assert await refusal(trips.withdraw_end(marie, one, actions)) == ("", Reason.NOT_ALLOWED)
    withdrawal = await trips.withdraw_end(paul, one, actions)
    assert withdrawal.kind == "withdraw-end" and withdrawal.command_id > ordered.command_id
    (end,) = (await trips.view(paul, one, actions)).ends_from_afar
    assert end.is_withdrawn, "and stays listed until the car has heard so"
    assert await refusal(trips.withdraw_end(paul, one, actions)) == nothing


async def test_somebody_else_s_end_is_listed_until_its_day_is_over_or_the_trip_is(
    actions: Actions, clock: StillClock, paul: Person, box: ReportingBox
) -> None:
    async def listed() -> list[int]:
        waiting = await actions.store.commands.ends_from_afar(clock.now_s(), 9)
        return [end.trip_id for end in waiting]

    trip_id = await box.start_trip()
    await trips.end(paul, EndTrip(trip_id=trip_id), actions)
    clock.at_s += END_FROM_AFAR_VALID_S - 1
    assert await listed() == [trip_id]
    clock.at_s += 1
    assert await listed() == []
    await trips.end(paul, EndTrip(trip_id=trip_id), actions)
    assert await listed() == [trip_id]
    await box.end_trip()
    assert await listed() == []


async def test_a_trip_that_is_over_is_left_alone(
    actions: Actions, woken: list[int | None], marie: Person, box: ReportingBox
) -> None:
    trip_id = await box.start_trip()
    await box.end_trip()
    for act in (
        trips.to_end(marie, OneTrip(trip_id=trip_id), actions),
        trips.end(marie, EndTrip(trip_id=trip_id), actions),
    ):
        assert await refusal(act) == ("", Reason.TRIP_OVER)
    assert woken == []
