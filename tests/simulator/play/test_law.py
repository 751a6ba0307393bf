"""The watch of the first law sees each way of breaking it, and nothing in what is allowed."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from simulator.devices.car import Car
from simulator.play.law import Watch


def parked(**changed: Any) -> Any:
    car = SimpleNamespace(
        wires=SimpleNamespace(engine_running=False, on_relay=None),
        speed_kmh=0.0,
        report=lambda: {"trip_open": False, "trip_paused": False},
    )
    for name, value in changed.items():
        setattr(car.wires if name == "engine_running" else car, name, value)
    return car


def trip(is_paused: bool) -> Any:
    return lambda: {"trip_open": True, "trip_paused": is_paused}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"engine_running": True}, "the engine ran"),
        ({"speed_kmh": 3.0}, "the car moved"),
        ({"report": trip(is_paused=False)}, "a trip was open and not paused"),
    ],
)
def test_an_inhibit_that_is_not_allowed_is_told(changed: dict[str, Any], words: str) -> None:
    car = parked(**changed)
    watch = Watch(cast("Car", car))
    car.wires.on_relay("inhibited")
    assert len(watch.broken) == 1
    assert words in watch.broken[0]


@pytest.mark.parametrize("changed", [{}, {"report": trip(is_paused=True)}])
def test_an_inhibit_in_a_parked_car_is_no_matter(changed: dict[str, Any]) -> None:
    car = parked(**changed)
    watch = Watch(cast("Car", car))
    car.wires.on_relay("inhibited")
    assert watch.broken == []


def test_enabling_is_always_allowed() -> None:
    car = parked(engine_running=True, speed_kmh=50.0, report=trip(is_paused=False))
    watch = Watch(cast("Car", car))
    car.wires.on_relay("enabled")
    assert watch.broken == []
