"""Every fault that a modem may have, by its name: the box gets over it and loses nothing."""

import pytest

from simulator.devices.modem.faults import FAULTS
from tests.benchmarks.modem_recovery import recover
from tests.chain import Chain

# World seconds until all that was recorded meanwhile is stored.
LIMIT_S = {
    # Two searches of all bands, three minutes each, then a restart.
    "endless_search": 450,
    # Every rung of the ladder, with its pauses.
    "reconnect_loop": 240,
}
ORDINARY_LIMIT_S = 180


@pytest.mark.parametrize("name", FAULTS)
def test_the_box_gets_over_a_fault_of_its_modem_and_loses_nothing(chain: Chain, name: str) -> None:
    took_s = recover(chain, name)
    print(f"{name}: all records stored after {took_s:.0f} s of world time")
    assert took_s <= LIMIT_S.get(name, ORDINARY_LIMIT_S)
    report = chain.car.report()
    assert report["records_lost"] == 0
    assert chain.trips()["records_stored"] == report["records_made"]
    assert chain.unaccounted() == []


def test_a_fault_in_the_middle_of_another_is_got_over_too(chain: Chain) -> None:
    chain.start_driving()
    chain.car.modem.fault("freeze_after_urc")
    chain.world.run_for(45)
    chain.car.modem.fault("hung_until_reset")
    chain.world.run_for(60)
    took_s = recover_after(chain)
    assert took_s <= ORDINARY_LIMIT_S


def test_a_parked_box_is_back_within_a_minute_of_its_modem_restarting_by_itself(
    chain: Chain,
) -> None:
    chain.world.run_for(120)
    before = chain.car.report()["connections"]
    chain.car.modem.restart()
    took_s = chain.world.run_until(lambda: chain.car.report()["connections"] != before, 600)
    print(f"back after {took_s:.0f} s of world time")
    assert took_s <= 60


def recover_after(chain: Chain) -> float:
    """Seconds until everything recorded so far is stored."""
    report = chain.car.report
    return chain.world.run_until(lambda: report()["lowest_seq"] == report()["next_seq"], 1800)
