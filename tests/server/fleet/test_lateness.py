"""How long a trip kept its car past its booking."""

import pytest

from server.fleet.lateness import late_s
from server.fleet.model.trips import Trip


def trip(booked_until_s: int | None, started_at_s: int, ended_at_s: int | None) -> Trip:
    times = {"started_at_s": started_at_s, "ended_at_s": ended_at_s}
    fields = dict.fromkeys(Trip.__dataclass_fields__) | {"booked_until_s": booked_until_s}
    return Trip(**fields | times)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("booked_until_s", "started_at_s", "ended_at_s", "late"),
    [
        (1000, 100, 1000, 0),
        (1000, 100, 1001, 1),
        (1000, 100, 900, 0),
        (1000, 100, None, 500),  # still out
        (2000, 100, None, 0),
        (1000, 1200, 1300, 100),  # came back for something: nobody had the car in between
        (None, 100, 1400, 0),
    ],
)
def test_late_is_from_the_booking_s_end_to_the_trip_s(
    booked_until_s: int | None, started_at_s: int, ended_at_s: int | None, late: int
) -> None:
    assert late_s(trip(booked_until_s, started_at_s, ended_at_s), now_s=1500) == late
