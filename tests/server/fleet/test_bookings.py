"""What may be booked."""

import pytest

from server.fleet.bookings import (
    MAX_AHEAD_S,
    MAX_LENGTH_S,
    MAX_PAST_S,
    MAX_PURPOSE_LENGTH,
    problems,
)
from server.fleet.model import BookingRequest

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


def test_a_purpose_is_asked_for_and_not_endless() -> None:
    assert codes(0, 60, "  ") == {"purpose": "purpose_missing"}
    assert codes(0, 60, "x" * MAX_PURPOSE_LENGTH) == {}
    assert codes(0, 60, "x" * (MAX_PURPOSE_LENGTH + 1)) == {"purpose": "purpose_too_long"}
