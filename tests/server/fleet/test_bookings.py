"""What may be booked."""

import pytest

from server.fleet.bookings import (
    MAX_AHEAD_S,
    MAX_LENGTH_S,
    MAX_PAST_S,
    MAX_PURPOSE_LENGTH,
    against_equipment,
    against_extension,
    against_move,
    problems,
)
from server.fleet.model import Booking, BookingRequest, BookingState, Equipment
from server.fleet.recurrence import MAX_WEEKLY_LENGTH_S, MAX_WEEKS

NOW_S = 1_790_000_000


def codes(starts_in_s: int, ends_in_s: int, purpose: str = "Visite") -> dict[str, str]:
    request = BookingRequest(1, 1, NOW_S + starts_in_s, NOW_S + ends_in_s, purpose)
    return problems(request, NOW_S)


def test_an_ordinary_booking_has_no_problem() -> None:
    assert codes(0, 3600) == {}


@pytest.mark.parametrize(
    ("starts_in_s", "ends_in_s", "expected"),
    [
        (-MAX_PAST_S, 60, {}),
        (-MAX_PAST_S - 1, 60, {"starts_at_s": "in_the_past"}),
        (-60, 0, {"ends_at_s": "in_the_past"}),
        (-60, 1, {}),
        (60, 60, {"ends_at_s": "end_before_start"}),
        (60, 59, {"ends_at_s": "end_before_start"}),
        (0, MAX_LENGTH_S, {}),
        (0, MAX_LENGTH_S + 1, {"ends_at_s": "too_long"}),
        (MAX_AHEAD_S, MAX_AHEAD_S + 60, {}),
        (MAX_AHEAD_S + 1, MAX_AHEAD_S + 60, {"starts_at_s": "too_far"}),
    ],
)
def test_the_limits_hold_on_both_sides(
    starts_in_s: int, ends_in_s: int, expected: dict[str, str]
) -> None:
    assert codes(starts_in_s, ends_in_s) == expected


def test_what_is_repeated_each_week_is_no_longer_than_six_days_and_no_more_than_half_a_year() -> (
    None
):
    def codes_weekly(ends_in_s: int, weeks: int) -> dict[str, str]:
        return problems(BookingRequest(1, 1, NOW_S, NOW_S + ends_in_s, "Visite"), NOW_S, weeks)

    assert codes_weekly(MAX_WEEKLY_LENGTH_S, MAX_WEEKS) == {}
    assert codes_weekly(MAX_WEEKLY_LENGTH_S + 1, 1) == {}
    assert codes_weekly(MAX_WEEKLY_LENGTH_S + 1, 2) == {"ends_at_s": "too_long_weekly"}
    assert codes_weekly(60, MAX_WEEKS + 1) == codes_weekly(60, 0) == {"weeks": "too_many_weeks"}


def test_a_purpose_is_asked_for_and_not_endless() -> None:
    assert codes(0, 60, "  ") == {"purpose": "purpose_missing"}
    assert codes(0, 60, "x" * MAX_PURPOSE_LENGTH) == {}
    assert codes(0, 60, "x" * (MAX_PURPOSE_LENGTH + 1)) == {"purpose": "purpose_too_long"}


def test_equipment_comes_along_with_a_car_of_its_site_only() -> None:
    pieces = {"SIEGE-1": Equipment(1, "SIEGE-1", "Siège enfant", 1, "Préfecture")}
    assert against_equipment(["SIEGE-1"], pieces, 1) is None
    assert against_equipment(["SIEGE-1"], pieces, 2) == "equipment_elsewhere"
    assert against_equipment(["SIEGE-1", "X"], pieces, 1) == "equipment_unknown"


def booking(starts_in_s: int, ends_in_s: int, state: BookingState = "active") -> Booking:
    return Booking(
        1, 1, "", "", 1, "", 1, "", NOW_S + starts_in_s, NOW_S + ends_in_s, "Visite", state
    )


def test_a_booking_gets_another_car_until_it_is_driven_over_or_cancelled() -> None:
    assert against_move(booking(-60, 60), False, NOW_S) is None
    assert against_move(booking(-60, 60), True, NOW_S) == "under_way"
    assert against_move(booking(-60, 0), False, NOW_S) == "already_over"
    assert against_move(booking(-60, 60, "cancelled"), False, NOW_S) == "is_cancelled"


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
    assert against_extension(of, NOW_S + ends_in_s, under_way, NOW_S) == expected
