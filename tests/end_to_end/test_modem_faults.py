"""Every fault that a modem may have, by its name: the box gets over it and loses nothing."""

import pytest

from simulator.devices.modem.faults import FAULTS
from tests.benchmarks.modem_recovery import recover
from tests.chain import Chain

# World seconds until all that was recorded meanwhile is stored.
LIMIT_S = {
    # Two searches of all bands, three minutes each, then a restart.
    "endless_search": 450,
    # Cannot be told from a server that is away, for which no modem is restarted within 15 minutes.
    "reconnect_loop": 1080,
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
    chain.car.modem.fault("mute_until_power_cut")
    chain.world.run_for(60)
    took_s = recover_after(chain)
    assert took_s <= ORDINARY_LIMIT_S


def recover_after(chain: Chain) -> float:
    """Seconds until everything recorded so far is stored."""
    report = chain.car.report
    return chain.world.run_until(lambda: report()["lowest_seq"] == report()["next_seq"], 1800)
