"""What a right to book covers: time, directorate, site, group."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from server.fleet.model.bookings import Vehicle, Window
from server.fleet.people.rights import MayBook, Membership, Right
from server.fleet.refusals import Reason

CAR = Vehicle(1, "AB-123-CD", "Clio", 1, "PREF", "Préfecture", None)
DDT, DDPP = 1, 2
ALWAYS = Right(1, 1, 0, None)
ANY = MayBook((ALWAYS,), (Membership(DDT, 0, None),), {}, frozenset())
HOUR = Window(100, 200)

instants = st.integers(0, 60)
spans = st.tuples(instants, st.none() | instants)


def reasons(may: MayBook, window: Window = HOUR, car: Vehicle = CAR) -> list[Reason]:
    return [refusal.reason for refusal in may.against(car, window)]


def test_without_a_right_nothing_is_booked() -> None:
    assert reasons(replace(ANY, rights=())) == [Reason.NO_RIGHT]
    assert reasons(ANY) == []


@given(st.lists(spans, max_size=5), instants, st.integers(1, 30))
def test_a_booking_is_covered_when_each_of_its_seconds_is(
    held: list[tuple[int, int | None]], from_s: int, length_s: int
) -> None:
    rights = tuple(Right(i, 1, *span) for i, span in enumerate(held))
    window = Window(from_s, from_s + length_s)
    each = all(
        any(start <= at_s and (end is None or at_s < end) for start, end in held)
        for at_s in range(window.from_s, window.to_s)
    )
    assert replace(ANY, rights=rights).covers(CAR, window) == each


@given(st.lists(st.tuples(instants, st.sampled_from((DDT, DDPP))), max_size=5), instants)
def test_a_right_of_a_directorate_holds_while_of_it_at_the_start(
    moves: list[tuple[int, int]], from_s: int
) -> None:
    since = dict(sorted([(0, DDT), *((at_s + 1, where) for at_s, where in moves)]))
    memberships = tuple(Membership(where, at_s, None) for at_s, where in since.items())
    of_then = [where for at_s, where in since.items() if at_s <= from_s][-1]
    may = MayBook((replace(ALWAYS, directorates=frozenset({DDPP})),), memberships, {}, frozenset())
    assert may.covers(CAR, Window(from_s, from_s + 5)) == (of_then == DDPP)


def test_a_right_of_a_site_or_a_group_is_for_the_cars_there() -> None:
    of_site = replace(ANY, rights=(replace(ALWAYS, sites=frozenset({2})),))
    assert reasons(of_site) == [Reason.RIGHT_ELSEWHERE]
    assert reasons(of_site, car=replace(CAR, site_id=2)) == []
    of_group = replace(ANY, rights=(replace(ALWAYS, groups=frozenset({7})),))
    assert reasons(of_group) == [Reason.RIGHT_ELSEWHERE]
    assert reasons(replace(of_group, groups_of={1: frozenset({6, 7})})) == []


def test_a_car_of_a_restricted_group_is_for_those_whose_right_names_it() -> None:
    for_some = replace(ANY, groups_of={1: frozenset({6, 7})}, restricted=frozenset({7}))
    assert reasons(for_some) == [Reason.RIGHT_ELSEWHERE]
    other = replace(ALWAYS, groups=frozenset({6}))
    assert reasons(replace(for_some, rights=(other,))) == [Reason.RIGHT_ELSEWHERE]
    named = replace(ALWAYS, groups=frozenset({7}))
    assert reasons(replace(for_some, rights=(named,))) == []


def test_one_right_takes_over_where_another_ends_also_of_other_cars() -> None:
    first, then = replace(ALWAYS, to_s=150), replace(ALWAYS, right_id=2, from_s=150)
    assert reasons(replace(ANY, rights=(first, then))) == []
    elsewhere = replace(then, sites=frozenset({2}))
    assert reasons(replace(ANY, rights=(first, elsewhere))) == [Reason.RIGHT_ELSEWHERE]
