"""Bookings as pages list them: the pages together say what a plain look at all of them says."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from server.fleet.availability import meets_any
from server.fleet.model.bookings import Booking, Window
from server.fleet.records import Holder, ReadRecord, TripStarted
from server.fleet.trips import follow
from server.store import Batch, Store
from tests.fleet import CAR, HOUR_S, MARIE, NOW_S, PAUL, call_off, fit_box, open_small_fleet, wanted

# Each hour of the car: nobody's, or whose, and whether cancelled again.
HOURS = st.lists(
    st.none() | st.tuples(st.sampled_from((MARIE, PAUL)), st.booleans()), min_size=1, max_size=10
)
WINDOWS = st.lists(
    st.tuples(st.integers(-8, 8), st.integers(1, 5)).map(
        lambda t: Window(NOW_S + t[0] * 1800, NOW_S + (t[0] + t[1]) * 1800)
    ),
    min_size=1,
    max_size=3,
)


_HAS_ONE = 4  # the hour that the small fleet's own booking takes


async def fill(store: Store, hours: list[tuple[int, bool] | None], driven: int) -> None:
    """Book the hours around now, the first of them long over; one is being driven."""
    for i, hour in enumerate(hours):
        if hour is None or i == _HAS_ONE:
            continue
        agent_id, cancelled = hour
        start_s = NOW_S + (i - 5) * 2 * HOUR_S + HOUR_S
        hours_of_it = wanted(CAR, start_s, start_s + HOUR_S)
        booking = await store.bookings.create(hours_of_it, agent_id, NOW_S)
        if cancelled:
            await call_off(store, booking.booking_id)
    booking = next(iter((await store.bookings.by_id([driven])).values()), None)
    if booking is not None:
        holder = Holder(booking.agent_id, booking.directorate_id, booking.booking_id)
        start = TripStarted(NOW_S - 60, 0, holder, None)
        box = await fit_box(store)
        record = ReadRecord(2, "trip_start", NOW_S, b"", {}, start)
        await store.records.append(Batch(box.box_id, 1, 1, 1, (record,), NOW_S), follow)


async def all_pages(page, size: int) -> list[Booking]:
    found: list[Booking] = []
    while True:
        last_id = found[-1].booking_id if found else None
        more = await page(size, last_id)
        found += more
        if len(more) < size:
            return found


@settings(max_examples=30)
@given(HOURS, st.integers(1, 8), st.integers(1, 4), WINDOWS)
def test_lists_of_bookings_are_what_a_plain_look_says(
    hours: list[tuple[int, bool] | None], driven: int, size: int, windows: list[Window]
) -> None:
    async def look() -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = await open_small_fleet(Path(folder))
            try:
                await fill(store, hours, driven)
                await compare(store, size, windows)
            finally:
                await store.close()

    asyncio.run(look())


async def compare(store: Store, size: int, windows: list[Window]) -> None:
    everything = list((await store.bookings.by_id(range(1, 20))).values())
    under_way = {trip.booking_id for trip in await store.trips.under_way()}
    for agent_id in (MARIE, PAUL):
        own = sorted(
            (each for each in everything if each.agent_id == agent_id),
            key=lambda each: each.starts_at_s,
        )
        coming = [
            each
            for each in own
            if each.state == "active" and (each.ends_at_s > NOW_S or each.booking_id in under_way)
        ]

        async def page_coming(limit: int, last_id: int | None, agent_id: int = agent_id):
            return await store.bookings.coming(agent_id, NOW_S, limit, last_id)

        async def page_over(limit: int, last_id: int | None, agent_id: int = agent_id):
            return await store.bookings.over(agent_id, NOW_S, limit, last_id)

        async def page_all(limit: int, last_id: int | None, agent_id: int = agent_id):
            return await store.bookings.of_agent(agent_id, 0, limit, last_id)

        assert await all_pages(page_coming, size) == coming
        assert await all_pages(page_over, size) == [e for e in own if e not in coming][::-1]
        assert await all_pages(page_all, size) == own
    taken = {
        (each.vehicle_id, each.starts_at_s, each.ends_at_s)
        for each in everything
        if each.state == "active" and meets_any(Window(each.starts_at_s, each.ends_at_s), windows)
    }
    assert set(await store.bookings.taken(windows)) == taken
