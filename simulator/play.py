"""Plays a scenario through the real firmware and a real server, and says what happened.

The database and the flash are thrown away. Prints no position and no badge's UID.
"""

import contextlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator import commuting
from simulator.car import Car
from simulator.devices.wires import CRANK_S
from simulator.errors import SimulatorError, WorldTimeout
from simulator.operator import one_car_fleet, stored, voiturier
from simulator.scenario import Scenario, Step
from simulator.world import World

STRANGER = bytes.fromhex("0badc0de")
_TOUCH_S = 0.5
HOLD_S = 3.5  # the box ends a trip after 3 s
_WATCH_EVERY_S = 1.0
_STORED_WITHIN_S = 1800

Say = Callable[[str], None]


@dataclass
class Played:
    """What came of a scenario; `failures` are the expectations that did not hold, in words."""

    failures: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def play(scenario: Scenario, say: Say, seed: int = 1) -> Played:
    """Play it.

    Args:
        scenario: as scenario.py reads it.
        say: told each line of the timeline.
        seed: of the lights on the roads and of everything else left to chance.

    Raises:
        SimulatorError: something in the chain failed.
    """
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="voiturier-scenario-") as name:
        folder = Path(name)
        bookings = [*scenario.bookings, *commuting.bookings(scenario)]
        identity = one_car_fleet(folder / "data", scenario.plate, scenario.drivers, bookings)
        with World(start_unix_s=scenario.start_s, seed=seed) as world:
            world.start_server(folder / "data")
            car = world.add_car(identity, folder / "flash.lfs2")
            car.stand_at(scenario.place)
            player = Player(scenario, world, car, folder, say, seed)
            player.run()
    player.played.figures["real_minutes"] = round((time.monotonic() - begun) / 60, 1)
    return player.played


class Player:
    """One scenario being played.

    Attributes:
        world, car: for commuting.py, which drives them for days.
        played: what has come of it so far.
    """

    def __init__(
        self, scenario: Scenario, world: World, car: Car, folder: Path, say: Say, seed: int
    ) -> None:
        self.world = world
        self.car = car
        self.seed = seed
        self.scenario = scenario
        self.played = Played()
        self.heaps: list[int] = []  # bytes alive at the end of each day of a commute
        self._folder = folder
        self._data_dir = folder / "data"
        self._say = say
        self._drive_ends_s = 0.0
        self._seen = (0, 0, False)

    def run(self) -> None:
        """Play every step, then give the figures."""
        self.car.power_on()
        self.world.timeline.call_later(_WATCH_EVERY_S, self._watch)
        for step in self.scenario.steps:
            self._wait_for(step)
            if step.action.startswith("expect "):
                self._judge(step)
            else:
                self.say(step.text)
                getattr(self, "_" + step.action)(*step.arguments)
        self._add_up()

    def say(self, text: str) -> None:
        """Put a line on the timeline."""
        moment = datetime.fromtimestamp(self.world.now_s, UTC)
        self._say(f"{moment:%d %H:%M:%S}  {text}")

    def wait_until_stored(self) -> None:
        """Let time pass until the server has acknowledged every record; WorldTimeout if never."""

        def all_acknowledged() -> bool:
            report = self.car.report()
            return bool(report["epoch"]) and report["lowest_seq"] == report["next_seq"]

        for _ in range(_STORED_WITHIN_S // 10):
            if all_acknowledged():
                return
            self.world.run_for(10)
        raise WorldTimeout(f"records not acknowledged within {_STORED_WITHIN_S} s of world time")

    # Time

    def _wait_for(self, step: Step) -> None:
        now_s = self.world.now_s
        if step.at_s is not None:
            pause_s = step.at_s - now_s
            if pause_s < 0:
                raise SimulatorError(f"line {step.line}: it is already past {step.text!r}")
        elif step.after_s is not None:
            pause_s = step.after_s
        else:
            pause_s = max(0.0, self._drive_ends_s - now_s)
        self.world.run_for(pause_s)

    def _watch(self) -> None:
        """Say what moved by itself since the last look."""
        relays, doors, linked = self._seen
        wires = self.car.wires
        for _, state in wires.relay_changes[relays:]:
            self.say(f"  start {state}")
        for _, state in wires.door_changes[doors:]:
            self.say(f"  doors {state}")
        has_link = self.car.modem.link is not None
        if has_link != linked:
            self.say("  link up" if has_link else "  link lost")
        self._seen = len(wires.relay_changes), len(wires.door_changes), has_link
        self.world.timeline.call_later(_WATCH_EVERY_S, self._watch)

    # Actions: a method for each of scenario.py's words

    def _badge(self, who: str) -> None:
        uid = STRANGER if who == "stranger" else self.scenario.drivers[who]
        self.car.present_badge(uid, _TOUCH_S)

    def _hold(self, who: str) -> None:
        self.car.present_badge(self.scenario.drivers[who], HOLD_S)

    def _ignition(self, state: str) -> None:
        self.car.set_ignition(state == "on")

    def _crank(self) -> None:
        self.car.crank()

    def _stall(self) -> None:
        self.car.wires.stall()

    def _door(self, state: str) -> None:
        self.car.wires.set_door(state == "open")

    def _keys(self, state: str) -> None:
        self.car.wires.set_keys(state == "back")

    def _battery(self, volts: str, _: str) -> None:
        self.car.wires.set_battery(float(volts))

    def _relay(self, fault: str) -> None:
        self.car.wires.fault(None if fault == "well" else fault)

    def _drive(self, place: str) -> None:
        self.car.crank()
        self.world.run_for(2 * CRANK_S)
        if not self.car.wires.engine_running:
            raise SimulatorError(f"cannot drive to {place}: the engine does not start")
        self._drive_ends_s = self.world.now_s + self.car.drive_to(place, self.seed) + 1

    def _coverage(self, state: str) -> None:
        self.car.modem.coverage(state == "on")

    def _sky(self, state: str) -> None:
        self.car.gnss.sky(state == "on")

    def _modem(self, fault: str) -> None:
        self.car.modem.fault(None if fault == "well" else fault)

    def _gnss(self, fault: str) -> None:
        self.car.gnss.fault(None if fault == "well" else fault)

    def _reader(self, fault: str) -> None:
        self.car.reader.fault(None if fault == "well" else fault)

    def _power(self, _: str, seconds: str) -> None:
        self.car.kill()
        self.world.run_for(float(seconds))
        self.car.power_on()

    def _server(self, what: str) -> None:
        server = self.world.server
        assert server is not None
        where = (str(self._folder / "backup.db"), "--data", str(self._data_dir))
        if what == "start":
            server.restart()
        elif what == "kill":
            server.kill()
        elif what == "backup":
            voiturier("backup", *where)
        else:
            server.kill()
            voiturier("restore", *where)
            server.restart()

    def _key(self, _: str) -> None:
        voiturier("box", "rotate", "--all", "--data", str(self._data_dir))

    def _command(self, kind: str) -> None:
        where = ("--data", str(self._data_dir), "--vehicle", self.scenario.plate)
        voiturier("command", kind, *where)

    def _commute(self, days: str, _days: str, trips: str, _trips: str) -> None:
        commuting.commute(self, int(days), int(trips))

    def _wait(self) -> None:
        """Only time passes."""

    # Expectations

    def _judge(self, step: Step) -> None:
        wanted = step.arguments
        found: Any
        match step.action.removeprefix("expect "):
            case "start":
                found = "allowed" if self.car.starter_allowed else "refused"
                holds = found == wanted[0]
            case "engine":
                found = "running" if self.car.wires.engine_running else "stopped"
                holds = found == wanted[0]
            case "doors":
                found = self.car.door
                holds = found == wanted[0]
            case "trips":
                found = len(stored(self._data_dir)["trips"])
                holds = found == int(wanted[0])
            case "refusals":
                found = len(stored(self._data_dir)["refusals"])
                holds = found == int(wanted[0])
            case "mileage":
                trips_m = sum(trip["distance_m"] for trip in stored(self._data_dir)["trips"])
                off = 100 * (trips_m / self.car.driven_m - 1)
                found = f"{trips_m} m of {self.car.driven_m:.0f} m, {off:+.2f} %"
                holds = abs(off) <= float(wanted[1])
            case "all":
                self.wait_until_stored()
                held, made = stored(self._data_dir), self.car.report()["next_seq"] - 1
                found = f"{held['records_stored']} stored, {held['records_lost']} lost of {made}"
                holds = held["records_stored"] + held["records_lost"] == made
            case "lost":
                found = stored(self._data_dir)["records_lost"]
                holds = (found > 0) == (wanted[0] == "some")
            case "key":
                found = self.car.report()["key_generation"]
                holds = found == int(wanted[0])
            case "heap":
                found = f"{self.heaps[0]} then {self.heaps[-1]} bytes"
                holds = abs(self.heaps[-1] - self.heaps[0]) <= float(wanted[1])
            case other:
                raise AssertionError(f"no expectation {other}")
        self.say(f"{'ok      ' if holds else 'FAILED  '}{step.text}: {found}")
        if not holds:
            self.played.failures.append(f"line {step.line}: {step.text}: found {found}")

    def _add_up(self) -> None:
        with contextlib.suppress(WorldTimeout):  # then the figures say what is missing
            self.wait_until_stored()
        held, report = stored(self._data_dir), self.car.report()
        self.played.figures |= {
            "trips": len(held["trips"]),
            "distance_m": sum(trip["distance_m"] for trip in held["trips"]),
            "driven_m": round(self.car.driven_m),
            "records_made": report["next_seq"] - 1,
            "records_stored": held["records_stored"],
            "records_lost": held["records_lost"],
            "refusals": len(held["refusals"]),
            "boots": 1 + len(self.car.box.resets),
            "wire_bytes_up": self.car.wire_bytes_up,
            "wire_bytes_down": self.car.wire_bytes_down,
            "heap_bytes": self.heaps,
        }
