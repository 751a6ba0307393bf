"""Which cars can be had, and which booking is in danger."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.availability import WARN_AHEAD_S, Standing, spans
from server.fleet.model.bookings import Booking, Vehicle, Window
from server.fleet.model.trips import Trip

NOW_S = 1_790_000_000
MARIE, PAUL = 1, 2
CARS = tuple(
    Vehicle(number, f"CAR-{number}", "Clio", site, "X", "X", None)
    for number, site in ((1, 1), (2, 2), (3, 1))
)


def booking(vehicle_id: int, from_s: int, to_s: int, agent_id: int = PAUL) -> Booking:
    return Booking(
        7, vehicle_id, "", "", agent_id, "", 1, "", NOW_S + from_s, NOW_S + to_s, "", "active"
    )


def trip(booked_until_s: int | None, agent_id: int = MARIE, booking_id: int | None = 3) -> Trip:
    until_s = None if booked_until_s is None else NOW_S + booked_until_s
    known = {"agent_id": agent_id, "booking_id": booking_id, "booked_until_s": until_s}
    fields = dict.fromkeys(Trip.__dataclass_fields__) | {"vehicle_id": 1, "state": "open"} | known
    return Trip(**fields)  # type: ignore[arg-type]


def fleet(*trips: Trip, bookings: tuple[Booking, ...] = ()) -> Standing:
    return Standing(NOW_S, CARS, bookings, {}, trips)


def window(from_s: int, to_s: int) -> Window:
    return Window(NOW_S + from_s, NOW_S + to_s)


def ids(cars: list[Vehicle]) -> list[int]:
    return [car.vehicle_id for car in cars]


def test_a_booked_car_is_not_free_and_the_own_site_comes_first() -> None:
    standing = fleet(bookings=(booking(3, 100, 200),))
    assert ids(standing.free([window(0, 100)], PAUL, site_id=2)) == [2, 1, 3]
    assert ids(standing.free([window(0, 101)], PAUL, site_id=2)) == [2, 1]
    assert ids(standing.free([window(0, 50), window(150, 160)], PAUL)) == [1, 2]


def test_a_car_out_of_service_is_not_free_and_endangers_what_is_booked() -> None:
    standing = replace(fleet(), out_of_service={1: (window(100, 200),)})
    assert ids(standing.free([window(0, 101)], PAUL)) == [2, 3]
    assert standing.danger(booking(1, 199, 300)) == "out_of_service"
    assert standing.danger(booking(1, 200, 300)) is None


def test_a_car_that_drove_on_after_its_trips_end_is_not_back_for_anybody_else() -> None:
    gone = replace(trip(-100), state="ended", went_on_at_s=NOW_S - 10)
    standing = replace(fleet(), drove_on=(gone,))
    assert ids(standing.free([window(0, 100)], PAUL)) == [2, 3]
    assert ids(standing.free([window(0, 100)], MARIE)) == [1, 2, 3], "whose trip it was"
    assert ids(standing.free([window(WARN_AHEAD_S, WARN_AHEAD_S + 1)], PAUL)) == [1, 2, 3]
    assert standing.danger(booking(1, 0, 100)) == "still_out"


@pytest.mark.parametrize(
    ("late", "begins_s", "in_danger"),
    [
        (trip(-1), 60, True),
        (trip(0), 60, True),
        (trip(1), 60, False),  # it has the car until then
        (trip(-1), -60, True),  # whoever waits beside the empty place
        (trip(-1), WARN_AHEAD_S - 1, True),
        (trip(-1), WARN_AHEAD_S, False),
        (trip(None, booking_id=None), 60, True),
        (trip(-1, agent_id=PAUL), 60, False),  # the same person drives on
        (trip(-1, booking_id=7), -60, False),  # it is this booking that is driven
    ],
)
def test_a_car_that_should_be_back_endangers_who_comes_soon(
    late: Trip, begins_s: int, in_danger: bool
) -> None:
    standing = fleet(late)
    wanted = booking(1, begins_s, 7200)
    assert standing.danger(wanted) == ("still_out" if in_danger else None)
    if late.booking_id != 7:
        free = ids(standing.free([window(begins_s, 7200)], PAUL))
        assert free == ([2, 3] if in_danger else [1, 2, 3])


SPANS = st.tuples(st.integers(0, 9), st.integers(1, 4)).map(lambda t: (t[0], t[0] + t[1]))


@given(st.lists(st.tuples(st.sampled_from((1, 2, 3)), SPANS), max_size=8), SPANS)
def test_exactly_the_cars_without_a_booking_at_any_second_are_free(
    taken: list[tuple[int, tuple[int, int]]], wanted: tuple[int, int]
) -> None:
    standing = fleet(bookings=tuple(booking(car, *span) for car, span in taken))
    seconds = set(range(*wanted))
    free = {
        car for car in (1, 2, 3) if not any(seconds & set(range(*s)) for c, s in taken if c == car)
    }
    assert set(ids(standing.free([window(*wanted)], PAUL))) == free


WINDOWS = SPANS.map(lambda span: window(*span))
TRIPS = st.builds(
    lambda car, until_s, agent, booking: replace(trip(until_s, agent, booking), vehicle_id=car),
    st.sampled_from((1, 2, 3)),
    st.none() | st.integers(-5, 5),
    st.sampled_from((MARIE, PAUL)),
    st.none() | st.integers(6, 8),
)
STANDINGS = st.builds(
    lambda taken, out, trips: Standing(
        NOW_S, CARS, tuple(booking(car, *span) for car, span in taken), out, tuple(trips)
    ),
    st.lists(st.tuples(st.sampled_from((1, 2, 3)), SPANS), max_size=8),
    st.dictionaries(st.sampled_from((1, 2, 3)), st.lists(WINDOWS, max_size=3).map(tuple)),
    st.lists(TRIPS, max_size=4),
)


def instants(each: Window) -> set[int]:
    return set(range(each.from_s, each.to_s))


def plainly_obstructed(standing: Standing, car: int, wanted: Window, agent: int) -> str | None:
    """The definition, second by second and trip by trip."""
    if any(instants(wanted) & instants(out) for out in standing.out_of_service.get(car, ())):
        return "out_of_service"
    for each in standing.under_way:
        if each.vehicle_id != car or each.agent_id == agent:
            continue
        late = each.booked_until_s is None or each.booked_until_s <= NOW_S
        back_at_s = NOW_S + WARN_AHEAD_S if late else each.booked_until_s
        if wanted.from_s < back_at_s and wanted.to_s > NOW_S:
            return "still_out"
    return None


def plainly_free(standing: Standing, wanted: list[Window], agent: int) -> set[int]:
    seconds = set().union(*map(instants, wanted))
    return {
        car.vehicle_id
        for car in standing.cars
        if not any(
            seconds & instants(Window(b.starts_at_s, b.ends_at_s))
            for b in standing.bookings
            if b.vehicle_id == car.vehicle_id
        )
        and not any(plainly_obstructed(standing, car.vehicle_id, w, agent) for w in wanted)
    }


@given(STANDINGS, st.lists(WINDOWS, min_size=1, max_size=3), st.sampled_from((MARIE, PAUL)))
def test_what_is_free_is_what_the_plain_definition_says(
    standing: Standing, wanted: list[Window], agent: int
) -> None:
    free = standing.free(wanted, agent, site_id=2)
    assert set(ids(free)) == plainly_free(standing, wanted, agent)
    assert ids(free) == sorted(ids(free), key=lambda car: (CARS[car - 1].site_id != 2, car))


@given(STANDINGS, st.sampled_from((1, 2, 3)), SPANS, st.sampled_from((MARIE, PAUL)))
def test_what_endangers_a_booking_is_what_the_plain_definition_says(
    standing: Standing, car: int, span: tuple[int, int], agent: int
) -> None:
    own = booking(car, *span, agent_id=agent)
    driven = any(each.booking_id == own.booking_id for each in standing.under_way)
    plainly = None if driven else plainly_obstructed(standing, car, window(*span), agent)
    assert (standing.is_under_way(own), standing.danger(own)) == (driven, plainly)


@given(st.lists(WINDOWS, max_size=8))
def test_spans_cover_the_same_instants_and_lie_apart_in_order(windows: list[Window]) -> None:
    covering = spans(windows)
    assert set().union(*map(instants, covering)) == set().union(*map(instants, windows))
    assert all(a.to_s < b.from_s for a, b in pairwise(covering))
