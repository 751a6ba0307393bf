"""The real firmware from .mpy, in a world without a server: what a box does all by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.car import Car
from simulator.world import World

BADGE = bytes.fromhex("04a1b2c3")
IDENTITY = {
    "box_id": "0102030405060708",
    "key": "11" * 32,
    "generation": 1,
    "badge_key": "22" * 32,
    "epoch": 1,
    "server_host": "127.0.0.1",
    "server_port": 1,
    "apn": "internet",
    "board": "host",
}


@pytest.fixture
def world() -> Iterator[World]:
    with World(seed=3) as world:
        yield world


@pytest.fixture
def car(world: World, tmp_path: Path) -> Car:
    car = world.add_car(IDENTITY, tmp_path / "flash.img")
    car.power_on()
    return car


def seconds_of(car: Car, name: str) -> list[int]:
    return [at_ms for at_ms, signal, level in car.signals if signal == name and level]


def test_a_box_that_starts_moves_no_wire(world: World, car: Car) -> None:
    world.run_for(60)
    assert car.relay_changes == []
    assert car.door == "locked"
    assert car.report()["crashes"] == 0


def test_an_unknown_badge_shows_red_and_is_recorded(world: World, car: Car) -> None:
    world.run_for(20)
    made = car.report()["records_made"]
    car.present_badge(BADGE)
    world.run_for(5)
    assert car.relay == "inhibited"
    assert seconds_of(car, "red")
    assert car.report()["records_made"] == made + 1


def test_without_modem_receiver_and_reader_the_box_lives_and_says_nothing(
    world: World, car: Car
) -> None:
    car.modem.off()
    car.gnss.off()
    car.reader.power_off()
    world.run_for(900)
    report = car.report()
    assert (report["crashes"], report["records_made"], report["clock_source"]) == (0, 1, 0)
    assert car.relay_changes == []
    assert car.box.console() == ""


def test_numbers_go_on_over_power_cuts(world: World, car: Car) -> None:
    for boots in range(1, 6):
        world.run_for(10)
        report = car.report()
        assert (report["lowest_seq"], report["next_seq"]) == (1, boots + 1)
        car.kill()
        world.run_for(1)
        car.power_on()


def test_memory_does_not_grow_while_the_box_tries_to_connect(world: World, car: Car) -> None:
    def least_heap() -> int:
        """The smallest of many looks: what is alive depends on the modem's state."""
        looks = []
        for _ in range(40):
            world.run_for(7)
            looks.append(car.report()["heap_alloc"])
        return min(looks)

    before = least_heap()
    world.run_for(1200)
    assert least_heap() <= before + 256
