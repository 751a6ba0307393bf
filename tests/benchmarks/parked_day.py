"""Acceptance 4: a night in a parked car: what each part does, what that draws, and what wakes it.

    python -m tests.benchmarks.parked_day [--hours N] [--reads N] [--seed N]

The real firmware against the real server: a trip, then N hours parked (10), in which the simulator
counts the seconds of each part in each state. Currents are those of docs/power.md, which is read
here; none was measured. Afterwards somebody books the car, and badges are presented to a box that
sleeps; times are world time, in which Python takes none.
"""

import argparse
import random
import statistics
import tempfile
from pathlib import Path

from simulator.devices.car import Car
from simulator.devices.duty import Duty
from simulator.engine.world import World
from simulator.errors import WorldTimeout
from tests.chain import DRIVER_BADGE, HOUR_S, START_S, Chain, new_fleet

POWER = Path(__file__).parents[2] / "docs" / "power.md"
SETTLED_S = 1200  # after a trip: everything that goes to rest has gone
BATTERY_AH, MAY_USE = 60, 0.5
PATIENCE_S = 60


def figures() -> tuple[dict[tuple[str, str], tuple[float, str]], dict[str, float]]:
    """Of docs/power.md: (part, state) -> (mA, rail), and the factors by where they start from."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in POWER.read_text().splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]
    currents = {(row[0], row[1]): (float(row[2]), row[3]) for row in rows[1:] if len(row) == 5}
    factors = {row[0]: float(row[2]) for row in rows if len(row) == 4 and row[0] != "of"}
    return currents, factors


def draw_ma(duty: dict[str, dict[str, float]], sleeps: int) -> dict[tuple[str, str], float]:
    """(part, state) -> mA at 12 V, averaged over the time in which the parts did that.

    Args:
        duty: part -> state -> seconds.
        sleeps: how often the chip slept, and so woke.
    """
    currents, factors = figures()
    at_5_v = {"12": 0.0, "5": 1.0, "3.3": factors["3.3 V"], "3.8": factors["3.8 V"]}
    passed_s = sum(duty["chip"].values())
    work_s = sleeps * factors["chip, a wake"] / 1000
    shares = {(part, state): s for part, states in duty.items() for state, s in states.items()}
    shares["chip", "busy 80 MHz"] = shares.get(("chip", "busy 80 MHz"), 0.0) + work_s
    if sleeps:
        shares["chip", "light sleep"] -= work_s
    shares |= {name: passed_s for name in currents if name[1] == "always"}
    return {
        name: ma * shares[name] / passed_s * (1 if rail == "12" else at_5_v[rail] * factors["5 V"])
        for name, (ma, rail) in currents.items()
        if name in shares
    }


def report(duty: Duty, hours: float) -> None:
    """Print the duty of each part, its current, and the sum."""
    seconds = duty.seconds()
    drawn = draw_ma(seconds, duty.sleeps)
    print(f"parked {hours:g} h: the chip slept {duty.sleeps} times, the relay moved", end=" ")
    print(f"{duty.coil_pulses} times, {duty.wire_bytes} bytes over TCP")
    for name, ma in drawn.items():
        share = seconds.get(name[0], {}).get(name[1], hours * 3600) / hours / 36
        print(f"  {name[0] + ', ' + name[1]:38} {share:8.3f} % {ma:8.3f} mA")
    total = sum(drawn.values())
    days = BATTERY_AH * MAY_USE * 1000 / total / 24
    print(f"  at 12 V, by docs/power.md, not measured: {total:.1f} mA;", end=" ")
    print(f"{days:.0f} days until {BATTERY_AH} Ah are at 50 %, the car's own draw apart")


def wake_up_s(chain: Chain) -> float:
    """Book the car from now on, and wait until its box knows."""
    now_s = int(chain.world.now_s)
    generation = chain.car.report()["grants_generation"]
    begun_s = chain.world.now_s
    chain.book(now_s - HOUR_S, now_s + 12 * HOUR_S)
    chain.world.settle()  # the server looks at once for what a command has loaded
    chain.world.run_until(
        lambda: chain.car.report()["grants_generation"] != generation, PATIENCE_S * 20
    )
    return chain.world.now_s - begun_s


def badge_ms(chain: Chain, chance: random.Random) -> float | None:
    """One badge at a box that sleeps: the time to the relay; None when nothing came of it."""
    chain.world.run_for(SETTLED_S + chance.uniform(0, 20))
    begun_s = chain.world.now_s
    chain.car.present_badge(DRIVER_BADGE, hold_s=3.0)
    try:
        chain.world.run_until(lambda: chain.car.relay == "enabled", 5)
    except WorldTimeout:
        return None
    took_s = chain.world.now_s - begun_s
    chain.world.run_for(5)
    chain.car.present_badge(DRIVER_BADGE, hold_s=4.0)
    chain.world.run_until(lambda: chain.car.relay == "inhibited", 300)
    return took_s * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=float, default=10)
    parser.add_argument("--reads", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir, identity = new_fleet(Path(folder))
        with World(start_unix_s=START_S, seed=arguments.seed) as world:
            server = world.start_server(data_dir)
            car = Car(world, identity, Path(folder) / "flash.img")
            car.power_on()
            chain = Chain(world, server, car, data_dir, identity)
            chain.start_driving()
            world.run_for(600)
            chain.park_and_end()
            world.run_for(SETTLED_S)
            duty = Duty(world.timeline, car)
            world.run_for(arguments.hours * 3600)
            report(duty, arguments.hours)
            print(f"a booking made now is on the box after {wake_up_s(chain):.1f} s", flush=True)
            chance = random.Random(arguments.seed)
            reads = [badge_ms(chain, chance) for _ in range(arguments.reads)]
            seen = sorted(read for read in reads if read is not None)
            print(f"badge to relay, parked: {len(seen)} of {len(reads)} seen;", end=" ")
            print(f"median {statistics.median(seen):.0f} ms, worst {seen[-1]:.0f} ms")
            state = car.report(collected=True)
            print(f"heap: {state['heap_alloc']} B in use, {state['heap_free']} B free;", end=" ")
            print(f"{state['crashes']} crashes, {state['records_lost']} records lost")


if __name__ == "__main__":
    main()
