"""Every act, and every reading of a place, leaves its entry: by the action, in its transaction."""

import sqlite3
from pathlib import Path

import pytest

from server.actions import Actions, Operator, Person, badges, bookings, trips
from server.actions.badges import OneBadge
from server.actions.enrolment import typed
from server.fleet.inputs import judged
from server.fleet.records import Position
from server.fleet.refusals import Refused
from server.fleet.roles import Role
from server.store import Store
from tests.fleet import CAR, HOUR_S, MARIE, NOW_S, PAUL
from tests.server.actions.driving import ReportingBox
from tests.server.actions.people import someone


def entries(store: Store) -> list[tuple[object, ...]]:
    """All there are, as a stranger with the sqlite3 tool reads them."""
    with sqlite3.connect(Path(store.data_dir) / "voiturier.db") as database:
        return database.execute(
            "SELECT at_s, agent_id, operator, act, kind, object_id, outcome FROM audit"
            " ORDER BY audit_id"
        ).fetchall()


async def test_an_act_leaves_who_did_what_with_which_thing_and_when(
    store: Store, actions: Actions, paul: Person
) -> None:
    (badge,) = await store.badges.of_agent(MARIE)
    await badges.block(paul, OneBadge(badge_id=badge.badge_id), actions)
    assert entries(store) == [(NOW_S, PAUL, None, "block_badge", "badge", badge.badge_id, "done")]


async def test_who_books_four_weeks_leaves_four_and_who_enrols_a_badge_one(
    store: Store, actions: Actions, marie: Person, paul: Person
) -> None:
    asked = bookings.Book(
        vehicle_id=CAR,
        starts_at_s=NOW_S + 24 * HOUR_S,
        ends_at_s=NOW_S + 25 * HOUR_S,
        purpose="Visite",
        weeks=4,
    )
    booked = await bookings.book(marie, asked, actions)
    card = judged(typed.Enrol, {"agent_id": MARIE, "uid": "04 11 22 33 44 55 77"})
    held = await typed.enrol(paul, card, actions)
    assert [(who, act, number) for _, who, _, act, _, number, _ in entries(store)] == [
        *((MARIE, "book", each.booking_id) for each in booked),
        (PAUL, "enrol_badge", held.badge.badge_id),
    ]


async def test_who_is_refused_for_want_of_a_right_leaves_that(
    store: Store, actions: Actions, marie: Person
) -> None:
    (badge,) = await store.badges.of_agent(MARIE)
    with pytest.raises(Refused):
        await badges.block(marie, OneBadge(badge_id=badge.badge_id), actions)
    told = (NOW_S, MARIE, None, "block_badge", "badge", badge.badge_id, "refused")
    assert entries(store) == [told]


async def test_who_read_somebodys_places_is_told_them_but_not_that_they_looked_themselves(
    store: Store, actions: Actions, marie: Person, paul: Person
) -> None:
    box = ReportingBox(store)
    trip_id = await box.start_trip(where=Position(480061000, 1996000))
    await box.end_trip()
    asked = trips.OneTrip(trip_id=trip_id)
    await trips.view(marie, asked, actions)
    await trips.view(paul, asked, actions)
    await trips.view(Operator("root"), asked, actions)
    told = await store.audit.readings_of(MARIE, 10)
    assert [(each.agent_name, each.operator, each.trip_id) for each in told] == [
        (None, "root", trip_id),
        ("Paul Morin", None, trip_id),
    ]
    assert await store.audit.readings_of(MARIE, 10, before_id=told[-1].audit_id) == []
    assert await store.audit.readings_of(PAUL, 10) == []


async def test_who_may_not_see_the_places_of_a_trip_leaves_no_reading(
    store: Store, actions: Actions
) -> None:
    trip_id = await ReportingBox(store).start_trip(where=Position(480061000, 1996000))
    accountant = someone(Role.ACCOUNTANT)
    await trips.view(accountant, trips.OneTrip(trip_id=trip_id), actions)
    assert entries(store) == []


async def test_a_trip_without_a_place_is_read_without_an_entry(
    store: Store, actions: Actions, paul: Person
) -> None:
    trip_id = await ReportingBox(store).start_trip()
    await trips.view(paul, trips.OneTrip(trip_id=trip_id), actions)
    assert entries(store) == []


async def test_who_reads_where_somebody_was_leaves_whose_trip_it_was(
    store: Store, actions: Actions, paul: Person
) -> None:
    trip_id = await ReportingBox(store).start_trip(where=Position(480061000, 1996000))
    await trips.view(paul, trips.OneTrip(trip_id=trip_id), actions)
    assert entries(store) == [(NOW_S, PAUL, None, "read_places", "trip", trip_id, "done")]
