"""A crowd of strangers at the boxes' port, beside real boxes that start, drive and end their trips.

1,000 beside 20 in a full run, fewer otherwise. A third says nothing, a third says a byte a second,
a third says garbage; each comes back when the server has shown it out. All of it is in the world's
time, so that the server's deadlines count.
"""

import itertools
import json
import random
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.devices.car import Car
from simulator.engine.tcp_link import TcpLink
from simulator.engine.world import World
from tests.chain import START_S, voiturier
from tests.fleet import HOUR_S, agent, booking, fleet, vehicle
from tests.support import FULL

STRANGERS, CARS = (1000, 20) if FULL else (300, 6)
SEED = 9
DAY_S = 150  # of world time, from the first box's power to the last word
LOOK_EVERY_S = 0.5
COMES_EVERY = 6  # looks: who was shown out is back within 3 s
MOST_SERVER_MIB = 200


class Stranger:
    """One of the crowd."""

    def __init__(self, world: World, port: int, kind: str, chance: random.Random) -> None:
        self.world, self.port, self.kind, self.chance = world, port, kind, chance
        self.link: TcpLink | None = None
        self.connections = 0

    def look(self, whole_second: bool, may_come: bool) -> None:
        if self.link is None or not self.link.is_open:
            if not may_come:
                return
            self.connections += 1
            self.link = self.world.network.connect("127.0.0.1", self.port)
            if self.kind == "garbage":
                self.link.send(self.chance.randbytes(self.chance.randrange(1, 400)))
        elif self.kind == "slow" and whole_second:
            self.link.send(b"\x00")


def crowd(strangers: list[Stranger]) -> Iterator[float]:
    """All of them, for ever."""
    for look in itertools.count():
        for number, stranger in enumerate(strangers):
            stranger.look(look % 2 == 0, may_come=(look + number) % COMES_EVERY == 0)
        yield LOOK_EVERY_S


def day(car: Car, badge: bytes, start_s: float) -> Iterator[float]:
    """Power, a badge, some minutes at 50 km/h, and the end of the trip."""
    yield start_s
    car.power_on()
    yield 45.0
    car.present_badge(badge)
    yield 3.0
    car.set_ignition(True)
    car.drive(50)
    yield 40.0
    car.drive(0)
    car.set_ignition(False)
    yield 3.0
    car.present_badge(badge, 3.5)


def plate(number: int) -> str:
    return f"AA-{100 + number}-AA"


def badge(number: int) -> bytes:
    return bytes([4, 0, 0, 0, 0, 0, number])


def make_fleet(folder: Path) -> tuple[Path, list[dict[str, object]]]:
    """A data directory with all cars, a driver and a booking for each; the boxes' identities."""
    data_dir = folder / "data"
    numbers = range(CARS)
    file = fleet(
        [vehicle(plate(n)) for n in numbers],
        [agent(f"agent.{n}", badge(n)) for n in numbers],
        [booking(plate(n), f"agent.{n}", START_S - HOUR_S, START_S + HOUR_S) for n in numbers],
    )
    (folder / "fleet.json").write_text(json.dumps(file))
    voiturier("load", str(folder / "fleet.json"), "--data", str(data_dir))
    identities = []
    for n in numbers:
        out = folder / f"{n}.json"
        where = ("--data", str(data_dir), "--out", str(out))
        voiturier("box", "add", "--vehicle", plate(n), "--board", "host", *where)
        identities.append(json.loads(out.read_text()))
    return data_dir, identities


@pytest.fixture
def many_descriptors() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(hard, 4096)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def test_boxes_are_served_in_a_crowd_of_strangers(
    tmp_path: Path, many_descriptors: None, record_property: Callable[[str, object], None]
) -> None:
    record_property("sample", f"{STRANGERS} strangers beside {CARS} boxes, seed {SEED}")
    data_dir, identities = make_fleet(tmp_path)
    chance = random.Random(SEED)
    with World(start_unix_s=START_S, seed=3) as world:
        server = world.start_server(data_dir)
        alone_mib = server.resident_mib()
        kinds = ("silent", "slow", "garbage")
        strangers = [
            Stranger(world, server.boxes_port, kinds[n % 3], chance) for n in range(STRANGERS)
        ]
        world.play(crowd(strangers))
        for number, identity in enumerate(identities):
            car = Car(world, identity, tmp_path / f"{number}.flash")
            world.play(day(car, badge(number), start_s=1.0 + number))
        peaks_mib = []
        for _ in range(DAY_S // 10):
            world.run_for(10)
            peaks_mib.append(server.resident_mib())
        reports = [box.report() for box in world.boxes]
        made = sum(report["next_seq"] - 1 for report in reports)
        stored = json.loads(voiturier("trips", "--json", "--data", str(data_dir)))
        connections = sum(stranger.connections for stranger in strangers)
        print(
            f"{STRANGERS} strangers made {connections} connections in {DAY_S} s; {CARS} boxes made"
            f" {sum(report['connections'] for report in reports)}; {made} records made,"
            f" {stored['records_stored']} stored; server {alone_mib:.0f} MiB alone,"
            f" {max(peaks_mib):.0f} at most, {peaks_mib[-1]:.0f} at the end"
        )
        assert all(report["lowest_seq"] == report["next_seq"] for report in reports)
        assert stored["records_stored"] == made
        assert [trip["state"] for trip in stored["trips"]] == ["ended"] * CARS
        assert connections > 2 * STRANGERS, "the crowd was shown out and came back"
        assert max(peaks_mib) < MOST_SERVER_MIB
