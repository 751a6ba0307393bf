"""What the battery's stage follows from, and what is recorded of it."""

from firmware.logic.signs.battery import BatteryStage
from shared_protocol.records import Battery

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


def after(battery, millivolts, minutes, begin_ms=0):
    """Read once a minute; return the records."""
    records = []
    for minute in range(1, minutes + 1):
        records += battery.read(millivolts, begin_ms + minute * MINUTE_MS)
    return records


def at_stage(stage):
    battery = BatteryStage(0)
    after(battery, (12_600, 12_150, 11_950, 11_500)[stage], 15)
    assert battery.stage == stage
    return battery


def test_each_voltage_at_rest_has_its_stage():
    for stage in range(4):
        at_stage(stage)


def test_a_stage_waits_for_a_quarter_of_an_hour():
    battery = BatteryStage(0)
    assert after(battery, 11_500, 14) == []
    assert battery.stage == 0
    assert after(battery, 11_500, 1, 14 * MINUTE_MS) == [Battery(3, 11_500, 11_500)]


def test_one_good_reading_in_a_quarter_of_an_hour_is_what_counts():
    battery = BatteryStage(0)
    battery.read(12_550, 1000)
    after(battery, 11_500, 15)
    assert battery.stage == 0


def test_the_dip_of_a_crank_is_told_and_changes_no_stage():
    battery = BatteryStage(0)
    battery.read(9_650, 30_000)
    assert after(battery, 12_550, 62) == [Battery(0, 12_550, 9_650)]


def test_parked_it_is_told_once_an_hour_with_the_lowest_since():
    battery = BatteryStage(0)
    assert after(battery, 12_600, 62) == [Battery(0, 12_600, 12_600)]
    assert after(battery, 12_590, 62, 62 * MINUTE_MS) == [Battery(0, 12_590, 12_590)]


def test_a_battery_that_recovers_a_little_stays_at_its_stage():
    battery = at_stage(2)
    assert after(battery, 12_290, 15, HOUR_MS) == []
    assert battery.stage == 2
    after(battery, 12_310, 15, 2 * HOUR_MS)
    assert battery.stage == 1
    after(battery, 12_510, 15, 3 * HOUR_MS)
    assert battery.stage == 0


def test_what_charges_ends_the_stage_at_once():
    battery = at_stage(3)
    assert battery.read(14_200, 16 * MINUTE_MS) == (Battery(0, 14_200, 14_200),)
    assert battery.stage == 0


def test_an_input_that_is_not_wired_says_nothing():
    battery = BatteryStage(0)
    assert after(battery, 0, 120) == []
    assert battery.stage == 0


def test_whoever_cuts_the_wire_of_a_flat_battery_does_not_keep_the_box_off_the_air():
    battery = at_stage(3)
    assert after(battery, 0, 1, HOUR_MS // 4) == []
    assert battery.stage == 3, "a moment of it says nothing"
    assert after(battery, 0, 60, HOUR_MS // 4) == [Battery(0, 0, 0)]
    assert battery.stage == 0


def test_an_old_battery_shows_by_its_crank():
    battery = BatteryStage(0)
    battery.read(7_900, 30_000)
    assert after(battery, 12_550, 62) == [Battery(0, 12_550, 7_900)]
