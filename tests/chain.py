"""A small fleet on a real server, with real firmware in a simulated car, in virtual time."""

import contextlib
import functools
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.devices.car import Car
from simulator.engine.server_process import ServerProcess
from simulator.engine.world import World
from tests.fleet import HOUR_S, MARIE_UID, NOW_S, PAUL_UID, agent, booking, fleet, vehicle

START_S = NOW_S
PLATE = "AB-123-CD"
DRIVER_BADGE = MARIE_UID
STRANGER_BADGE = bytes.fromhex("0badc0de")
COLLEAGUE_BADGE = PAUL_UID
PASSWORD = "correct horse battery"
FLEET = fleet(
    [vehicle(PLATE)],
    [
        agent("marie.leroy", MARIE_UID, password=PASSWORD),
        agent("paul.morin", PAUL_UID, directorate="DDPP", password=PASSWORD),
    ],
    [booking(PLATE, "marie.leroy", START_S - HOUR_S, START_S + HOUR_S)],
)


@dataclass
class Chain:
    """One car, its box and the server they speak to."""

    world: World
    server: ServerProcess
    car: Car
    data_dir: Path
    identity: dict[str, object]

    def voiturier(self, *arguments: str) -> str:
        return voiturier(*arguments, "--data", str(self.data_dir))

    def trips(self) -> dict[str, list[dict[str, object]]]:
        """What the server holds: {"trips": [...], "records_stored": n, "refusals": [...]}."""
        answer: dict[str, list[dict[str, object]]] = json.loads(self.voiturier("trips", "--json"))
        return answer

    def book(self, starts_at: int, ends_at: int, agent: str = "marie.leroy") -> None:
        path = self.data_dir / "booking.json"
        booked = FLEET | {"bookings": [booking(PLATE, agent, starts_at, ends_at)]}
        path.write_text(json.dumps(booked))
        self.voiturier("load", str(path))

    def get_ready(self) -> None:
        """Let the box connect and take the server's time and grants."""
        self.world.run_until(lambda: self.car.report()["connections"] > 0, 120)
        self.world.run_for(5)

    def start_driving(self) -> None:
        """Connect, badge in as Marie Leroy and drive at 50 km/h."""
        self.get_ready()
        self.car.present_badge(DRIVER_BADGE)
        self.world.run_for(5)
        self.car.set_ignition(True)
        self.world.run_for(5)
        self.car.drive(speed_kmh=50)

    def park_and_end(self) -> None:
        """Stop, switch the ignition off and hold the badge: the trip is over."""
        self.car.drive(speed_kmh=0)
        self.world.run_for(10)
        self.car.set_ignition(False)
        self.world.run_for(2)
        self.car.present_badge(DRIVER_BADGE, hold_s=4)
        self.world.run_for(30)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the server's database answers, read from outside."""
        database = f"file:{self.data_dir / 'voiturier.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(database, uri=True)) as connection:
            return connection.execute(query).fetchall()

    def unaccounted(self) -> list[tuple[int, str]]:
        """What breaks the tiling of records and gaps over 1 to the highest number of each epoch."""
        wrong = []
        for (epoch,) in self.rows("select distinct epoch from record order by epoch"):
            covered = [
                (seq, seq) for (seq,) in self.rows(f"select seq from record where epoch = {epoch}")
            ]
            covered += self.rows(f"select first_seq, last_seq from gap where epoch = {epoch}")
            expected = 1
            for first, last in sorted(covered):
                if first != expected:
                    wrong.append((epoch, f"{first} follows {expected - 1}"))
                expected = last + 1
        return wrong


@contextlib.contextmanager
def parked(folder: Path, **of_the_box: object) -> Iterator[Chain]:
    """The fleet of this file; the car is parked, its box powered on, its identity as given."""
    data_dir, identity = new_fleet(folder)
    identity |= of_the_box
    with World(start_unix_s=START_S, seed=7) as world:
        server = world.start_server(data_dir)
        car = Car(world, identity, folder / "flash.img")
        car.power_on()
        yield Chain(world, server, car, data_dir, identity)


def voiturier(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "server", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def new_fleet(folder: Path) -> tuple[Path, dict[str, object]]:
    """A data directory with the fleet and Marie Leroy's booking, and its box's identity."""
    shutil.copytree(_prepared(), folder, dirs_exist_ok=True)
    return folder / "data", json.loads((folder / "box.json").read_text())


_folder = tempfile.TemporaryDirectory(prefix="voiturier-chain-")


@functools.cache
def _prepared() -> Path:
    """Loaded once a process, by the command that an operator uses; each test takes a copy."""
    folder = Path(_folder.name)
    file, identity = folder / "fleet.json", folder / "box.json"
    file.write_text(json.dumps(FLEET))
    data = ("--data", str(folder / "data"))
    voiturier("load", str(file), *data)
    voiturier("box", "add", "--vehicle", PLATE, "--board", "host", *data, "--out", str(identity))
    return folder
