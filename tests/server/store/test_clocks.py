"""The times of a box whose clock was wrong, mended by the number of that clock."""

from typing import Any

import pytest

from server.fleet import grants
from server.fleet.model.trips import TripFilter
from server.gateway.pipeline import Pipeline
from server.store import Store
from shared_protocol.limits import GRANTS_VALID_S
from shared_protocol.messages import CLOCK_GNSS, CLOCK_SERVER
from shared_protocol.records import (
    ASSURANCE_LOW,
    END_BADGE_HELD,
    NO_POSITION,
    REFUSED_TOO_LATE,
    Boot,
    ClockMended,
    ClockState,
    LegEnd,
    LegStart,
    Odometer,
    Record,
    Refusal,
    TripEnd,
    TripStart,
    to_record,
)
from tests.fleet import NOW_S, fit_box

DAY_S = 86_400
NOWHERE = (NO_POSITION, NO_POSITION)
BADGE = b"anybody-"


def trip(odometer_m: int) -> tuple[Any, ...]:
    return (
        TripStart(BADGE, 0, odometer_m, *NOWHERE, ASSURANCE_LOW, 0),
        LegStart(odometer_m),
        LegEnd(odometer_m + 500),
        TripEnd(odometer_m + 500, *NOWHERE, END_BADGE_HELD),
        Refusal(BADGE, REFUSED_TOO_LATE),
    )


def stamped(time_s: int, *bodies: Any) -> list[Record]:
    return [to_record(time_s + 60 * i if time_s else 0, body) for i, body in enumerate(bodies)]


async def send(store: Store, *batches: list[Record]) -> None:
    secrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    pipeline, seq = Pipeline(store), 1
    for batch in batches:
        await pipeline.accept(box, 1, seq, 1, batch, NOW_S)
        seq += len(batch)


async def times(store: Store, table: str, *columns: str) -> list[tuple[int | None, ...]]:
    rows = await store.records._rows(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1")
    return [tuple(row) for row in rows]


def clock(number: int) -> ClockState:
    return ClockState(number, CLOCK_SERVER, 1, 100)


@pytest.mark.parametrize("shift_s", [-10 * DAY_S, 3 * DAY_S])
async def test_what_was_recorded_under_a_wrong_clock_is_mended_and_nothing_else(
    store: Store, shift_s: int
) -> None:
    off_s = -shift_s
    right = NOW_S - DAY_S
    await send(
        store,
        stamped(right, clock(1), *trip(0)),
        stamped(right + 1000 + off_s, clock(2), *trip(500)),
        stamped(0, *trip(1000)[:4]),
        stamped(right + 2000 + off_s, clock(2), Odometer(1500)),
        stamped(right + 3000, clock(3), ClockMended(2, shift_s), *trip(1500)),
    )
    starts = [right + 60, right + 1060, right + 3120, NOW_S]
    assert await times(store, "trip", "started_at_s", "ended_at_s") == [
        (start, start if start == NOW_S else start + 180) for start in starts
    ]
    assert await times(store, "leg", "started_at_s", "ended_at_s") == [
        (start + 60, start + 120) if start != NOW_S else (start, start) for start in starts
    ]
    assert await times(store, "refusal", "at_s") == [
        (right + 300,), (right + 1300,), (right + 3360,),
    ]  # fmt: skip
    (odometer,) = await times(store, "record WHERE kind_name = 'odometer'", "at_s")
    assert odometer == (right + 2060,)


async def test_a_clock_that_nobody_knows_mends_nothing(store: Store) -> None:
    await send(store, stamped(NOW_S, clock(1), *trip(0), ClockMended(7, DAY_S)))
    assert await times(store, "trip", "started_at_s") == [(NOW_S + 60,)]


async def test_a_batch_that_comes_again_mends_once(store: Store) -> None:
    batch = stamped(NOW_S, clock(1), *trip(0), clock(2), ClockMended(1, -DAY_S))
    secrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    for _ in range(3):
        await Pipeline(store).accept(box, 1, 1, 1, batch, NOW_S)
    assert await times(store, "trip", "started_at_s") == [(NOW_S + 60 - DAY_S,)]


async def test_what_the_clock_rests_on_is_kept_of_the_box(store: Store) -> None:
    await send(store, stamped(NOW_S, clock(1)))
    (box,) = await store.boxes.all()
    assert (box.clock_doubtful, box.clock_off_s) == (1, 100)


async def test_it_is_no_longer_doubtful_when_the_box_says_so(store: Store) -> None:
    await send(store, stamped(NOW_S, clock(1), ClockState(1, CLOCK_GNSS, 0, 20)))
    (box,) = await store.boxes.all()
    assert (box.clock_doubtful, box.clock_off_s) == (0, 20)


def test_boxes_know_for_how_long_a_set_is_valid() -> None:
    assert GRANTS_VALID_S == grants.VALID_S


async def test_a_clock_that_went_on_over_a_power_cut_is_mended_on_both_sides_of_it(
    store: Store,
) -> None:
    right = NOW_S - DAY_S
    await send(
        store,
        stamped(right + 3600, clock(1), *trip(0)),
        stamped(0, Boot(1, "1.0", 7)),
        stamped(right + 3600 + 1000, clock(1), *trip(500)),
        stamped(right + 2000, clock(2), ClockMended(1, -3600)),
    )
    assert await times(store, "trip", "started_at_s", "ended_at_s") == [
        (right + 60, right + 240),
        (right + 1060, right + 1240),
    ]
    assert await times(store, "refusal", "at_s") == [(right + 300,), (right + 1300,)]


async def doubts(store: Store) -> list[tuple[bool, bool]]:
    """Of each trip, the oldest first: whether its start and its end are doubtful."""
    trips = await store.trips.log(TripFilter())
    return [(trip.start_doubtful, trip.end_doubtful) for trip in reversed(trips)]


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_a_trip_is_doubtful_where_its_start_or_end_was_recorded_under_a_doubtful_clock(
    store: Store, in_one_batch: bool
) -> None:
    sure = ClockState(2, CLOCK_GNSS, 0, 20)
    told = [
        stamped(NOW_S, clock(1), *trip(0)),
        stamped(NOW_S + 1000, *trip(500)[:2]),
        stamped(NOW_S + 2000, sure, *trip(500)[2:]),
        stamped(NOW_S + 3000, *trip(1000)[:2]),
        stamped(NOW_S + 4000, clock(3), *trip(1000)[2:]),
        stamped(0, *trip(1500)[:4]),
    ]
    await send(store, *([[record for batch in told for record in batch]] if in_one_batch else told))
    found = await doubts(store)
    assert sorted(found) == sorted([(True, True), (True, False), (False, True), (False, False)])


@pytest.mark.parametrize(
    "relief",
    [
        [ClockState(1, CLOCK_GNSS, 0, 20)],
        [ClockState(2, CLOCK_GNSS, 0, 20), ClockMended(1, -DAY_S)],
    ],
    ids=["it was right", "it is mended"],
)
async def test_a_doubtful_time_is_doubtful_no_more_once_its_clock_is_believed_or_mended(
    store: Store, relief: list[Any]
) -> None:
    await send(
        store,
        stamped(NOW_S, clock(7), *trip(0)),
        stamped(NOW_S + 500, clock(1), *trip(500)),
        stamped(NOW_S + 1000, *relief),
    )
    assert sorted(await doubts(store)) == [(False, False), (True, True)], "another stays as it is"
