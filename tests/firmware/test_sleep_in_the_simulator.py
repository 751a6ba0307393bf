"""The real firmware in a parked car: what keeps its chip awake, and what wakes it."""

from pathlib import Path

import pytest

from simulator.devices.car import Car
from simulator.engine.world import World
from tests.chain import START_S, Chain, new_fleet


@pytest.mark.xfail(strict=True, reason="C8: a parked box never sleeps, and drains its battery")
def test_a_parked_box_that_is_connected_spends_the_night_in_light_sleep(tmp_path: Path) -> None:
    data_dir, identity = new_fleet(tmp_path)
    with World(start_unix_s=START_S, seed=5) as world:
        server = world.start_server(data_dir)
        car = Car(world, identity, tmp_path / "flash.img")
        car.power_on()
        Chain(world, server, car, data_dir, identity).get_ready()
        world.run_for(900)
        car.box.meter.restart()
        world.run_for(3600)
        assert car.box.meter.seconds().get("light sleep", 0) > 0.9 * 3600
        assert car.report()["crashes"] == 0
