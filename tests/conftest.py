"""Fixtures that more than one folder of tests uses."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.world import World
from tests.chain import HOUR_S, PLATE, START_S, Chain, booking, fleet_file, voiturier


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    """Marie Leroy has booked the car for two hours; the car is parked, its box powered on."""
    data_dir = tmp_path / "data"
    fleet = tmp_path / "fleet.json"
    fleet.write_text(
        json.dumps(fleet_file([booking("marie.leroy", START_S - HOUR_S, START_S + HOUR_S)]))
    )
    voiturier("load", str(fleet), "--data", str(data_dir))
    out = tmp_path / "box.json"
    voiturier(
        "box",
        "add",
        "--data",
        str(data_dir),
        "--vehicle",
        PLATE,
        "--board",
        "host",
        "--out",
        str(out),
    )
    identity = json.loads(out.read_text())
    with World(start_unix_s=START_S, seed=7) as world:
        server = world.start_server(data_dir)
        car = world.add_car(identity, tmp_path / "flash.img")
        car.power_on()
        yield Chain(world, server, car, data_dir, identity)
