"""The world: its clock, its scripts, and what it leaves behind. With the real firmware."""

import subprocess
import time

import pytest

from simulator.devices.car import Car
from simulator.engine.world import World
from simulator.errors import WorldTimeout


@pytest.fixture
def parked(tmp_path, identity):
    with World(seed=3) as world:
        car = Car(world, identity, tmp_path / "flash.lfs2")
        car.power_on()
        yield world, car


def test_ten_minutes_pass_in_seconds_and_exactly(parked):
    world, _ = parked
    begun_s, begun_real_s = world.now_s, time.monotonic()
    world.run_for(600)
    assert world.now_s - begun_s == 600
    assert time.monotonic() - begun_real_s < 60


def test_run_until_stops_at_the_event_that_makes_it_true(parked):
    world, car = parked
    assert 0 < world.run_until(lambda: car.report()["fixes"] > 0, 60) < 10


def test_run_until_gives_up_in_time(parked):
    world, _ = parked
    begun_s = world.now_s
    with pytest.raises(WorldTimeout):
        world.run_until(lambda: False, 5)
    assert world.now_s - begun_s == 5


def test_a_script_does_its_things_at_its_times():
    with World() as world:
        done = []

        def script():
            for pause_s in (1.0, 2.5):
                done.append(world.now_s - 1_700_000_000)
                yield pause_s
            done.append(world.now_s - 1_700_000_000)

        world.play(script())
        world.run_for(10)
        assert done == [0, 1, 3.5]


def test_a_car_drives_the_distance_of_its_speed_along_its_road(parked):
    world, car = parked
    car.drive(72)
    world.run_for(60)
    car.drive(0)
    world.run_for(60)
    assert car.driven_m == 1200
    # Off and nobody's: carried, once that has lasted for the seconds in which it may be noise.
    assert 1000 <= car.report()["odometer_m"] < 1200


def test_the_same_seed_gives_the_same_figures(tmp_path, identity):
    figures = []
    for name in ("one", "two"):
        with World(seed=5) as world:
            car = Car(world, identity, tmp_path / name)
            car.power_on()
            car.set_ignition(True)
            car.drive(50)
            # From the second minute on kilometres go to flash in company, of two or of three: what
            # a box draws for its pauses moves them by a moment.
            world.run_for(118)
            report = car.report()
            for garbage in ("heap_alloc", "heap_free"):  # what a box draws is a word long, or two
                del report[garbage]
            # Its red lights show its tries to connect, with pauses that it draws.
            lit = [change for change in car.signals if change[1] != "red"]
            figures.append((report, car.position, lit))
    assert figures[0] == figures[1]
    assert figures[0][0]["odometer_m"] > 0


def test_closing_the_world_leaves_no_process(tmp_path, identity):
    world = World()
    car = Car(world, identity, tmp_path / "flash.lfs2")
    car.power_on()
    world.close()
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(tmp_path) not in listed.stdout


def test_in_real_time_a_second_takes_a_second():
    with World(realtime=True) as world:
        begun_s = time.monotonic()
        assert abs(world.now_s - time.time()) < 0.1
        world.run_for(0.3)
        assert 0.29 <= time.monotonic() - begun_s < 1.0
