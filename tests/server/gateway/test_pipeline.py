"""However a box repeats itself: each record is stored once, in order, and so is its trip."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.fleet.model.trips import TripFilter
from server.gateway.pipeline import Pipeline
from server.store import Store
from shared_protocol import records
from shared_protocol.badges import badge_tag
from tests.fleet import (
    BOOKING,
    CAR,
    MARIE_UID,
    NOW_S,
    OTHER_CAR,
    fit_box,
    open_small_fleet,
)

COUNT = 40
PLACE = (480_061_000, 1_996_000)


def told(badge_key: bytes) -> list[records.Record]:
    """A box's first COUNT records: two trips and some refusals between."""
    tag = badge_tag(badge_key, MARIE_UID)
    bodies: list[tuple[object, ...]] = []
    for odometer_m in (1_000, 9_000):
        bodies.append(records.Refusal(bytes(8), records.REFUSED_UNKNOWN_BADGE))
        bodies.append(records.TripStart(tag, BOOKING, odometer_m, *PLACE, 0, 0))
        bodies.append(records.LegStart(odometer_m))
        bodies += [records.Odometer(odometer_m + 100 * i) for i in range(1, 16)]
        bodies.append(records.LegEnd(odometer_m + 1_500))
        bodies.append(records.TripEnd(odometer_m + 1_500, *PLACE, records.END_BADGE_HELD))
    assert len(bodies) == COUNT
    return [records.to_record(NOW_S + i, body) for i, body in enumerate(bodies)]


async def test_a_box_cannot_charge_the_booking_of_another_car(store: Store) -> None:
    secrets = await fit_box(store, OTHER_CAR)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    await Pipeline(store).accept(box, 1, 1, 1, told(secrets.badge_key)[:2], NOW_S)
    (trip,) = await store.trips.log(TripFilter())
    assert (trip.booking_id, trip.agent_name) == (None, "Marie Leroy")


async def test_a_trip_under_way_in_a_box_that_is_replaced_ends_when_it_was_last_heard(
    store: Store,
) -> None:
    secrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    await Pipeline(store).accept(box, 1, 1, 1, told(secrets.badge_key)[:10], NOW_S + 60)
    await store.boxes.add(CAR, replace=True, now_s=NOW_S + 7_200)
    (trip,) = await store.trips.log(TripFilter())
    assert (trip.state, trip.end_reason, trip.ended_at_s) == ("ended", "inferred", NOW_S + 60)
    assert trip.distance_m == 700
    detail = await store.trips.get(trip.trip_id)
    assert detail is not None and detail.legs[0].ended_at_s == NOW_S + 60


BATCHES = st.lists(
    st.tuples(st.integers(1, COUNT), st.integers(1, 12), st.sampled_from((False, False, True))),
    max_size=15,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(BATCHES)
def test_duplicates_gaps_and_restarts_leave_each_record_stored_exactly_once(
    batches: list[tuple[int, int, bool]],
) -> None:
    """`batches`: first seq, length, and whether the server restarts after it."""

    async def run(data_dir: Path) -> None:
        store = await open_small_fleet(data_dir)
        secrets = await fit_box(store)
        box = await store.boxes.by_wire_id(secrets.wire_id)
        assert box is not None
        all_told = told(secrets.badge_key)
        held = 0
        for first, length, restart in [*batches, (1, COUNT, False)]:
            batch = all_told[first - 1 : first - 1 + length]
            answer = await Pipeline(store).accept(box, 1, first, 1, batch, NOW_S)
            if first <= held + 1:
                held = max(held, first - 1 + len(batch))
            assert answer.seq == held == await store.records.held_seq(box.box_id, 1)
            if restart:
                await store.close()
                store = Store.open(data_dir)
        assert await store.records.stored() == COUNT
        trips = await store.trips.log(TripFilter())
        assert [trip.distance_m for trip in trips] == [1_500, 1_500]
        details = [await store.trips.get(trip.trip_id) for trip in reversed(trips)]
        seqs = [row.seq for detail in details if detail for row in detail.records]
        assert seqs == [*range(2, 21), *range(22, 41)]
        assert len(await store.refusals.log()) == 2
        await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


async def test_what_was_driven_across_a_gap_is_charged_to_nobody_known(store: Store) -> None:
    """Marie drove 1 km; her end and the next driver's start are lost with the records between."""
    secrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    tag = badge_tag(secrets.badge_key, MARIE_UID)
    start = records.to_record(NOW_S, records.TripStart(tag, BOOKING, 1_000, *PLACE, 0, 0))
    hers = records.to_record(NOW_S + 60, records.Odometer(2_000))
    another = records.to_record(NOW_S + 900, records.Odometer(300_000))
    end = records.to_record(NOW_S + 990, records.TripEnd(301_000, *PLACE, records.END_BADGE_HELD))
    pipeline = Pipeline(store)
    await pipeline.accept(box, 1, 1, 1, [start, hers], NOW_S + 1_000)
    await pipeline.accept(box, 1, 8, 8, [another, end], NOW_S + 1_000)
    (trip,) = await store.trips.log(TripFilter())
    assert trip.distance_m == 1_000
    assert (trip.state, trip.end_reason, trip.ended_at_s) == ("ended", "inferred", NOW_S + 60)
    (row,) = await store.unassigned.log(9)
    assert (row.distance_m, row.from_s, row.to_s) == (299_000, NOW_S + 60, NOW_S + 990)
    assert row.is_gap and row.after_trip_id == trip.trip_id and row.before_trip_id is None
    assert row.agent_id is None, "nobody's until somebody says whose"
