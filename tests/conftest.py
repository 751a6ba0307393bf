"""Fixtures that more than one folder of tests uses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.world import World
from tests.chain import START_S, Chain, new_fleet


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    """Marie Leroy has booked the car for two hours; the car is parked, its box powered on."""
    data_dir, identity = new_fleet(tmp_path)
    with World(start_unix_s=START_S, seed=7) as world:
        server = world.start_server(data_dir)
        car = world.add_car(identity, tmp_path / "flash.img")
        car.power_on()
        yield Chain(world, server, car, data_dir, identity)
