"""How records become trips: examples, and what holds for every sequence of them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from server.fleet.records import (
    BadgeRefused,
    FleetRecord,
    Holder,
    LegEnded,
    LegStarted,
    OdometerRead,
    Position,
    TripEnded,
    TripPaused,
    TripResumed,
    TripStarted,
)
from server.fleet.trips import Followed, LegDraft, TripDraft, follow

PLACE = Position(480_061_000, 1_996_000)
MARIE = Holder(agent_id=1, directorate_id=1, booking_id=7)
PAUL = Holder(agent_id=2, directorate_id=2, booking_id=8)
SCHOOL_RUN: list[FleetRecord | None] = [
    TripStarted(100, 1_000, MARIE, PLACE),
    LegStarted(110, 1_000),
    OdometerRead(1_500),
    LegEnded(200, 1_800),
    TripEnded(210, 1_800, "badge_held", PLACE),
]

METRES = st.integers(0, 0xFFFFFFFF)
SECONDS = st.integers(1, 1_000)
EVENTS = st.one_of(
    st.none(),
    st.builds(TripStarted, SECONDS, METRES, st.sampled_from([MARIE, PAUL, Holder()]), st.none()),
    st.builds(TripEnded, SECONDS, METRES, st.just("badge_held"), st.none()),
    st.builds(TripPaused, METRES),
    st.builds(TripResumed, METRES),
    st.builds(LegStarted, SECONDS, METRES),
    st.builds(LegEnded, SECONDS, METRES),
    st.builds(OdometerRead, METRES),
    st.builds(BadgeRefused, st.none(), st.just("too_late"), st.just(PAUL)),
)


def test_a_trip_is_what_the_odometer_advanced_between_its_start_and_its_end() -> None:
    (trip,) = follow(None, SCHOOL_RUN).trips
    assert (trip.distance_m, trip.start_odometer_m, trip.last_odometer_m) == (800, 1_000, 1_800)
    assert (trip.started_at_s, trip.ended_at_s, trip.state) == (100, 210, "ended")
    assert (trip.end_reason, trip.start, trip.end) == ("badge_held", PLACE, PLACE)
    assert trip.legs == (LegDraft(None, 110, 200, 1_000, 1_800),)


def test_kilometres_outside_a_trip_are_not_invented_into_one() -> None:
    records = [OdometerRead(5_000), LegStarted(1, 5_000), LegEnded(2, 9_000), TripPaused(9_000)]
    assert follow(None, records) == Followed((), (None, None, None, None))
    late = TripEnded(3, 9_000, "inferred", None)
    assert follow(None, [late]) == Followed((), (None,))


def test_a_leg_in_which_the_odometer_restarts_keeps_its_length() -> None:
    records = [*SCHOOL_RUN[:3], OdometerRead(0), LegEnded(200, 300), *SCHOOL_RUN[4:]]
    (trip,) = follow(None, records).trips
    (leg,) = trip.legs
    assert leg.last_odometer_m - leg.start_odometer_m == 500 + 300


@given(st.lists(EVENTS))
def test_no_leg_is_shorter_than_nothing(records: list[FleetRecord | None]) -> None:
    for trip in follow(None, records).trips:
        assert all(leg.last_odometer_m >= leg.start_odometer_m for leg in trip.legs)


def test_an_odometer_that_restarts_from_zero_takes_nothing_back() -> None:
    records = [TripStarted(1, 90_000, MARIE, None), OdometerRead(91_000), OdometerRead(0)]
    (trip,) = follow(None, [*records, OdometerRead(400)]).trips
    assert trip.distance_m == 1_400


def test_another_start_ends_the_trip_whose_end_was_never_told() -> None:
    records = [*SCHOOL_RUN[:3], TripStarted(300, 1_600, PAUL, PLACE)]
    first, second = follow(None, records).trips
    assert (first.state, first.end_reason, first.ended_at_s) == ("ended", "inferred", 300)
    assert first.distance_m == 500
    assert first.legs[0].ended_at_s == 300
    assert (second.state, second.agent_id, second.start_odometer_m) == ("open", 2, 1_600)


def test_a_paused_trip_goes_on_when_resumed() -> None:
    start = SCHOOL_RUN[0]
    assert follow(None, [start, TripPaused(1_200)]).trips[0].state == "paused"
    (trip,) = follow(None, [start, TripPaused(1_200), TripResumed(1_200)]).trips
    assert (trip.state, trip.distance_m) == ("open", 200)


def test_a_clock_set_back_ends_no_trip_before_it_began() -> None:
    (trip,) = follow(None, [SCHOOL_RUN[0], TripEnded(5, 1_000, "badge_held", None)]).trips
    assert trip.ended_at_s == trip.started_at_s == 100


def test_each_record_inside_a_trip_belongs_to_it_also_those_that_change_nothing() -> None:
    refusal = BadgeRefused(None, "car_in_use", PAUL)
    followed = follow(None, [None, *SCHOOL_RUN[:2], refusal, None, *SCHOOL_RUN[2:], None])
    assert followed.trip_of == (None, 0, 0, 0, 0, 0, 0, 0, None)


@given(st.lists(EVENTS, max_size=30))
def test_every_trip_has_a_distance_that_is_not_negative_and_at_most_one_is_open(
    records: list[FleetRecord | None],
) -> None:
    trips = follow(None, records).trips
    assert all(trip.distance_m >= 0 for trip in trips)
    assert all(trip.state == "ended" for trip in trips[:-1])
    for trip in trips:
        assert (trip.state == "ended") == (trip.ended_at_s is not None)
        assert trip.ended_at_s is None or trip.ended_at_s >= trip.started_at_s
        assert all(leg.ended_at_s is not None for leg in trip.legs[:-1])


@given(st.lists(EVENTS, max_size=30), st.data())
def test_a_distance_never_shrinks_as_records_arrive(
    records: list[FleetRecord | None], data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, len(records)))
    before, after = follow(None, records[:count]).trips, follow(None, records).trips
    for earlier, later in zip(before, after, strict=False):
        assert later.distance_m >= earlier.distance_m


@given(st.lists(METRES, min_size=1, max_size=20).map(sorted))
def test_with_an_odometer_that_only_rises_the_distance_is_last_minus_first(
    odometers: list[int],
) -> None:
    records = [TripStarted(1, odometers[0], MARIE, None), *map(OdometerRead, odometers[1:])]
    assert follow(None, records).trips[0].distance_m == odometers[-1] - odometers[0]


@given(st.lists(EVENTS, max_size=30), st.integers(0, 30))
def test_how_records_are_cut_into_batches_makes_no_difference(
    records: list[FleetRecord | None], cut: int
) -> None:
    whole = follow(None, records).trips
    first = follow(None, records[:cut]).trips
    under_way = first[-1] if first and first[-1].state != "ended" else None
    rest = follow(under_way, records[cut:]).trips
    joined: tuple[TripDraft, ...] = first if under_way is None else first[:-1]
    assert joined + rest == whole


def test_a_private_trip_has_its_kilometres_and_no_position() -> None:
    began = TripStarted(100, 1_000, MARIE, PLACE, private=True)
    (trip,) = follow(None, [began, *SCHOOL_RUN[1:]]).trips
    assert (trip.private, trip.start, trip.end) == (True, None, None)
    assert replace(trip, private=False, start=PLACE, end=PLACE) == follow(None, SCHOOL_RUN).trips[0]
