"""Every act, and every reading of a place, leaves its entry: by the action, in its transaction."""

import sqlite3
from pathlib import Path

from server.actions import Actions, Person, badges, trips
from server.actions.badges import OneBadge
from server.fleet.records import Position
from server.store import Store
from tests.fleet import MARIE, NOW_S, PAUL
from tests.server.actions.driving import ReportingBox


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


async def test_who_reads_where_somebody_was_leaves_whose_trip_it_was(
    store: Store, actions: Actions, paul: Person
) -> None:
    trip_id = await ReportingBox(store).start_trip(where=Position(480061000, 1996000))
    await trips.view(paul, trips.OneTrip(trip_id=trip_id), actions)
    assert entries(store) == [(NOW_S, PAUL, None, "read_places", "trip", trip_id, "done")]
