"""Doubtful trips on the pages: marked, out of every total, and settled by a named manager."""

import re

import pytest

from server.fleet.model.trips import TripFilter
from server.fleet.records import TripEnded
from tests.server.web.sample import CLIO, KARIM, MANAGER, NOW_S, report

LIST = "/a-traiter"
FAR_M = 4_294_000_000


@pytest.fixture
async def trip_id(store) -> int:
    """Karim's trip, which ends 4 million kilometres further on."""
    (trip,) = await store.trips.under_way()
    await report(store, CLIO, TripEnded(NOW_S - 60, FAR_M, "badge_held", None))
    return trip.trip_id


async def total_km(manager) -> str:
    page = await manager.read("/trajets")
    found = re.search(r'class="total">.*?number">([^<]*)<', page, re.DOTALL)
    assert found
    return found[1]


async def test_a_doubtful_trip_is_marked_for_its_driver_and_in_no_sum(arrive, trip_id) -> None:
    karim = await arrive(KARIM)
    for path in ("/trajets", f"/trajets/{trip_id}", "/reservations"):
        assert "distance douteuse" in await karim.read(path)
    assert await total_km(await arrive(MANAGER)) == "300,0"


@pytest.mark.parametrize("said", ["1", "0"])
async def test_a_manager_says_whether_it_counts_and_their_name_stands_beside_it(
    arrive, store, trip_id, said
) -> None:
    manager = await arrive(MANAGER)
    assert "Trajets douteux" in await manager.read("/a-traiter")
    (trip,) = await store.doubtful_trips.unsettled(9)
    answer = await manager.send(
        LIST, f"/a-traiter/trajets/{trip_id}", distance_m=str(trip.distance_m), is_counted=said
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/a-traiter")
    assert await store.doubtful_trips.unsettled(9) == []
    page = await manager.read(f"/trajets/{trip_id}")
    person = await store.agents.by_login(MANAGER)
    assert person.full_name in page
    shown = re.sub(r"\D", "", (await total_km(manager)).split(",")[0])
    assert int(shown) == 300 + (trip.distance_m // 1000 if said == "1" else 0)


async def test_what_was_not_seen_is_not_settled_and_an_agent_settles_nothing(
    arrive, store, trip_id
) -> None:
    manager, karim = await arrive(MANAGER), await arrive(KARIM)
    path = f"/a-traiter/trajets/{trip_id}"
    await manager.send(LIST, path, distance_m="1", is_counted="1")
    assert (await karim.send("/reservations", path, distance_m="1", is_counted="1")).status == 403
    ordinary = next(t for t in await store.trips.log(TripFilter()) if t.trip_id != trip_id)
    answer = await manager.send(
        LIST,
        f"/a-traiter/trajets/{ordinary.trip_id}",
        distance_m=str(ordinary.distance_m),
        is_counted="0",
    )
    assert answer.status == 303
    assert await store.doubtful_trips.settled(9) == []
