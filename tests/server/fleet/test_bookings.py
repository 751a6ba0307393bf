"""What may be booked."""

from dataclasses import replace

import pytest

from server.actions.bookings import Book
from server.fleet.bookings import (
    BOUNDS,
    MAX_AHEAD_S,
    MAX_LENGTH_S,
    MAX_PAST_S,
    MAX_PURPOSE_LENGTH,
    Limits,
    against_car,
    against_extension,
    against_hours,
    against_move,
    against_number,
    against_other_car,
    against_past,
    phase,
)
from server.fleet.inputs import judged
from server.fleet.model.bookings import Booking, BookingState, Equipment, Vehicle, Window
from server.fleet.recurrence import MAX_WEEKLY_LENGTH_S, MAX_WEEKS
from server.fleet.refusals import Reason, Refusal, Refused
from tests.fleet import wanted

NOW_S = 1_790_000_000
LIMITS = Limits()


def told(refusals: list[Refusal]) -> dict[str, str]:
    """Word of the request -> code."""
    return {refusal.field: refusal.reason.value for refusal in refusals}


def codes(starts_in_s: int, ends_in_s: int, weeks: int = 1) -> dict[str, str]:
    window = Window(NOW_S + starts_in_s, NOW_S + ends_in_s)
    return told([*against_past(window, NOW_S), *against_hours(window, NOW_S, LIMITS, weeks)])


def judged_as(**given: object) -> dict[str, str]:
    hours = {"vehicle_id": 1, "starts_at_s": NOW_S, "ends_at_s": NOW_S + 60, "purpose": "Visite"}
    try:
        judged(Book, hours | given)
    except Refused as refused:
        return told(list(refused.refusals))
    return {}


def test_an_ordinary_booking_has_no_problem() -> None:
    assert codes(0, 3600) == {}


@pytest.mark.parametrize(
    ("starts_in_s", "ends_in_s", "expected"),
    [
        (0, LIMITS.shortest_s, {}),
        (0, LIMITS.shortest_s - 1, {"ends_at_s": "too_short"}),
        (-MAX_PAST_S, 60, {}),
        (-MAX_PAST_S - 1, 60, {"starts_at_s": "in_the_past"}),
        (-LIMITS.shortest_s, 0, {"ends_at_s": "in_the_past"}),
        (-LIMITS.shortest_s, 1, {}),
        (60, 60, {"ends_at_s": "end_before_start"}),
        (60, 59, {"ends_at_s": "end_before_start"}),
        (0, MAX_LENGTH_S, {}),
        (0, MAX_LENGTH_S + 1, {"ends_at_s": "too_long"}),
        (MAX_AHEAD_S, MAX_AHEAD_S + LIMITS.shortest_s + 1, {}),
        (MAX_AHEAD_S + 1, MAX_AHEAD_S + LIMITS.shortest_s + 1, {"starts_at_s": "too_far"}),
    ],
)
def test_the_limits_hold_on_both_sides(
    starts_in_s: int, ends_in_s: int, expected: dict[str, str]
) -> None:
    assert codes(starts_in_s, ends_in_s) == expected


def test_an_agent_has_no_more_bookings_to_come_than_leave_room_for_the_others() -> None:
    for limits in (LIMITS, *BOUNDS):
        most, of_car = limits.coming, limits.coming_of_car
        assert against_number(most, of_car, limits) == []
        assert told(against_number(most + 1, 1, limits)) == {"starts_at_s": "too_many_bookings"}
        many = against_number(of_car + 1, of_car + 1, limits)
        assert told(many) == {"vehicle_id": "too_many_of_car"}


def test_the_shortest_booking_is_what_the_operator_says() -> None:
    hour = Limits(shortest_s=3600)
    window = Window(NOW_S, NOW_S + 3600)
    assert against_hours(window, NOW_S, hour) == []
    (said,) = against_hours(replace(window, to_s=window.to_s - 1), NOW_S, hour)
    assert (said.reason, said.values) == (Reason.TOO_SHORT, {"minutes": 60})


def test_what_is_repeated_each_week_is_no_longer_than_six_days_and_no_more_than_half_a_year() -> (
    None
):
    assert codes(0, MAX_WEEKLY_LENGTH_S, MAX_WEEKS) == {}
    assert codes(0, MAX_WEEKLY_LENGTH_S + 1, 1) == {}
    assert codes(0, MAX_WEEKLY_LENGTH_S + 1, 2) == {"ends_at_s": "too_long_weekly"}
    assert judged_as(weeks=MAX_WEEKS) == {}
    assert judged_as(weeks=MAX_WEEKS + 1) == judged_as(weeks=0) == {"weeks": "too_many_weeks"}


def test_a_purpose_is_asked_for_and_not_endless() -> None:
    assert judged_as(purpose="  ") == judged_as(purpose=7) == {"purpose": "purpose_missing"}
    assert judged_as(purpose="x" * MAX_PURPOSE_LENGTH) == {}
    assert judged_as(purpose="x" * (MAX_PURPOSE_LENGTH + 1)) == {"purpose": "purpose_too_long"}


@pytest.mark.parametrize("number", [True, 1.0, "1", None, -1, 1 << 63, 10**400])
@pytest.mark.parametrize("word", ["vehicle_id", "starts_at_s", "ends_at_s"])
def test_a_number_is_a_number_of_63_bits(word: str, number: object) -> None:
    assert list(judged_as(**{word: number})) == [word]


def test_a_word_that_is_not_known_is_told_first() -> None:
    assert judged_as(privat=True, purpose="") == {
        "privat": "unknown_word",
        "purpose": "purpose_missing",
    }


def car(site_id: int, private_use: bool = False) -> Vehicle:
    return Vehicle(1, "", "", site_id, "", "", None, private_use)


PIECES = {"SIEGE-1": Equipment(1, "SIEGE-1", "Siège enfant", 1, "Préfecture")}


@pytest.mark.parametrize(
    ("equipment", "private", "of", "against"),
    [
        ((), False, car(2), {}),
        (("SIEGE-1",), False, car(1), {}),
        (("SIEGE-1",), False, car(2), {"equipment": "equipment_elsewhere"}),
        (("X", "SIEGE-1"), False, car(2), {"equipment": "equipment_unknown"}),
        ((), True, car(1, private_use=True), {}),
        ((), True, car(1), {"private": "no_private_use"}),
    ],
)
def test_a_car_is_booked_with_equipment_of_its_site_and_for_what_it_may_be_used(
    equipment: tuple[str, ...], private: bool, of: Vehicle, against: dict[str, str]
) -> None:
    request = wanted(1, NOW_S, NOW_S + 60, equipment=equipment, private=private)
    assert told(against_car(request, of, PIECES)) == against


def test_a_booking_changes_to_a_car_that_can_do_the_same() -> None:
    plain, equipped = booking(0, 60), replace(booking(0, 60), equipment=("SIEGE-1",))
    private = replace(booking(0, 60), private=True)
    assert against_other_car(plain, car(2), PIECES) == []
    assert against_other_car(equipped, car(1), PIECES) == []
    against = told(against_other_car(equipped, car(2), PIECES))
    assert against == {"vehicle_id": "equipment_stays"}
    assert told(against_other_car(private, car(2), {})) == {"vehicle_id": "no_private_use"}
    assert against_other_car(private, car(2, private_use=True), {}) == []


def booking(starts_in_s: int, ends_in_s: int, state: BookingState = "active") -> Booking:
    return Booking(
        1, 1, "", "", 1, "", 1, "", NOW_S + starts_in_s, NOW_S + ends_in_s, "Visite", state
    )


def test_a_booking_gets_another_car_until_it_is_driven_over_or_cancelled() -> None:
    assert against_move(booking(-60, 60), False, NOW_S) == []
    assert told(against_move(booking(-60, 60), True, NOW_S)) == {"id": "under_way"}
    assert told(against_move(booking(-60, 0), False, NOW_S)) == {"id": "already_over"}
    assert told(against_move(booking(-60, 60, "cancelled"), False, NOW_S)) == {"id": "is_cancelled"}


@pytest.mark.parametrize(
    ("of", "ends_in_s", "under_way", "expected"),
    [
        (booking(-60, 60), 61, False, {}),
        (booking(-60, 60), 60, False, {}),  # pressed twice
        (booking(-60, 60), 59, False, {"ends_at_s": "not_longer"}),
        (booking(-60, 0), 60, False, {"id": "already_over"}),
        (booking(-60, 0), 60, True, {}),  # back late: whoever still drives may ask
        (booking(-60, -30), 0, True, {"ends_at_s": "in_the_past"}),
        (booking(-60, 60), MAX_LENGTH_S - 60, False, {}),
        (booking(-60, 60), MAX_LENGTH_S - 59, False, {"ends_at_s": "too_long"}),
        (booking(-60, 60, "cancelled"), 90, False, {"id": "is_cancelled"}),
    ],
)
def test_a_booking_may_end_later_also_when_it_is_over_and_still_driven(
    of: Booking, ends_in_s: int, under_way: bool, expected: dict[str, str]
) -> None:
    assert told(against_extension(of, NOW_S + ends_in_s, under_way, NOW_S)) == expected


@pytest.mark.parametrize(
    ("of", "under_way", "expected"),
    [
        (booking(60, 120), False, "to_come"),
        (booking(0, 60), False, "now"),
        (booking(-60, 60), True, "now"),
        (booking(-60, 0), False, "over"),
        (booking(-60, 0), True, "late"),
        (booking(60, 120, "cancelled"), False, "cancelled"),
        (booking(-60, 0, "cancelled"), True, "cancelled"),
    ],
)
def test_a_booking_is_somewhere_in_its_life(of: Booking, under_way: bool, expected: str) -> None:
    assert phase(of, under_way, NOW_S) == expected
