"""What a standing receiver shows is no motion, what a car does is; a stuck one knows nothing."""

from math import cos, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.road.nmea import Fix
from firmware.logic.road.trusted_speed import TrustedSpeed

NOW_S = 1_700_000_000
A_METRE_E7 = 90


class Receiver:
    """Fixes once a second; where the car is follows from its speed, unless a test says else."""

    def __init__(self) -> None:
        self.speed = TrustedSpeed()
        self.second = 0
        self.lat_e7 = 480_000_000

    def says(self, *speeds: int | None, metres: float | None = None) -> int | None:
        """These speeds in mm/s, None for a second without a fix; what is trusted then."""
        for mm_s in speeds:
            self.second += 1
            if mm_s is not None:
                gone = mm_s / 1000 if metres is None else metres
                self.lat_e7 += round(gone * A_METRE_E7)
                self.fix(Fix(NOW_S + self.second, 0, self.lat_e7, 20_000_000, mm_s))
        return self.trusted

    def fix(self, fix: Fix) -> None:
        self.speed.fix(fix, self.second * 1000)

    @property
    def trusted(self) -> int | None:
        return self.speed.mm_s(self.second * 1000)


@given(st.integers(0, 500), st.integers(501, 20_000))
def test_a_lone_second_of_motion_of_a_car_that_stands_is_none(still: int, glitch: int) -> None:
    receiver = Receiver()
    receiver.says(*[still] * 10)
    assert receiver.says(glitch, metres=0) == still
    assert receiver.says(still) == still


@given(st.lists(st.sampled_from([0, 100, 400]), min_size=6, max_size=6), st.integers(501, 900))
def test_two_seconds_of_reflections_are_no_motion(still: list[int], noise: int) -> None:
    receiver = Receiver()
    receiver.says(*still)
    assert receiver.says(noise, noise, metres=0) == still[-1]


@given(st.integers(700, 40_000))
def test_a_car_that_sets_off_moves_within_four_seconds(speed_mm_s: int) -> None:
    receiver = Receiver()
    receiver.says(*[0] * 60)
    assert receiver.says(*[speed_mm_s] * 4) == speed_mm_s


@given(st.integers(501, 40_000))
def test_a_car_that_was_not_seen_to_stand_moves_at_once(speed_mm_s: int) -> None:
    receiver = Receiver()
    assert receiver.says(speed_mm_s) == speed_mm_s
    assert receiver.says(0, speed_mm_s) == speed_mm_s


def test_what_stood_stands_for_ten_seconds_without_a_fix_and_what_moved_is_unknown_after_three():
    stood, moved = Receiver(), Receiver()
    stood.says(*[0] * 6)
    moved.says(*[9_000] * 6)
    assert (stood.says(*[None] * 10), stood.says(None)) == (0, None)
    assert (moved.says(*[None] * 3), moved.says(None)) == (9_000, None)


def test_after_a_loss_it_has_to_be_seen_standing_anew() -> None:
    receiver = Receiver()
    receiver.says(*[0] * 60, *[None] * 11)
    assert receiver.says(0, 900) == 900, "no lone second among standing ones"


@pytest.mark.parametrize("speed_mm_s", [0, 14_000])
def test_a_receiver_whose_time_stands_still_knows_nothing(speed_mm_s: int) -> None:
    receiver = Receiver()
    receiver.says(speed_mm_s)
    frozen = Fix(NOW_S + receiver.second, 0, receiver.lat_e7, 20_000_000, speed_mm_s)
    for _ in range(20):
        receiver.second += 1
        receiver.fix(frozen)
    assert receiver.trusted is None


@given(st.integers(5_000, 40_000))
def test_a_speed_without_a_way_is_unknown_within_ten_seconds(speed_mm_s: int) -> None:
    receiver = Receiver()
    receiver.says(*[0] * 20)
    assert receiver.says(*[speed_mm_s] * 10, metres=0) is None
    assert receiver.says(0) == 0, "it agrees with itself again"


@given(st.integers(1_600, 40_000))
def test_a_way_without_a_speed_is_unknown_within_a_minute(real_mm_s: int) -> None:
    receiver = Receiver()
    receiver.says(*[0] * 20, metres=0)
    seen = [receiver.says(0, metres=real_mm_s / 1000) for _ in range(60)]
    assert None in seen
    assert receiver.trusted is None
    assert {receiver.says(0, metres=real_mm_s / 1000) for _ in range(600)} == {None}


def test_one_leap_is_a_receiver_that_finds_its_place_and_two_are_none() -> None:
    receiver = Receiver()
    receiver.says(*[0] * 20)
    assert receiver.says(0, metres=3_000) == 0
    assert receiver.says(*[0] * 30) == 0
    assert receiver.says(0, metres=-3_000) is None
    assert receiver.says(*[0] * 130) == 0


@given(st.lists(st.integers(0, 40_000), min_size=1, max_size=200))
def test_a_car_whose_positions_follow_its_speed_is_never_unknown(speeds: list[int]) -> None:
    receiver = Receiver()
    assert all(receiver.says(speed) is not None for speed in speeds)


@given(st.floats(5.5, 200), st.integers(2_000, 15_000))
def test_a_car_in_a_roundabout_is_believed(radius_m: float, speed_mm_s: int) -> None:
    receiver = Receiver()
    for second in range(120):
        receiver.second += 1
        angle = second * speed_mm_s / 1000 / radius_m
        lat, lon = radius_m * sin(angle), radius_m * cos(angle)
        receiver.fix(
            Fix(NOW_S + second, 0, round(lat * A_METRE_E7), round(lon * A_METRE_E7), speed_mm_s)
        )
        assert receiver.trusted == speed_mm_s
