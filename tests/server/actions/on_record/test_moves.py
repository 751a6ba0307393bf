"""Of which directorate somebody is, from its day on, ahead or behind; and what bears it."""

import asyncio
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.actions import Actions, Operator, Person
from server.actions.people import directorates, register
from server.actions.tools import wakes_nobody
from server.fleet import fleet_file
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Reason, Refused
from server.store import Store
from tests.fleet import CAR, MARIE, MARIE_UID, NOW_S, OTHER_CAR, agent, copied, load_small_fleet
from tests.server.actions.on_record.one_service import (
    DAY_S,
    DDPP,
    DDT,
    LATER_S,
    book,
    move,
    on_record,
)
from tests.server.web.sample import StillClock


async def test_a_move_ahead_holds_from_its_day_by_itself(
    paul: Person, actions: Actions, clock: StillClock
) -> None:
    before = await book(actions, OTHER_CAR, MARIE, LATER_S - DAY_S)
    after = await book(actions, OTHER_CAR, MARIE, LATER_S + DAY_S)
    now = await move(paul, MARIE, DDPP, LATER_S, actions)
    assert now.agent.directorate_id == DDT
    bookings = await actions.store.bookings.by_id([before.booking_id, after.booking_id])
    assert bookings[before.booking_id].directorate_id == DDT
    assert bookings[after.booking_id].directorate_id == DDPP
    assert (await book(actions, CAR, MARIE, LATER_S + DAY_S)).directorate_id == DDPP
    assert (await book(actions, CAR, MARIE, LATER_S - DAY_S)).directorate_id == DDT
    clock.at_s = LATER_S
    assert (await on_record(paul, MARIE, actions)).agent.directorate_id == DDPP


async def test_a_session_shows_the_directorate_of_now(paul: Person, actions: Actions) -> None:
    marie = await actions.store.agents.get(MARIE)
    assert marie is not None
    await actions.store.accounts.begin(marie, "one", "Firefox", NOW_S, 0)
    await move(paul, MARIE, DDPP, LATER_S, actions)
    for at_s, directorate_id in ((NOW_S, DDT), (LATER_S, DDPP)):
        signed_in = await actions.store.accounts.agent_of("one", 0, at_s)
        assert signed_in is None or signed_in.directorate_id == directorate_id


async def test_a_move_back_makes_what_is_written_down_bear_it(
    paul: Person, actions: Actions
) -> None:
    running = (await actions.store.bookings.of_agent(MARIE, NOW_S))[0]
    assert running.directorate_code == "DDT"
    await move(paul, MARIE, DDPP, running.starts_at_s, actions)
    assert (await actions.store.bookings.of_agent(MARIE, NOW_S))[0].directorate_code == "DDPP"
    await move(paul, MARIE, DDT, running.starts_at_s + 1, actions)
    assert (await actions.store.bookings.of_agent(MARIE, NOW_S))[0].directorate_code == "DDPP"


async def test_a_move_that_began_earlier_than_was_said_is_mended(
    paul: Person, actions: Actions
) -> None:
    await move(paul, MARIE, DDPP, LATER_S, actions)
    now = await move(paul, MARIE, DDPP, NOW_S - DAY_S, actions)
    assert [(m.directorate_id, m.to_s) for m in now.memberships][-1] == (DDPP, None)
    assert now.memberships[-1].from_s == NOW_S - DAY_S


moves = st.lists(st.tuples(st.integers(1, 20), st.sampled_from((DDT, DDPP))), max_size=6)


@given(moves, st.sets(st.integers(1, 20), max_size=4))
def test_every_booking_bears_the_directorate_that_was_said_last_of_its_start(
    said: list[tuple[int, int]], days: set[int]
) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            await copied(load_small_fleet, Path(folder))
            store = Store.open(Path(folder))
            actions = Actions(store, StillClock(NOW_S), wakes_nobody, PARIS)
            made = [await book(actions, OTHER_CAR, MARIE, NOW_S + day * DAY_S) for day in days]
            expected = dict.fromkeys(range(22), DDT)
            for day, directorate_id in said:
                asked = register.MovePerson(
                    agent_id=MARIE, directorate_id=directorate_id, from_s=NOW_S + day * DAY_S
                )
                await register.move(Operator(), asked, actions)
                expected |= dict.fromkeys(range(day, 22), directorate_id)
            found = await store.bookings.by_id(booking.booking_id for booking in made)
            for booking in found.values():
                day = (booking.starts_at_s - NOW_S) // DAY_S
                assert booking.directorate_id == expected[day]
            for day, directorate_id in expected.items():
                agent = await store.agents.get(MARIE, NOW_S + day * DAY_S)
                assert agent is not None and agent.directorate_id == directorate_id
            await store.close()

    asyncio.run(play())


async def test_a_directorate_merged_in_mid_month_hands_its_people_over_from_that_day(
    paul: Person, actions: Actions, clock: StillClock
) -> None:
    earlier = await book(actions, OTHER_CAR, MARIE, NOW_S + DAY_S)
    later = await book(actions, OTHER_CAR, MARIE, LATER_S + DAY_S)
    asked = directorates.CloseDirectorate(directorate_id=DDT, from_s=LATER_S)
    with pytest.raises(Refused) as refused:
        await directorates.close(paul, asked, actions)
    assert refused.value.first.reason is Reason.HAS_MEMBERS
    assert refused.value.first.values == {"people": 1}
    merged = asked.model_copy(update={"into_id": DDPP})
    assert await directorates.close(paul, merged, actions) == 1
    assert await directorates.close(paul, merged, actions) == 0, "again is the same"
    with pytest.raises(Refused):
        await directorates.close(paul, merged.model_copy(update={"from_s": NOW_S}), actions)
    found = await actions.store.bookings.by_id([earlier.booking_id, later.booking_id])
    assert found[earlier.booking_id].directorate_id == DDT
    assert found[later.booking_id].directorate_id == DDPP
    clock.at_s = LATER_S
    assert (await on_record(paul, MARIE, actions)).agent.directorate_id == DDPP
    with pytest.raises(Refused) as refused:
        await move(paul, MARIE, DDT, LATER_S, actions)
    assert refused.value.first.reason is Reason.DIRECTORATE_CLOSED
    await directorates.reopen(paul, directorates.OneDirectorate(directorate_id=DDT), actions)
    assert (await move(paul, MARIE, DDT, LATER_S, actions)).agent.directorate_id == DDT


async def test_a_merger_leaves_the_later_moves_of_its_people_alone(
    paul: Person, actions: Actions
) -> None:
    third = await directorates.add(
        paul, directorates.AddDirectorate(code="DDETS", name="Emploi"), actions
    )
    await move(paul, MARIE, third.directorate_id, LATER_S + DAY_S, actions)
    asked = directorates.CloseDirectorate(directorate_id=DDT, from_s=LATER_S, into_id=DDPP)
    await directorates.close(paul, asked, actions)
    stays = (await on_record(paul, MARIE, actions)).memberships
    assert [(m.directorate_id, m.from_s) for m in stays[1:]] == [
        (DDPP, LATER_S),
        (third.directorate_id, LATER_S + DAY_S),
    ]


async def test_a_directorate_that_is_renamed_is_the_same_and_two_editors_lose_nothing(
    paul: Person, actions: Actions
) -> None:
    asked = directorates.RenameDirectorate(directorate_id=DDT, seen="Territoires", name="Mer")
    assert (await directorates.rename(paul, asked, actions)).name == "Mer"
    assert (await directorates.rename(paul, asked, actions)).name == "Mer"
    with pytest.raises(Refused) as refused:
        await directorates.rename(paul, asked.model_copy(update={"name": "Forêts"}), actions)
    assert refused.value.first.reason is Reason.CHANGED_MEANWHILE
    assert refused.value.first.values == {"now": "Mer"}


async def test_a_file_that_says_otherwise_brings_a_planned_move_forward(
    paul: Person, actions: Actions
) -> None:
    booked = await book(actions, OTHER_CAR, MARIE, NOW_S + DAY_S)
    await move(paul, MARIE, DDPP, LATER_S, actions)
    file = {"agents": [agent("marie.leroy", MARIE_UID, directorate="DDPP")]}
    await actions.store.fleet.load(fleet_file.parse(json.dumps(file)), {}, NOW_S)
    assert (await on_record(paul, MARIE, actions)).agent.directorate_id == DDPP
    found = await actions.store.bookings.by_id([booked.booking_id])
    assert found[booked.booking_id].directorate_id == DDPP
