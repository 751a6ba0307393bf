"""The battery's stage, over all that a battery may do and a converter be off by."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.signs.battery import BatteryStage

HEALTHY_MV = 12_500
ERROR_MV = 130  # 10 mV at the pin at 6 dB, eleven times; divider and quantisation besides
READINGS = st.lists(st.tuples(st.integers(1, 900), st.integers(0, 16_000)), max_size=200)


def read(battery: BatteryStage, readings: list[tuple[int, int]]) -> list[tuple[object, ...]]:
    """Take (seconds since the last, millivolts) one after the other; return the records."""
    now_ms, records = 0, []
    for seconds, millivolts in readings:
        now_ms += seconds * 1000
        records += battery.read(millivolts, now_ms)
    return records


@given(st.integers(-ERROR_MV, ERROR_MV), READINGS)
def test_no_error_of_the_converter_gives_a_healthy_battery_a_stage(
    error_mv: int, dips: list[tuple[int, int]]
) -> None:
    battery = BatteryStage(0)
    now_ms = 0
    for seconds, millivolts in dips:  # each a crank, a lamp, or nothing, between two of it at rest
        now_ms += seconds * 1000
        battery.read(HEALTHY_MV + error_mv, now_ms - 1)
        battery.read(min(millivolts, HEALTHY_MV), now_ms)
        assert battery.stage == 0


@given(READINGS)
def test_a_stage_is_recorded_when_it_changes_and_no_reading_twice_in_a_quarter_of_an_hour(
    readings: list[tuple[int, int]],
) -> None:
    battery = BatteryStage(0)
    now_ms, told_stage = 0, 0
    for seconds, millivolts in readings:
        now_ms += seconds * 1000
        was = battery.stage
        for record in battery.read(millivolts, now_ms):
            told_stage = record.stage
            assert record.lowest_mv <= record.steady_mv
        assert told_stage == battery.stage
        if millivolts >= 13_200:
            assert battery.stage <= was


@given(READINGS, st.integers(5_000, 16_000))
def test_a_battery_that_stays_as_it_is_comes_to_its_stage_whatever_was_before(
    before: list[tuple[int, int]], millivolts: int
) -> None:
    battery = BatteryStage(0)
    read(battery, before)
    start_s = sum(seconds for seconds, _ in before)
    for second in range(0, 7200, 60):
        battery.read(millivolts, (start_s + second + 1) * 1000)
    limits = [12_200, 12_000, 11_600]
    lowest = sum(millivolts < limit for limit in limits)
    highest = sum(millivolts < limit + 300 for limit in limits)
    assert lowest <= battery.stage <= highest
