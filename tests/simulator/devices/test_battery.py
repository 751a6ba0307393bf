"""The battery that feeds a simulated car: full or flat, resting, cranked or charged."""

import pytest

from simulator.devices.battery import FAULTS, Battery

HOUR_S = 3600.0
BOX_A = 0.006


@pytest.mark.parametrize("volts", [11.5, 11.89, 12.0, 12.3, 12.6])
def test_at_rest_it_has_the_voltage_that_it_was_given(volts: float) -> None:
    battery = Battery()
    battery.set_resting(volts)
    assert battery.volts == pytest.approx(volts)


def test_parked_with_its_box_it_is_half_full_after_five_weeks() -> None:
    battery = Battery()
    battery.draw(BOX_A, 35 * 24 * HOUR_S)
    assert battery.volts == pytest.approx(12.24, abs=0.05)


def test_the_lights_empty_it_overnight_and_a_drive_fills_it_again() -> None:
    battery = Battery()
    battery.fault = "lights_left_on"
    battery.draw(BOX_A, 12 * HOUR_S)
    assert battery.volts < 11.8
    battery.fault = None
    battery.charges = True
    assert battery.volts == pytest.approx(14.2)
    battery.draw(0.05, 4 * HOUR_S)
    battery.charges = False
    assert battery.volts > 12.6


def test_a_crank_pulls_an_old_one_further_down() -> None:
    dips = {}
    for fault in (None, "old"):
        battery = Battery()
        battery.cranks, battery.fault = True, fault
        dips[fault] = battery.volts
        assert battery.turns_engine
    assert 9 < dips[None] < 10
    assert 7 < dips["old"] < dips[None] - 1


def test_an_old_one_is_empty_three_times_as_soon() -> None:
    assert "old" in FAULTS
    battery = Battery()
    battery.fault = "old"
    battery.draw(BOX_A, 12 * 24 * HOUR_S)
    assert battery.volts == pytest.approx(12.24, abs=0.05)


def test_a_flat_one_turns_no_engine() -> None:
    battery = Battery()
    battery.set_resting(9.6)
    battery.cranks = True
    assert not battery.turns_engine


def test_it_is_never_fuller_than_full_nor_emptier_than_dead() -> None:
    battery = Battery()
    battery.draw(100.0, 100 * HOUR_S)
    assert battery.volts == pytest.approx(9.5)
    battery.charges = True
    battery.draw(0.0, 100 * HOUR_S)
    battery.charges = False
    assert battery.volts == pytest.approx(12.65)
