"""A phone speaks to the server of a world whose clock stands still."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from simulator.devices.car import Car
from simulator.engine.world import World
from simulator.errors import SimulatorError
from simulator.play.operator import prepare
from simulator.play.phone import Phone, Refused
from simulator.play.reading import parse
from simulator.play.scenario import Scenario
from simulator.play.stage import Stage
from simulator.play.words import phone

TEXT = """start 2026-09-21 07:30
car AB-123-CD at Préfecture
second car EF-456-GH
driver marie badge 04a1b2c3d4e5f6
driver paul badge 04112233445566
driver lea badge 04998877665544
+1s book marie 08:00 10:00
+1s cannot book paul 08:00 10:00
"""


@pytest.fixture
def scenario() -> Scenario:
    return parse("phones", TEXT)


@pytest.fixture
def world(scenario: Scenario, tmp_path: Path) -> Iterator[World]:
    prepare(tmp_path / "data", scenario)
    with World(start_unix_s=scenario.start_s) as world:
        world.start_server(tmp_path / "data")
        yield world


@pytest.fixture
def stage(scenario: Scenario, world: World, tmp_path: Path) -> Stage:
    """A stage without a car: no phone looks at one."""
    return Stage(scenario, world, cast("Car", None), tmp_path / "data", lambda text: None, 1)


def test_who_uses_a_phone_can_sign_in_and_who_does_not_cannot(
    scenario: Scenario, world: World
) -> None:
    assert scenario.phones == {"marie", "paul"}
    assert Phone(world, "marie").get("/api/bookings")["bookings"] == []
    with pytest.raises(Refused) as caught:
        Phone(world, "lea")
    assert (caught.value.status, caught.value.words) == (
        422,
        "Login and password do not match. Tries left: 4.",
    )


def test_a_phone_whose_session_has_ended_signs_in_again(world: World) -> None:
    marie = Phone(world, "marie")
    for _ in range(2):
        world.run_for(13 * 3600)
        assert marie.get("/api/bookings")["bookings"] == []
        world.run_for(13 * 3600)
        assert "My bookings" in marie.open("/reservations")


def test_a_taken_car_comes_back_as_status_words_and_the_cars_that_are_free(
    scenario: Scenario, stage: Stage
) -> None:
    window = (scenario.start_s + 1800, scenario.start_s + 9000)
    phone.book(stage, "marie", *window)
    with pytest.raises(Refused) as caught:
        phone.book(stage, "paul", *window)
    assert (caught.value.status, caught.value.words) == (409, "This car is taken at that time.")
    assert [car["plate"] for car in caught.value.answer["alternatives"]] == ["EF-456-GH"]
    for _ in range(2):  # twice is once
        phone.cancel(stage, "marie")
    phone.book(stage, "paul", *window)


def test_who_has_booked_nothing_cannot_cancel(stage: Stage) -> None:
    with pytest.raises(SimulatorError, match="nothing is booked"):
        phone.cancel(stage, "marie")


def test_the_server_knows_the_world_s_time_when_a_phone_asks(
    scenario: Scenario, stage: Stage
) -> None:
    stage.phone("marie")
    stage.world.run_for(7200)
    with pytest.raises(Refused) as caught:  # half an hour ago in a world that stood still
        phone.book(stage, "marie", scenario.start_s - 1800, scenario.start_s + 9000)
    assert caught.value.answer["error"] == "in_the_past"


def test_a_server_that_is_down_is_said_to_be(world: World) -> None:
    marie = Phone(world, "marie")
    assert world.server is not None
    world.server.kill()
    with pytest.raises(SimulatorError, match="the server does not answer"):
        marie.get("/api/bookings")
