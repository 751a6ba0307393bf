"""The smallest MicroPython heap with which the whole firmware lives its hardest day.

    python -m tests.benchmarks.smallest_heap [--heap KIB]

The same day each time: power on, connect and take the grants of 500 badges and 64 bookings, badge,
10 min of driving in which the manager closes the car to the 500 and opens it again (two sets on
their way in), a power cut and recovery, 10 min more, trip end, everything acknowledged. Prints the
budget's day, then each heap tried, with what is alive after a collection (the simulator's fakes
apart) and the most of the C stack that was in use. For the words of the MicroPython that
VOITURIER_MICROPYTHON names; scripts/micropython.sh --both fetches the other one.
"""

import argparse
import json
import tempfile
from pathlib import Path

from simulator.devices.car import Car
from simulator.engine.box import DEFAULT_HEAP, word_bits
from simulator.engine.world import World
from simulator.errors import SimulatorError
from tests.chain import PLATE, START_S, Chain, new_fleet, voiturier
from tests.fleet import HOUR_S, agent, booking, vehicle

STEP_K = 4
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
    report = chain.car.report(collected=True)
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
            except (SimulatorError, AssertionError, KeyError) as error:  # it does not even start
                print(f"{heap_k}k fails: {str(error).splitlines()[-1] if str(error) else error!r}")
                return None


def told(heap_k: int, report: dict[str, int]) -> str:
    alive = report["heap_alloc"] - report["fakes_heap"]
    loading, running = report["stack_loading_bytes"], report["stack_running_bytes"]
    return (
        f"{heap_k}k passes: {alive} B alive after a collection, "
        f"C stack {running} B while running, {loading} B while loading"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.smallest_heap",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--heap", type=int, metavar="KIB", help="try only this one")
    only = parser.parse_args().heap
    budget_k = only or int(DEFAULT_HEAP[word_bits()].removesuffix("k"))
    print(f"words of {word_bits()} bits", flush=True)
    report = passes(budget_k)
    if report is None:
        raise SystemExit(f"the firmware does not live in {budget_k}k")
    print(told(budget_k, report), flush=True)
    if only:
        return
    passing_k, failing_k = budget_k, 0
    while passing_k - failing_k > STEP_K:  # by halves: each day takes a while
        heap_k = (passing_k + failing_k) // (2 * STEP_K) * STEP_K
        report = passes(heap_k)
        if report is None:
            failing_k = heap_k
        else:
            passing_k = heap_k
            print(told(heap_k, report), flush=True)
    print(f"smallest heap: {passing_k}k; {failing_k}k fails")


if __name__ == "__main__":
    main()
