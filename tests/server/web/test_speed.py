"""No page may need more than 200 ms at the server (design.md, "The pages")."""

import time

import pytest

from tests.server.web.sample import MANAGER, trip_ids

LIMIT_S = 0.2


@pytest.mark.parametrize(
    "path",
    [
        "/reservations",
        "/reservations/nouvelle",
        "/trajets",
        "/trajets/{under_way}?all",
        "/badges-refuses",
        "/boitiers",
        "/api/trips",
    ],
)
async def test_a_page_is_ready_within_the_limit(arrive, store, path):
    under_way, _ = await trip_ids(store)
    manager = await arrive(MANAGER)
    times_s = []
    for _ in range(5):
        begin = time.perf_counter()
        await manager.read(path.format(under_way=under_way))
        times_s.append(time.perf_counter() - begin)
    # The best of five: what the page needs, not what else this machine was doing.
    assert min(times_s) < LIMIT_S, times_s
