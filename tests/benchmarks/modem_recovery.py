"""What each fault of its modem costs a box: time till its records are stored, restarts, bytes.

.venv/bin/python -m tests.benchmarks.modem_recovery
"""

import tempfile
from pathlib import Path

from simulator.devices.car import Car
from simulator.devices.modem.faults import FAULTS, Fault
from simulator.engine.world import World
from tests.chain import HOUR_S, START_S, Chain, new_fleet

# Those that nothing on the box can end: the modem is healed after five minutes.
HEALED_AFTER_S = dict.fromkeys(("silent", "error", "mute_until_power_cut"), 300)
PATIENCE_S = 1800


def recover(chain: Chain, name: str) -> float:
    """Strike on the road, make records meanwhile, and return the seconds until all are stored.

    They count from the fault's beginning, or from its end if the box cannot end it.
    """
    chain.start_driving()
    chain.world.run_for(60)
    strike(chain, name)
    begun_s = chain.world.now_s
    chain.world.run_for(1)
    chain.car.drive(speed_kmh=0)
    chain.world.run_for(5)
    chain.car.set_ignition(False)
    chain.world.run_for(4)
    if name in HEALED_AFTER_S:
        chain.world.run_for(HEALED_AFTER_S[name])
        assert not all_stored(chain), "nothing was waiting: the fault had no effect"
        chain.car.modem.fault(None)
        begun_s = chain.world.now_s
    chain.world.run_until(lambda: all_stored(chain) and over(chain, name), PATIENCE_S)
    return chain.world.now_s - begun_s


def strike(chain: Chain, name: str) -> None:
    """Begin the fault, and what makes it show."""
    modem = chain.car.modem
    modem.fault(name)
    if name in ("reset_held_at_boot", "sim_busy", "cpin_without_ok"):
        modem.restart()  # as a dip of its supply does
    elif name == "close_unreported":
        modem.lose_link()
    elif name == "uart_overflow":  # grants for some hours: more than the FIFO holds
        for hours in range(2, 10):
            start_s = START_S + hours * HOUR_S
            chain.book(start_s, start_s + HOUR_S)


def over(chain: Chain, name: str) -> bool:
    """Whether a fault that ends has ended."""
    lasting = ("close_unreported", "cpin_without_ok", "late", "stray_banners")
    return name in lasting or type(chain.car.modem.faulty) is Fault


def all_stored(chain: Chain) -> bool:
    report = chain.car.report()
    return bool(report["lowest_seq"] == report["next_seq"])


def main() -> None:
    for name in FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            data_dir, identity = new_fleet(Path(folder))
            with World(start_unix_s=START_S, seed=7) as world:
                server = world.start_server(data_dir)
                car = Car(world, identity, Path(folder) / "flash.img")
                car.power_on()
                chain = Chain(world, server, car, data_dir, identity)
                took_s = recover(chain, name)
                lost = car.report()["records_made"] - int(chain.trips()["records_stored"])
                hours = (world.now_s - START_S) / HOUR_S
        print(
            f"{name:22} {took_s:6.0f} s, {car.modem.starts - 1:2} restarts in {hours:.2f} h,"
            f" {car.wire_bytes_up + car.wire_bytes_down:5} bytes, {lost} records lost"
            f"   ({FAULTS[name].meaning})"
        )


if __name__ == "__main__":
    main()
