"""Which metres belong to no trip: examples, and that no metre is ever both or neither."""

from hypothesis import given
from hypothesis import strategies as st

from server.fleet.records import (
    FleetRecord,
    HandoverDropped,
    HandoverWaits,
    Holder,
    LegStarted,
    OdometerRead,
    TripEnded,
    TripStarted,
)
from server.fleet.trips import TripDraft, follow
from server.fleet.unassigned import Reading, UnassignedDraft, outside_trips

ALICE, BOB = Holder(agent_id=1), Holder(agent_id=2)
HELD = "badge_held"

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["start", "end", "leg", "read", "none", "waits", "dropped"]),
        st.integers(0, 5_000),
    ),
    max_size=30,
)


def told(steps: list[tuple[str, int]]) -> list[FleetRecord | None]:
    """Records of a box whose odometer advances by the metres of each step."""
    odometer_m, records = 1_000, list[FleetRecord | None]()
    for i, (what, metres) in enumerate(steps):
        odometer_m += metres
        made: dict[str, FleetRecord] = {
            "start": TripStarted(i, odometer_m, ALICE if i % 2 else BOB, None),
            "end": TripEnded(i, odometer_m, HELD, None),
            "leg": LegStarted(i, odometer_m),
            "read": OdometerRead(odometer_m),
            "waits": HandoverWaits(odometer_m, BOB),
            "dropped": HandoverDropped(odometer_m),
        }
        records.append(made.get(what))
    return records


def outside(
    records: list[FleetRecord | None], known: Reading | None = None, after_gap: bool = False
) -> tuple[UnassignedDraft, ...]:
    followed = follow(None, records)
    timed = [(record, i) for i, record in enumerate(records)]
    of = (followed.trip_of, after_gap, followed.taking_of)
    return outside_trips(known, None, timed, *of)[0]


def test_metres_between_two_trips_are_a_row_with_both_beside_it() -> None:
    records = told([("start", 0), ("end", 700), ("leg", 50), ("read", 250), ("start", 100)])
    (row,) = outside(records)
    assert row == UnassignedDraft(None, 1, 4, 400, False, after=0, before=1)


def test_a_trip_whose_end_is_missing_does_not_have_the_metres_up_to_the_next() -> None:
    records = told([("start", 0), ("read", 700), ("start", 9_000)])
    assert [trip.distance_m for trip in follow(None, records).trips] == [700, 0]
    assert [row.distance_m for row in outside(records)] == [9_000]


def test_the_first_word_of_an_odometer_is_no_metre() -> None:
    assert outside(told([("read", 90_000)])) == ()
    (row,) = outside(told([("read", 0)]), Reading(400, 7))
    assert (row.distance_m, row.from_s) == (600, 7)


@given(STEPS)
def test_every_metre_belongs_to_a_trip_or_to_a_row_and_never_to_both(
    steps: list[tuple[str, int]],
) -> None:
    records = told([("read", 0), *steps])
    in_trips = sum(trip.distance_m for trip in follow(None, records).trips)
    odometers = [record.odometer_m for record in records if hasattr(record, "odometer_m")]
    assert in_trips + sum(row.distance_m for row in outside(records)) == odometers[-1] - 1_000


@given(STEPS, st.data())
def test_after_a_gap_no_known_driver_has_a_metre_until_a_trip_begins(
    steps: list[tuple[str, int]], data: st.DataObject
) -> None:
    """Batches cut anywhere, with a gap before the last: the sum stays, the drivers' do not grow."""
    records = told([("read", 0), ("start", 0), *steps])
    cut = data.draw(st.integers(2, len(records)))
    before = follow(None, records[:cut])
    open_trip = before.trips[-1] if before.trips[-1].state != "ended" else None
    rows, known = outside_trips(
        None,
        None,
        [(each, i) for i, each in enumerate(records[:cut])],
        before.trip_of,
        False,
        before.taking_of,
    )
    open_row = next((row for row in rows if row.before is None), None)
    after = follow(open_trip, records[cut:], lost_since_s=7)
    rows, _ = outside_trips(
        known, open_row, [(each, 9) for each in records[cut:]], after.trip_of, True, after.taking_of
    )
    begun = next((i for i, each in enumerate(records[cut:]) if isinstance(each, TripStarted)), None)
    assert all(trip is None for trip in after.trip_of[:begun])

    def metres(trips: tuple[TripDraft, ...]) -> int:
        return sum(trip.distance_m for trip in trips)

    assert known is not None
    if open_trip is not None:
        assert after.trips[0].distance_m == open_trip.distance_m
    mine = metres(after.trips) - (open_trip.distance_m if open_trip else 0)
    odometers = [each.odometer_m for each in records[cut:] if hasattr(each, "odometer_m")]
    had_m = open_row.distance_m if open_row else 0
    assert mine + sum(row.distance_m for row in rows) - had_m == (
        odometers[-1] - known.odometer_m if odometers else 0
    )


@given(STEPS, st.sets(st.integers(1, 30)))
def test_metres_while_somebody_waits_for_the_car_are_no_known_drivers(
    steps: list[tuple[str, int]], cuts: set[int]
) -> None:
    """However the records come in batches: held against a count of its own."""
    records = told([("read", 0), ("start", 0), *steps])
    drivers_m = between_m = 0
    open_, waits, last_m = False, False, 1_000
    for record in records:
        odometer_m = getattr(record, "odometer_m", last_m)
        begins = isinstance(record, TripStarted)
        if open_ and waits:
            between_m += odometer_m - last_m
        elif open_ and not begins:
            drivers_m += odometer_m - last_m
        last_m = odometer_m
        open_ = begins or (open_ and not isinstance(record, TripEnded))
        waits = open_ and not begins and (waits or isinstance(record, HandoverWaits))
        waits = waits and not isinstance(record, HandoverDropped)
    trip: TripDraft | None = None
    known, open_row = None, None
    ends = sorted({cut for cut in cuts if cut < len(records)} | {len(records)})
    found_m, rows_m = 0, 0
    for begin, end in zip([0, *ends], ends, strict=False):
        batch = records[begin:end]
        followed = follow(trip, batch)
        rows, known = outside_trips(
            known, open_row, [(each, 1) for each in batch], followed.trip_of, False,
            followed.taking_of,
        )  # fmt: skip
        found_m += sum(each.distance_m for each in followed.trips) - (
            trip.distance_m if trip else 0
        )
        rows_m += sum(row.distance_m for row in rows if row.is_handover)
        if open_row is not None and open_row.is_handover:
            rows_m -= open_row.distance_m
        last = followed.trips[-1] if followed.trips else None
        trip = last if last is not None and last.state != "ended" else None
        open_row = next((row for row in rows if row.before is None), None)
        assert sum(row.before is None for row in rows) <= 1
        assert open_row is None or open_row.is_handover == bool(trip and trip.taking)
    assert (found_m, rows_m) == (drivers_m, between_m)
