"""Which metres belong to no trip: examples, and that no metre is ever both or neither."""

from hypothesis import given
from hypothesis import strategies as st

from server.fleet.records import (
    FleetRecord,
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
    st.tuples(st.sampled_from(["start", "end", "leg", "read", "none"]), st.integers(0, 5_000)),
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
        }
        records.append(made.get(what))
    return records


def outside(
    records: list[FleetRecord | None], known: Reading | None = None, after_gap: bool = False
) -> tuple[UnassignedDraft, ...]:
    followed = follow(None, records)
    timed = [(record, i) for i, record in enumerate(records)]
    return outside_trips(known, None, timed, followed.trip_of, after_gap)[0]


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
    _, known = outside_trips(
        None, None, [(each, i) for i, each in enumerate(records[:cut])], before.trip_of, False
    )
    after = follow(open_trip, records[cut:], lost_since_s=7)
    rows, _ = outside_trips(known, None, [(each, 9) for each in records[cut:]], after.trip_of, True)
    begun = next((i for i, each in enumerate(records[cut:]) if isinstance(each, TripStarted)), None)
    assert all(trip is None for trip in after.trip_of[:begun])

    def metres(trips: tuple[TripDraft, ...]) -> int:
        return sum(trip.distance_m for trip in trips)

    assert known is not None
    if open_trip is not None:
        assert after.trips[0].distance_m == open_trip.distance_m
    mine = metres(after.trips) - (open_trip.distance_m if open_trip else 0)
    odometers = [each.odometer_m for each in records[cut:] if hasattr(each, "odometer_m")]
    assert mine + sum(row.distance_m for row in rows) == (
        odometers[-1] - known.odometer_m if odometers else 0
    )
