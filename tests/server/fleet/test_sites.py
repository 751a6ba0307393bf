"""Where a trip ended, and whether that is its car's site."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.records import Position
from server.fleet.sites import CarPark, distance_m, is_elsewhere

PREFECTURE, STATION = Position(480_086_000, 1_996_000), Position(479_955_000, 1_922_000)
LATITUDES = st.integers(-80 * 10**7, 80 * 10**7)
LONGITUDES = st.integers(-180 * 10**7, 180 * 10**7)
NEAR = st.integers(-300_000, 300_000)  # 3 km and more


def great_circle_m(a: Position, b: Position) -> float:
    """The haversine, which knows no small distances, on the same sphere."""
    lat_a, lon_a, lat_b, lon_b = (
        math.radians(degrees_e7 / 1e7) for degrees_e7 in (a.lat_e7, a.lon_e7, b.lat_e7, b.lon_e7)
    )
    part = math.sin((lat_b - lat_a) / 2) ** 2
    part += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(part))


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        (PREFECTURE, PREFECTURE, 0),
        (PREFECTURE, STATION, 1557),
        (Position(0, 1_799_999_000), Position(0, -1_799_999_000), 22),  # across the date line
        (Position(0, 0), Position(10_000_000, 0), 111_195),  # a degree of latitude
    ],
)
def test_known_distances(a: Position, b: Position, metres: int) -> None:
    assert distance_m(a, b) == distance_m(b, a) == metres


@given(LATITUDES, LONGITUDES, NEAR, NEAR)
def test_near_by_it_is_the_great_circle_to_a_part_in_a_thousand(
    lat_e7: int, lon_e7: int, north_e7: int, east_e7: int
) -> None:
    a, b = Position(lat_e7, lon_e7), Position(lat_e7 + north_e7, lon_e7 + east_e7)
    expected_m = great_circle_m(a, b)
    assert abs(distance_m(a, b) - expected_m) <= 1 + expected_m / 1000


def test_a_trip_that_ended_within_the_radius_ended_at_the_site() -> None:
    assert is_elsewhere(STATION, CarPark(PREFECTURE))
    assert is_elsewhere(STATION, CarPark(PREFECTURE, 1556))
    assert not is_elsewhere(STATION, CarPark(PREFECTURE, 1557))
    assert not is_elsewhere(PREFECTURE, CarPark(PREFECTURE, 1))


def test_what_is_unknown_is_not_wrong() -> None:
    assert not is_elsewhere(None, CarPark(PREFECTURE))
    assert not is_elsewhere(STATION, None)
