"""Acceptance 4: the smallest MicroPython heap with which the whole firmware lives a working day.

    python -m tests.benchmarks.smallest_heap

The same day each time: power on, connect and take the grants of 500 badges and 64 bookings, badge,
10 min of driving in which the manager closes the car to the 500 and opens it again (two sets on
their way in), a power cut and recovery, 10 min more, trip end, everything acknowledged. Prints each
heap tried (64-bit words: halve it for the box), then the smallest that passed and what is alive in
it after a collection. Beside it stands an empty MicroPython program with the simulator's fakes, as
the thing to compare with.
"""

import json
import tempfile
from pathlib import Path

from simulator.devices.car import Car
from simulator.engine.world import World
from simulator.errors import SimulatorError
from tests.chain import PLATE, START_S, Chain, new_fleet, voiturier
from tests.fleet import HOUR_S, agent, booking, vehicle

LARGEST_K, STEP_K = 192, 4
BADGES, BOOKINGS = 500, 64


def crowd(walk_up: bool) -> dict[str, object]:
    """A fleet file: 499 badges beside the driver's, 64 bookings, a car for all or not."""
    others = [f"agent.{number}" for number in range(1, BADGES)]
    first_s = START_S + 12 * HOUR_S
    return {
        "vehicles": [vehicle(PLATE, walk_up=walk_up)],
        "agents": [
            agent(login, number.to_bytes(7, "big")) for number, login in enumerate(others, start=1)
        ],
        "bookings": [
            booking(
                PLATE, others[number], first_s + number * HOUR_S, first_s + (number + 1) * HOUR_S
            )
            for number in range(BOOKINGS)
        ],
    }


def load(data_dir: Path, walk_up: bool) -> None:
    path = data_dir.parent / "crowd.json"
    path.write_text(json.dumps(crowd(walk_up)))
    voiturier("load", str(path), "--data", str(data_dir))


def working_day(chain: Chain) -> dict[str, int]:
    """Live the day; return the box's last report. Any fault of the box raises."""
    chain.get_ready()
    chain.world.run_for(60)
    generations = [chain.car.report()["grants_generation"]]
    chain.start_driving()
    for walk_up in (False, True):
        chain.world.run_for(250)
        load(chain.data_dir, walk_up)
        chain.world.settle()
        chain.world.run_for(50)
        generations.append(chain.car.report()["grants_generation"])
    assert sorted(set(generations)) == generations, "each set has arrived"
    chain.car.kill()
    chain.world.run_for(30)
    chain.car.power_on()
    chain.world.run_for(600)
    chain.park_and_end()
    chain.world.run_for(300)
    report = chain.car.report()
    assert report["crashes"] == report["records_lost"] == 0, report
    assert report["lowest_seq"] == report["next_seq"], report
    assert chain.car.relay == "inhibited"
    return report


def passes(heap_k: int) -> dict[str, int] | None:
    with tempfile.TemporaryDirectory() as folder:
        data_dir, identity = new_fleet(Path(folder))
        load(data_dir, True)
        with World(start_unix_s=START_S, seed=7, heap=f"{heap_k}k") as world:
            server = world.start_server(data_dir)
            car = Car(world, identity, Path(folder) / "flash.img")
            try:
                car.power_on()
                return working_day(Chain(world, server, car, data_dir, identity))
            except (SimulatorError, AssertionError) as error:
                print(f"{heap_k}k fails: {str(error).splitlines()[-1] if str(error) else error!r}")
                return None


def main() -> None:
    smallest, alive = None, 0
    for heap_k in range(LARGEST_K, 0, -STEP_K):
        report = passes(heap_k)
        if report is None:
            break
        smallest, alive = heap_k, report["heap_alloc"]
        fakes = report["fakes_heap"]
        print(f"{heap_k}k passes: {alive} B alive, {fakes} B of them the simulator's fakes")
    if smallest is None:
        raise SystemExit(f"the firmware does not live in {LARGEST_K}k")
    print(
        f"smallest heap: {smallest}k; alive after collection without the fakes: {alive - fakes} B"
    )


if __name__ == "__main__":
    main()
