"""To sign in books nothing: whoever books, by whatever way, has a right for that car then."""

import json

import pytest

from server.actions import Actions, Operator, Person, bookings, offers
from server.actions.fleet import load
from server.actions.people import register, rights
from server.fleet import fleet_file
from server.fleet.inputs import judged
from server.fleet.people.rights import Right
from server.fleet.refusals import Reason, Refused
from tests.fleet import BOOKING, CAR, HOUR_S, MARIE, NOW_S, OTHER_CAR, agent, booking
from tests.server.actions.on_record.one_service import DAY_S, DDPP, LATER_S, move
from tests.server.actions.people import person
from tests.server.web.sample import StillClock


def wish(car: int = OTHER_CAR, starts_at_s: int = LATER_S, **more: object) -> bookings.Book:
    hours = {"starts_at_s": starts_at_s, "ends_at_s": starts_at_s + HOUR_S}
    return judged(bookings.Book, {"vehicle_id": car, "purpose": "Visite", **hours, **more})


async def withdraw_all(paul: Person, actions: Actions) -> None:
    for right in (await actions.store.rights.of_agent(MARIE)).rights:
        asked = rights.OneRight(agent_id=MARIE, right_id=right.right_id)
        await rights.withdraw(paul, asked, actions)


async def give(paul: Person, actions: Actions, from_s: int, **more: object) -> Right:
    asked = judged(rights.GiveRight, {"agent_id": MARIE, "from_s": from_s, **more})
    return (await rights.give(paul, asked, actions))[-1]


async def why(act) -> set[Reason]:
    try:
        await act
    except Refused as refused:
        return {each.reason for each in refused.refusals}
    return set()


async def test_who_was_there_before_keeps_the_right_to_everything(
    marie: Person, actions: Actions
) -> None:
    (right,) = (await actions.store.rights.of_agent(MARIE)).rights
    assert (right.from_s, right.to_s, right.given_by) == (0, None, None)
    assert await why(bookings.book(marie, wish(), actions)) == set()


async def test_without_a_right_nothing_is_booked_moved_extended_repeated_or_offered(
    marie: Person, paul: Person, actions: Actions
) -> None:
    await withdraw_all(paul, actions)
    none = {Reason.NO_RIGHT}
    assert await why(bookings.book(marie, wish(), actions)) == none
    assert await why(bookings.book(marie, wish(weeks=3), actions)) == none
    extended = bookings.Extend(booking_id=BOOKING, ends_at_s=NOW_S + 3 * HOUR_S)
    assert await why(bookings.extend(marie, extended, actions)) == none
    moved = bookings.Move(booking_id=BOOKING, vehicle_id=OTHER_CAR)
    assert await why(bookings.move(marie, moved, actions)) == none
    assert await offers.free_vehicles(actions, [wish().window], MARIE) == []
    (offer,) = (
        await offers.offers_for(marie, await actions.store.bookings.of_agent(MARIE, NOW_S), actions)
    ).values()
    assert offer.cars == ()
    said = await bookings.objections(marie, wish().model_dump(), actions)
    assert {each.reason for each in said} == none
    # What stands may still end, or be called off.
    assert await why(bookings.cancel(marie, bookings.Cancel(booking_id=BOOKING), actions)) == set()


async def test_a_right_covers_each_week_of_a_series_or_none_is_booked(
    marie: Person, paul: Person, actions: Actions
) -> None:
    await withdraw_all(paul, actions)
    await give(paul, actions, NOW_S, to_s=LATER_S + 10 * DAY_S)
    assert await why(bookings.book(marie, wish(weeks=2), actions)) == set()
    assert await why(bookings.book(marie, wish(CAR, weeks=3), actions)) == {Reason.NO_RIGHT}
    assert len(await actions.store.bookings.of_agent(MARIE, LATER_S)) == 2


async def test_an_extension_is_held_to_the_right_for_the_time_that_it_adds(
    marie: Person, paul: Person, actions: Actions, clock: StillClock
) -> None:
    await withdraw_all(paul, actions)
    right = await give(paul, actions, NOW_S + HOUR_S, to_s=NOW_S + 2 * HOUR_S)
    longer = bookings.Extend(booking_id=BOOKING, ends_at_s=NOW_S + 2 * HOUR_S)
    assert await why(bookings.extend(marie, longer, actions)) == set()
    too_long = bookings.Extend(booking_id=BOOKING, ends_at_s=NOW_S + 2 * HOUR_S + 1)
    assert await why(bookings.extend(marie, too_long, actions)) == {Reason.NO_RIGHT}
    clock.at_s = NOW_S + 90 * 60
    asked = rights.OneRight(agent_id=MARIE, right_id=right.right_id)
    after = (await rights.withdraw(paul, asked, actions))[-1]
    assert (after.to_s, after.withdrawn_by) == (clock.at_s, "Paul Morin")
    assert (await rights.withdraw(paul, asked, actions))[-1] == after


async def test_a_right_of_a_site_a_group_or_a_directorate_is_for_no_other(
    marie: Person, paul: Person, actions: Actions
) -> None:
    def group(db) -> None:
        db.execute("INSERT INTO car_group (group_id, name, restricted) VALUES (7, 'Bacs', 1)")
        db.execute("INSERT INTO vehicle_group (vehicle_id, group_id) VALUES (2, 7)")

    await actions.store._engine.write(group)
    assert await why(bookings.book(marie, wish(), actions)) == {Reason.RIGHT_ELSEWHERE}
    free = await offers.free_vehicles(actions, [wish().window], MARIE)
    assert [car.vehicle_id for car in free] == [CAR]
    await give(paul, actions, NOW_S, groups=[7], directorates=[DDPP])
    assert await why(bookings.book(marie, wish(), actions)) == {Reason.RIGHT_ELSEWHERE}
    await move(paul, MARIE, DDPP, LATER_S, actions)
    assert await why(bookings.book(marie, wish(), actions)) == set()
    early = wish(starts_at_s=LATER_S - DAY_S)
    assert await why(bookings.book(marie, early, actions)) == {Reason.RIGHT_ELSEWHERE}


async def test_a_right_is_given_for_what_there_is_and_to_who_is_there(
    paul: Person, actions: Actions
) -> None:
    wrong = give(paul, actions, NOW_S, to_s=NOW_S, sites=[99], groups=[99], directorates=[99])
    assert await why(wrong) == {Reason.END_BEFORE_START, Reason.UNKNOWN_NAME}
    await actions.store.accounts.close(MARIE, NOW_S)
    assert await why(give(paul, actions, NOW_S)) == {Reason.ACCOUNT_CLOSED}
    nobody = judged(rights.GiveRight, {"agent_id": 99, "from_s": NOW_S})
    assert await why(rights.give(paul, nobody, actions)) == {Reason.NO_SUCH_ACCOUNT}


async def test_only_a_manager_gives_rights_and_changes_people(
    marie: Person, actions: Actions
) -> None:
    none = {Reason.NOT_ALLOWED}
    assert await why(give(marie, actions, NOW_S)) == none
    assert await why(move(marie, MARIE, DDPP, NOW_S, actions)) == none
    one = rights.OneRight(agent_id=MARIE, right_id=1)
    assert await why(rights.withdraw(marie, one, actions)) == none
    assert await why(register.page(marie, register.Sought(), actions)) == none


def file_of(**lists: object) -> fleet_file.FleetFile:
    return fleet_file.parse(json.dumps(lists))


EVA = agent("eva.roux", b"", badges=[])
EVA_BOOKS = booking("EF-456-GH", "eva.roux", LATER_S, LATER_S + HOUR_S)


async def test_a_person_of_a_file_may_book_unless_it_says_otherwise(actions: Actions) -> None:
    no = file_of(agents=[EVA | {"may_book": False}], bookings=[EVA_BOOKS])
    assert await why(load(Operator(), no, actions)) == {Reason.NO_RIGHT}
    await load(Operator(), file_of(agents=[EVA | {"may_book": False}]), actions)
    unsaid = file_of(agents=[EVA], bookings=[EVA_BOOKS])
    assert await why(load(Operator(), unsaid, actions)) == {Reason.NO_RIGHT}
    await load(Operator(), file_of(agents=[EVA | {"may_book": True}]), actions)
    await load(Operator(), unsaid, actions)


async def test_what_a_file_said_before_takes_back_no_right_that_a_page_gave(
    paul: Person, actions: Actions
) -> None:
    no = file_of(agents=[EVA | {"may_book": False}])
    await load(Operator(), no, actions)
    eva = await actions.store.agents.by_login("eva.roux")
    assert eva is not None
    asked = judged(rights.GiveRight, {"agent_id": eva.agent_id, "from_s": NOW_S})
    await rights.give(paul, asked, actions)
    await load(Operator(), no, actions)
    assert (await actions.store.rights.of_agent(eva.agent_id)).rights[-1].to_s is None


async def test_a_person_put_on_record_by_a_page_gets_no_right_from_a_file_that_names_them(
    paul: Person, actions: Actions
) -> None:
    asked = register.AddPerson(login="eva.roux", full_name="Eva Roux", directorate_id=1)
    eva = await register.add(paul, asked, actions)
    await load(Operator(), file_of(agents=[EVA]), actions)
    assert (await actions.store.rights.of_agent(eva.agent.agent_id)).rights == ()
    with pytest.raises(Refused):
        await bookings.book(await person(actions.store, eva.agent.agent_id), wish(), actions)
