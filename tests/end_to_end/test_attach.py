"""What card or network want of the box it gives, or stands still by a named cause."""

from pathlib import Path

import pytest

from simulator.devices.car import Car
from simulator.devices.modem.state import PIN_WANTED
from simulator.engine.world import World
from tests.benchmarks.attach_recovery import SCENARIOS, measure
from tests.chain import START_S, new_fleet

# Seconds from power-on to the first session. The modem takes 8 to start and 3 to find a cell; a
# context that has to be set costs another search.
LIMIT_S = 60
WIRE_BYTES = 1500  # the hour's first session, with grants and its few records
COME = [name for name, scenario in SCENARIOS.items() if scenario.reaches]


@pytest.mark.parametrize("name", COME)
def test_a_box_comes_online_and_loses_nothing(name: str, tmp_path: Path) -> None:
    told = measure(name, tmp_path)
    assert told.online_s <= LIMIT_S
    assert told.restarts == 0
    assert told.wire_bytes <= WIRE_BYTES
    assert told.lost == 0
    assert told.tries_left == 3


def test_a_wrong_pin_is_tried_once_and_costs_no_restart(tmp_path: Path) -> None:
    told = measure("pin_wrong", tmp_path)
    assert (told.tries_left, told.restarts, told.lost) == (2, 0, 0)
    assert told.cause == "pin_wrong"


def test_without_a_pin_none_is_tried_and_the_modem_is_left_alone(tmp_path: Path) -> None:
    told = measure("pin_none", tmp_path)
    assert (told.tries_left, told.restarts, told.lost) == (3, 0, 0)
    assert told.cause == "pin_wanted"


def test_without_a_card_the_modem_restarts_once_an_hour_at_most(tmp_path: Path) -> None:
    told = measure("no_card", tmp_path)
    assert told.restarts <= 1
    assert (told.cause, told.lost) == ("no_sim", 0)


def test_a_network_that_denies_is_named(tmp_path: Path) -> None:
    told = measure("denied", tmp_path)
    assert told.restarts <= 1
    assert (told.cause, told.lost) == ("network_refused", 0)


def test_a_wrong_pin_is_tried_once_however_often_box_and_modem_lose_their_power(
    tmp_path: Path,
) -> None:
    """The first start ends at the moment when the card has counted, and the box has not heard."""
    _, identity = new_fleet(tmp_path)
    with World(start_unix_s=START_S, seed=7) as world:
        car = Car(world, {**identity, "sim_pin": "1111"}, tmp_path / "flash.img")
        state = car.modem.state
        state.sim, state.pin, state.pin_locked = PIN_WANTED, "4321", True
        car.power_on()
        world.run_until(lambda: state.pin_tries < 3, 60)
        car.kill()
        for _ in range(4):
            car.power_on()
            world.run_for(60)
            car.kill()
    assert state.pin_tries == 2


def test_a_pin_whose_giving_was_cut_short_is_given_to_a_card_that_counted_nothing(
    tmp_path: Path,
) -> None:
    data_dir, identity = new_fleet(tmp_path)
    with World(start_unix_s=START_S, seed=7) as world:
        world.start_server(data_dir)
        car = Car(world, {**identity, "sim_pin": "4321"}, tmp_path / "flash.img")
        state = car.modem.state
        state.sim, state.pin, state.pin_locked = PIN_WANTED, "4321", True
        car.power_on()
        world.run_until(lambda: state.functionality == 4, 60)
        world.run_for(0.2)  # flash has it that the PIN is given; the card takes 0.4 s
        car.kill()
        car.power_on()
        assert world.run_until(lambda: car.report()["connections"] > 0, LIMIT_S)
