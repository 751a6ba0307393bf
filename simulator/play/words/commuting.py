"""Days of ordinary use: weekdays with so many trips, and what goes wrong in between, seeded.

Drives the car and spoils its modem, its antenna, its power and its server; judges nothing.
"""

import random
from collections.abc import Iterator

from simulator.devices.car import HOLD_S
from simulator.devices.modem.faults import FAULTS
from simulator.play.scenario import DAY_S, Booking, Scenario
from simulator.play.stage import Stage
from simulator.play.words.registry import word
from simulator.road.roads import PLACES

_OPENS_S, _CLOSES_S = 6 * 3600, 20 * 3600  # a day's booking, UTC
_FIRST_TRIP_S = 7 * 3600
_EVENING_S = 22 * 3600
_FAULT_LASTS_S = 600
_MISHAP_PART = 0.5  # of the trips have one


def days_of(scenario: Scenario) -> int:
    """Return for how many weekdays a scenario commutes."""
    return sum(int(step.arguments[0]) for step in scenario.steps if step.action == "commute")


def bookings(scenario: Scenario) -> Iterator[Booking]:
    """Yield the bookings of a commute: the first driver has the car every weekday."""
    days = days_of(scenario)
    driver = next(iter(scenario.drivers), "")
    for midnight_s in _weekdays(scenario.start_s, days):
        opens_s, closes_s = midnight_s + _OPENS_S, midnight_s + _CLOSES_S
        yield Booking(driver, opens_s, closes_s, scenario.plate)


@word("commute", "NUMBER", "days", "NUMBER", "trips")
def commute(stage: Stage, days: float, trips_a_day: float) -> None:
    """Drive that many weekdays with that many trips each, and stand the nights and weekends.

    At the end of each day the bytes alive in the box's heap are added to `stage.heaps`.
    """
    trips = int(trips_a_day)
    chance = random.Random(stage.seed)
    driver = next(iter(stage.scenario.drivers))
    for number, midnight_s in enumerate(_weekdays(stage.scenario.start_s, int(days)), start=1):
        for trip in range(trips):
            between_s = (_CLOSES_S - _FIRST_TRIP_S) / trips
            begins_s = midnight_s + _FIRST_TRIP_S + trip * between_s
            stage.world.run_for(max(0.0, begins_s - stage.world.now_s))
            _trip(stage, driver, chance, last=trip == trips - 1)
        stage.world.run_for(max(0.0, midnight_s + _EVENING_S - stage.world.now_s))
        stage.wait_until_stored()
        report = stage.car.report(collected=True)
        stage.heaps.append(report["heap_alloc"] - report["fakes_heap"])
        stage.say(
            f"day {number} of {days:.0f}: {stage.car.driven_m / 1000:.0f} km so far,"
            f" {report['next_seq'] - 1} records, heap {stage.heaps[-1]}"
        )


def _weekdays(start_s: int, count: int) -> Iterator[int]:
    midnight_s = start_s - start_s % DAY_S
    while count:
        if (midnight_s // DAY_S + 3) % 7 < 5:  # 1 January 1970 was a Thursday
            count -= 1
            yield midnight_s
        midnight_s += DAY_S


def _trip(stage: Stage, driver: str, chance: random.Random, last: bool) -> None:
    """One trip of 2 to 25 minutes, the day's last one home; with bad luck something fails on it."""
    car, world = stage.car, stage.world
    badge = stage.scenario.drivers[driver].badge
    home = stage.scenario.place
    place = chance.choice([name for name in PLACES if name not in (car.place, home)])
    if last:
        place = home
    car.present_badge(badge)
    world.run_for(5)
    car.crank()
    world.run_for(chance.uniform(5, 20))
    left_s = car.drive_to(place, chance.randrange(1 << 30)) + 1
    if chance.random() < _MISHAP_PART:
        before_s = left_s * chance.uniform(0.1, 0.8)
        world.run_for(before_s)
        left_s -= before_s + _mishap(stage, chance)
    world.run_for(max(0.0, left_s))
    while car.place is None:
        world.run_for(1)
    world.run_for(chance.uniform(5, 30))
    car.set_ignition(False)
    world.run_for(10)
    car.present_badge(badge, HOLD_S)
    world.run_for(20)
    car.modem.fault(None)


def _mishap(stage: Stage, chance: random.Random) -> float:
    """Let something fail; return how long it took."""
    car, world = stage.car, stage.world
    kind = chance.choice(("modem", "modem", "modem", "antenna", "power", "server"))
    began_s = world.now_s
    if kind == "modem":
        name = chance.choice(sorted(FAULTS))
        stage.say(f"  modem: {name}")
        car.modem.fault(name)
        world.timeline.call_later(_FAULT_LASTS_S, lambda: car.modem.fault(None))
    elif kind == "antenna":
        stage.say("  antenna of the receiver cut for a minute")
        car.gnss.sky(False)
        world.timeline.call_later(60, lambda: car.gnss.sky(True))
    elif kind == "power":
        stage.say("  power of the box cut for 2 s")
        car.kill()
        world.run_for(2)
        car.power_on()
    else:
        stage.say("  server killed for a minute")
        assert world.server is not None
        world.server.kill()
        world.run_for(60)
        world.server.restart()
    return world.now_s - began_s
