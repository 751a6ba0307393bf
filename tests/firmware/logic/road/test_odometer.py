"""The odometer: integers, a gate against standing noise, nothing invented in gaps."""

from firmware.logic.road.odometer import Odometer


def drive(odometer: Odometer, speeds_mm_s, hz=1, start_ms=0, ignition_on=True) -> int:
    """Feed equidistant speeds; return the time after the last."""
    time_ms = start_ms
    for speed in speeds_mm_s:
        odometer.add(time_ms, speed, ignition_on)
        time_ms += 1000 // hz
    return time_ms


def noise(count: int, sigma_mm_s: int, seed: int):
    """A standing receiver's speed: the length of two independent, nearly normal components."""
    for _ in range(count):
        square = 0
        for _ in range(2):
            total = 0
            for _ in range(12):
                seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
                total += (seed >> 8) % 1001
            square += ((total - 6000) * sigma_mm_s // 1000) ** 2
        yield int(square**0.5)


def test_a_steady_drive_is_speed_times_time():
    for hz in (1, 2, 5, 10):
        odometer = Odometer()
        drive(odometer, [10_000] * (600 * hz + 1), hz)
        assert odometer.metres == 6000


def test_the_millimetres_of_one_fix_are_not_lost_for_the_next():
    odometer = Odometer()
    drive(odometer, [1_999] * 1001, hz=10)  # 0.2 m a step
    assert odometer.metres == 199


def test_it_goes_on_from_the_journals_metres():
    odometer = Odometer(123_456)
    drive(odometer, [10_000] * 11)
    assert odometer.metres == 123_556


def test_eight_hours_of_standing_noise_add_nothing():
    for sigma_mm_s in (50, 120):
        odometer = Odometer(1000)
        drive(odometer, noise(8 * 3600, sigma_mm_s, seed=sigma_mm_s))
        assert odometer.metres == 1000


def test_noise_after_a_drive_adds_nothing_either():
    odometer = Odometer()
    end_ms = drive(odometer, [10_000] * 101)
    drive(odometer, noise(3600, 120, seed=3), start_ms=end_ms)
    assert 1000 <= odometer.metres <= 1006  # the trapezoid of the last step and a noise or two


def test_slow_creeping_counts():
    for speed_mm_s in (300, 600, 1000):
        odometer = Odometer()
        drive(odometer, [0] * 60 + [speed_mm_s] * 601 + [0] * 60)
        expected_m = speed_mm_s * 600 // 1000
        assert abs(odometer.metres - expected_m) <= 2


def test_what_led_up_to_a_movement_is_counted_once_it_is_certain():
    odometer = Odometer()
    drive(odometer, [0, 0, 250, 400, 600, 800, 1000, 1200, 1400])
    assert odometer.metres == 4  # 4.95 m by the trapezoid, from the first step on
    assert odometer.moving


def test_with_the_ignition_off_nothing_counts():
    odometer = Odometer()
    drive(odometer, [10_000] * 100, ignition_on=False)
    assert odometer.metres == 0


def test_the_step_across_an_ignition_off_does_not_count():
    odometer = Odometer()
    odometer.add(0, 10_000, True)
    odometer.add(1000, 10_000, False)
    odometer.add(2000, 10_000, True)
    assert odometer.metres == 0


def test_a_gap_of_ten_seconds_is_interpolated_and_a_longer_one_is_not():
    for gap_ms, metres in ((10_000, 100), (10_001, 0)):
        odometer = Odometer()
        odometer.add(0, 10_000, True)
        odometer.add(gap_ms, 10_000, True)
        assert odometer.metres == metres


def test_duplicates_and_old_times_are_ignored():
    odometer = Odometer()
    for time_ms in (0, 1000, 1000, 500, 0, 2000, 2000, 1000, 3000):
        odometer.add(time_ms, 10_000, True)
    assert odometer.metres == 30


def test_a_receiver_that_corrects_its_date_backwards_is_followed():
    odometer = Odometer()
    drive(odometer, [10_000] * 11, start_ms=10_000_000)
    drive(odometer, [10_000] * 11, start_ms=0)
    assert odometer.metres == 200


def test_an_unknown_speed_is_not_zero():
    odometer = Odometer()
    drive(odometer, [10_000, None, 10_000])
    assert odometer.metres == 20


def test_a_speed_that_no_car_drives_is_not_believed():
    odometer = Odometer()
    drive(odometer, [10_000, 400_000, 10_000])
    assert odometer.metres == 20


def tow(odometer: Odometer, speeds_mm_s, nobodys=True) -> None:
    """Feed a speed a second with the ignition off."""
    for second, speed in enumerate(speeds_mm_s):
        odometer.add(second * 1000, speed, False, nobodys)


def test_a_car_of_nobodys_that_a_truck_carries_off_gains_every_metre_of_it():
    odometer = Odometer()
    tow(odometer, [0] * 60 + [k * 600 for k in range(20)] + [12_000] * 100 + [0] * 60)
    assert 1300 <= odometer.metres <= 1330


def test_with_the_ignition_off_in_a_trip_a_ferry_adds_nothing():
    odometer = Odometer()
    tow(odometer, [8_000] * 1000, nobodys=False)
    assert odometer.metres == 0


def test_lone_seconds_of_motion_and_a_push_by_hand_are_no_tow():
    odometer = Odometer()
    tow(odometer, ([80] * 20 + [1_400] + [150] * 20 + [6_000] * 3) * 50)
    tow(odometer, [1_500] * 600)
    assert odometer.metres == 0
