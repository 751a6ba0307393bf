"""A small fleet on a real server, with real firmware in a simulated car, in virtual time."""

import contextlib
import json
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.devices.car import Car
from simulator.engine.server_process import ServerProcess
from simulator.engine.world import World

START_S = 1_790_000_000  # 2026-09-21 14:13:20 UTC: an ordinary Monday
PLATE = "AB-123-CD"
DRIVER_BADGE = bytes.fromhex("04a1b2c3d4e5f6")
STRANGER_BADGE = bytes.fromhex("0badc0de")
COLLEAGUE_BADGE = bytes.fromhex("04112233445566")
HOUR_S = 3600
PASSWORD = "correct horse battery"


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
        fleet = fleet_file([booking(agent, starts_at, ends_at)])
        path = self.data_dir / "booking.json"
        path.write_text(json.dumps(fleet))
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


def voiturier(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "server", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def booking(agent: str, starts_at: int, ends_at: int) -> dict[str, object]:
    return {
        "vehicle": PLATE,
        "agent": agent,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "purpose": "Visite de chantier",
    }


def fleet_file(bookings: list[dict[str, object]]) -> dict[str, object]:
    people = (
        ("marie.leroy", "Marie Leroy", "DDT", DRIVER_BADGE),
        ("paul.morin", "Paul Morin", "DDPP", COLLEAGUE_BADGE),
    )
    return {
        "directorates": [
            {"code": "DDT", "name": "Territoires"},
            {"code": "DDPP", "name": "Populations"},
        ],
        "sites": [{"code": "PREF", "name": "Préfecture"}],
        "vehicles": [{"plate": PLATE, "label": "Clio", "site": "PREF"}],
        "agents": [
            {
                "login": login,
                "full_name": name,
                "directorate": directorate,
                "role": "agent",
                "password": PASSWORD,
                "badges": [badge.hex()],
            }
            for login, name, directorate, badge in people
        ],
        "bookings": bookings,
    }


def new_fleet(folder: Path) -> tuple[Path, dict[str, object]]:
    """A data directory with the fleet and Marie Leroy's booking, and its box's identity."""
    data_dir = folder / "data"
    fleet = folder / "fleet.json"
    now = booking("marie.leroy", START_S - HOUR_S, START_S + HOUR_S)
    fleet.write_text(json.dumps(fleet_file([now])))
    voiturier("load", str(fleet), "--data", str(data_dir))
    identity = folder / "box.json"
    where = ("--data", str(data_dir), "--out", str(identity))
    voiturier("box", "add", "--vehicle", PLATE, "--board", "host", *where)
    return data_dir, json.loads(identity.read_text())
