"""A battery that runs low: the modem is on less and less, the badge as ever; nothing is lost."""

import pytest

from simulator.devices.duty import Duty
from tests.chain import DRIVER_BADGE, HOUR_S, START_S, Chain

# With a reader that looks every 0.75 s; docs/power.md has 96.6 % for a night.
_AS_PARKED = 0.95


@pytest.fixture
def parked(chain: Chain) -> Chain:
    """After a trip, its box quiet, with a booking for the rest of the day."""
    chain.book(START_S + HOUR_S, START_S + 24 * HOUR_S)
    chain.start_driving()
    chain.world.run_for(60)
    chain.park_and_end()
    chain.world.run_for(1200)
    return chain


def told(chain: Chain) -> list[int]:
    """Of each Battery that the server has, the stage."""
    rows = chain.rows(
        "select fields ->> 'stage' from record where kind_name = 'battery' order by epoch, seq"
    )
    return [stage for (stage,) in rows]


def duty_of(chain: Chain, hours: float) -> tuple[float, float]:
    """Shares of the time in which the modem is off, and in which the chip sleeps."""
    duty = Duty(chain.world.timeline, chain.car)
    chain.world.run_for(hours * HOUR_S)
    seconds = duty.seconds()
    off_s = seconds["modem"].get("off", 0.0)
    return off_s / hours / HOUR_S, seconds["chip"]["light sleep"] / hours / HOUR_S


def opens_after_s(chain: Chain) -> float:
    begun_s = chain.world.now_s
    chain.car.present_badge(DRIVER_BADGE)
    chain.world.run_until(lambda: chain.car.relay == "enabled", 5)
    return chain.world.now_s - begun_s


def test_with_a_low_battery_the_box_connects_once_an_hour_and_sleeps_meanwhile(
    parked: Chain,
) -> None:
    connections = parked.car.report()["connections"]
    parked.car.wires.set_battery(11.95)
    off, sleeps = duty_of(parked, 4)
    print(f"stage 2: modem off {off:.1%}, chip asleep {sleeps:.1%}")
    assert told(parked)[-3:] == [2, 2, 2]
    assert parked.car.report()["connections"] == connections + 3
    assert off > 0.85 and sleeps > _AS_PARKED
    took_s = opens_after_s(parked)
    assert took_s < 1.5
    parked.world.run_until(lambda: parked.car.report()["connections"] == connections + 4, 60)


def test_with_a_flat_battery_the_modem_stays_off_until_it_is_charged(parked: Chain) -> None:
    parked.car.wires.set_battery(11.5)
    parked.world.run_for(HOUR_S)
    connections = parked.car.report()["connections"]
    assert told(parked)[-1] == 3, "it said so before it went"
    off, sleeps = duty_of(parked, 2)
    print(f"stage 3: modem off {off:.1%}, chip asleep {sleeps:.1%}")
    assert off == pytest.approx(1) and sleeps > _AS_PARKED
    assert opens_after_s(parked) < 1.5
    parked.car.crank()
    parked.world.run_until(lambda: parked.car.report()["connections"] > connections, 90)
    parked.world.run_for(30)
    report = parked.car.report()
    assert told(parked)[-1] == 0
    assert (report["records_lost"], report["crashes"], parked.unaccounted()) == (0, 0, [])


def test_without_coverage_a_modem_is_not_left_searching_by_a_low_battery(parked: Chain) -> None:
    parked.car.modem.coverage(False)
    parked.world.run_for(600)
    parked.car.wires.set_battery(11.5)
    parked.world.run_for(1.5 * HOUR_S)
    off, sleeps = duty_of(parked, 1)
    print(f"stage 3 without coverage: modem off {off:.1%}, chip asleep {sleeps:.1%}")
    assert off == pytest.approx(1) and sleeps > _AS_PARKED
    assert opens_after_s(parked) < 1.5
