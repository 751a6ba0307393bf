"""docs/power.md has a figure for all that the simulator counts, and the sum is made as it says."""

from pathlib import Path

import pytest

from simulator.devices.car import Car
from simulator.devices.duty import Duty
from simulator.engine.world import World
from tests.benchmarks.parked_day import BATTERY_AH, MAY_USE, POWER, draw_ma, figures
from tests.firmware.identity import IDENTITY


def test_every_state_that_is_counted_has_a_figure(tmp_path: Path) -> None:
    with World(seed=3) as world:
        car = Car(world, IDENTITY, tmp_path / "flash.img")
        car.power_on()
        duty = Duty(world.timeline, car)
        world.run_for(60)
        counted = duty.seconds()
    known, _ = figures()
    for part, states in counted.items():
        assert {(part, state) for state in states} <= set(known)
        if part != "lights":
            assert sum(states.values()) == pytest.approx(60)
    for mhz in ("80", "240"):
        assert {("chip", f"{what} {mhz} MHz") for what in ("idle", "busy")} <= set(known)
    assert {("modem", state) for state in ("searching", "connected", "asleep")} <= set(known)


def test_a_current_counts_for_its_share_of_the_time_and_by_its_rail() -> None:
    known, factors = figures()
    duty = {"chip": {"light sleep": 90.0, "idle 240 MHz": 10.0}, "modem": {"asleep": 100.0}}
    drawn = draw_ma(duty, sleeps=0)
    at_12 = factors["5 V"]
    assert drawn["chip", "idle 240 MHz"] == pytest.approx(
        0.1 * known["chip", "idle 240 MHz"][0] * factors["3.3 V"] * at_12
    )
    assert drawn["modem", "asleep"] == pytest.approx(
        known["modem", "asleep"][0] * factors["3.8 V"] * at_12
    )
    assert drawn["battery divider", "always"] == known["battery divider", "always"][0]


def test_each_wake_is_charged_with_the_work_that_the_simulator_does_not_count() -> None:
    _, factors = figures()
    duty = {"chip": {"light sleep": 1000.0}}
    busy_ma = draw_ma(duty, sleeps=250)["chip", "busy 80 MHz"]
    share = 250 * factors["chip, a wake"] / 1000 / 1000
    assert busy_ma == pytest.approx(28.4 * share * factors["3.3 V"] * factors["5 V"])


def test_what_it_comes_to_follows_from_the_figures() -> None:
    lines = POWER.read_text().split("## What it comes to")[1].splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("| parked")]
    assert len(rows) == 2
    for row in rows:
        sleep, wakes, idle, busy, fast, looks, field, asleep, connected, ma, days = map(
            float, row[1:]
        )
        duty = {
            "chip": {
                "light sleep": sleep,
                "idle 80 MHz": idle,
                "busy 80 MHz": busy,
                "idle 240 MHz": fast,
            },
            "reader": {"power-down": 100 - looks - field, "idle": looks, "field": field},
            "modem": {"asleep": asleep, "connected": connected},
            "receiver": {"backup": 100.0},
        }
        drawn = sum(draw_ma(duty, sleeps=round(wakes * 100)).values())
        assert drawn == pytest.approx(ma, abs=0.06), row[0]
        assert BATTERY_AH * MAY_USE * 1000 / drawn / 24 == pytest.approx(days, abs=2)
