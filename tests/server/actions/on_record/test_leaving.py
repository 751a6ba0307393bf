"""Somebody leaves: account, badges and bookings in one act, or nothing."""

import pytest

from server.actions import Actions, Person
from server.actions.people import leaving, register, rights
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refused
from tests.fleet import BOOKING, CAR, MARIE, NOW_S, OTHER_CAR, PAUL, call_off
from tests.server.actions.on_record.one_service import DAY_S, DDT, LATER_S, book


async def leave(paul: Person, takers: dict[int, str], actions: Actions) -> Agent:
    return await leaving.leave(paul, leaving.Leave(agent_id=MARIE, takers=takers), actions)


async def reasons(paul: Person, takers: dict[int, str], actions: Actions) -> dict[str, Reason]:
    """Why it is not done; nothing is done then."""
    with pytest.raises(Refused) as refused:
        await leave(paul, takers, actions)
    marie = await actions.store.agents.get(MARIE)
    assert marie is not None and marie.closed_at_s is None
    return {refusal.field: refusal.reason for refusal in refused.value.refusals}


async def test_each_booking_is_given_to_somebody_or_cancelled_with_the_account(
    paul: Person, actions: Actions, woken: list[int | None]
) -> None:
    given = await book(actions, OTHER_CAR, MARIE, LATER_S)
    called_off = await book(actions, OTHER_CAR, MARIE, LATER_S + DAY_S)
    about = await leaving.about(paul, register.OnePerson(agent_id=MARIE), actions)
    assert [b.booking_id for b in about.bookings] == [
        BOOKING,
        given.booking_id,
        called_off.booking_id,
    ]
    takers = {BOOKING: "", given.booking_id: "Paul.Morin", called_off.booking_id: ""}
    assert (await leave(paul, takers, actions)).closed_at_s == NOW_S
    found = await actions.store.bookings.by_id(takers)
    assert found[given.booking_id].agent_id == PAUL
    assert found[given.booking_id].directorate_code == "DDPP"
    assert {found[BOOKING].state, found[called_off.booking_id].state} == {"cancelled"}
    badges = await actions.store.badges.of_agent(MARIE)
    assert all(badge.revoked_at_s == NOW_S for badge in badges)
    assert None in woken


async def test_a_booking_that_is_not_spoken_of_keeps_the_account_open(
    paul: Person, actions: Actions
) -> None:
    later = await book(actions, OTHER_CAR, MARIE, LATER_S)
    against = await reasons(paul, {BOOKING: ""}, actions)
    assert against == {str(later.booking_id): Reason.NOT_HANDED_OVER}
    assert (await actions.store.bookings.by_id([BOOKING]))[BOOKING].state == "active"


async def test_who_takes_over_has_an_account_a_licence_a_right_and_no_other_car(
    paul: Person, actions: Actions
) -> None:
    eva = await register.add(
        paul,
        register.AddPerson(login="eva.roux", full_name="Eva Roux", directorate_id=DDT),
        actions,
    )
    field = str(BOOKING)
    assert await reasons(paul, {BOOKING: "nobody"}, actions) == {field: Reason.NO_SUCH_ACCOUNT}
    assert await reasons(paul, {BOOKING: "marie.leroy"}, actions) == {field: Reason.ACCOUNT_CLOSED}
    no_licence = {field: Reason.NO_LICENCE_ON_RECORD}
    assert await reasons(paul, {BOOKING: "eva.roux"}, actions) == no_licence
    licence = register.EditPerson(
        agent_id=eva.agent.agent_id,
        seen_name="Eva Roux",
        seen_licence="no",
        full_name="Eva Roux",
        licence="yes",
    )
    await register.edit(paul, licence, actions)
    assert await reasons(paul, {BOOKING: "eva.roux"}, actions) == {field: Reason.NO_RIGHT}
    # The hours of the booking that are over need no right any more.
    await rights.give(paul, rights.GiveRight(agent_id=eva.agent.agent_id, from_s=NOW_S), actions)
    other = await book(actions, OTHER_CAR, eva.agent.agent_id, NOW_S)
    assert await reasons(paul, {BOOKING: "eva.roux"}, actions) == {field: Reason.BUSY_THEN}
    await call_off(actions.store, other.booking_id)
    await leave(paul, {BOOKING: "eva.roux"}, actions)
    taken = (await actions.store.bookings.by_id([BOOKING]))[BOOKING]
    assert (taken.agent_id, taken.vehicle_id) == (eva.agent.agent_id, CAR)


async def test_the_same_person_takes_no_two_cars_at_once(paul: Person, actions: Actions) -> None:
    same_time = await book(actions, OTHER_CAR, MARIE, NOW_S)
    takers = {BOOKING: "paul.morin", same_time.booking_id: "paul.morin"}
    against = await reasons(paul, takers, actions)
    assert against == {str(same_time.booking_id): Reason.BUSY_THEN}
