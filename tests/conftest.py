"""Fixtures that more than one folder of tests uses, and how hypothesis goes about its work."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from simulator.devices.car import Car
from simulator.engine.world import World
from tests.chain import START_S, Chain, new_fleet

# No test fails because the machine is slow.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    """Marie Leroy has booked the car for two hours; the car is parked, its box powered on."""
    data_dir, identity = new_fleet(tmp_path)
    with World(start_unix_s=START_S, seed=7) as world:
        server = world.start_server(data_dir)
        car = Car(world, identity, tmp_path / "flash.img")
        car.power_on()
        yield Chain(world, server, car, data_dir, identity)
