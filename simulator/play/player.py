"""Plays a scenario through the real firmware and a real server, and says what happened.

Whatever a scenario expects, it fails when the start was inhibited against the law or the firmware
did to the wires what none may do. The database and the flash are thrown away. Prints no position
and no badge's UID.
"""

import contextlib
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.devices.car import Car
from simulator.devices.wires import CRANK_S
from simulator.engine.world import World
from simulator.errors import SimulatorError, WorldTimeout
from simulator.play import commuting
from simulator.play.expectations import Findings
from simulator.play.law import Watch
from simulator.play.operator import agent_entry, car_entry, load, prepare, stored, voiturier
from simulator.play.phone_steps import OnThePhone
from simulator.play.scenario import Driver, Scenario, Step, instant
from simulator.play.vocabulary import ON_THE_PHONE

STRANGER = Driver(bytes.fromhex("0badc0de"))
_TOUCH_S = 0.5
HOLD_S = 3.5  # the box ends a trip after 3 s
_WATCH_EVERY_S = 1.0
_SERVER_LOOKS_EVERY_S = 1.0
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
        scenario.bookings += commuting.bookings(scenario)
        identity = prepare(folder / "data", scenario)
        with World(start_unix_s=scenario.start_s, seed=seed) as world:
            world.start_server(folder / "data")
            car = Car(world, identity, folder / "flash.lfs2")
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
        self._law = Watch(car)
        self._folder = folder
        self._data_dir = folder / "data"
        self._say = say
        self._drive_ends_s = 0.0
        self._held: dict[str, Any] = {}
        self._on_the_phone = OnThePhone(scenario, world, self.say)
        self._heard = (-1, -1)  # bytes up and down when `_held` was asked for
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
                self._heard = (-1, -1)  # whatever it is, the server may be told of it
                self.say(step.text)
                name = re.sub("[- ]", "_", step.action)
                if step.action in ON_THE_PHONE:
                    getattr(self._on_the_phone, name)(*step.arguments)
                else:
                    getattr(self, "_" + name)(*step.arguments)
        self._add_up()
        for broken in (*self._law.broken, *self.car.wires.faults):
            self.played.failures.append(f"never allowed: {broken}")

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
        has_link = self.car.modem.state.link is not None
        if has_link != linked:
            self.say("  link up" if has_link else "  link lost")
        self._seen = len(wires.relay_changes), len(wires.door_changes), has_link
        self.world.timeline.call_later(_WATCH_EVERY_S, self._watch)

    # Actions: a method for each of scenario.py's words

    def _badge(self, who: str) -> None:
        self._present(who, _TOUCH_S)

    def _hold(self, who: str) -> None:
        self._present(who, HOLD_S)

    def _clone(self, who: str) -> None:
        self.car.present_badge(self.scenario.drivers[who].badge, _TOUCH_S)

    def _present(self, who: str, hold_s: float) -> None:
        driver = self.scenario.drivers.get(who, STRANGER)
        self.car.present_badge(driver.badge, hold_s, driver.key or None)

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

    def _fuel_card(self, state: str) -> None:
        self.car.wires.set_fuel_card(state == "back")

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

    def _brown_out(self) -> None:
        self.car.brown_out()

    def _override(self, state: str) -> None:
        self.car.wires.set_override(state == "on")

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
        self._operate("box", "rotate", "--all")

    def _command(self, kind: str) -> None:
        self._operate("command", kind, "--vehicle", self.scenario.plate)

    def _out_of_service(self, begins: str, ends: str) -> None:
        window = (instant(self.scenario, begins), instant(self.scenario, ends))
        self.scenario.maintenance.append(window)
        load(self._data_dir, {"vehicles": [car_entry(self.scenario)]})
        self._let_server_look()

    def _revoke(self, who: str) -> None:
        self._operate("badge", "revoke", "--uid", self.scenario.drivers[who].badge.hex())

    def _licence(self, who: str) -> None:
        drivers = self.scenario.drivers
        drivers[who] = replace(drivers[who], licensed=True)
        load(self._data_dir, {"agents": [agent_entry(self.scenario, who)]})
        self._let_server_look()

    def _operate(self, *arguments: str) -> None:
        voiturier(*arguments, "--data", str(self._data_dir))
        self._let_server_look()

    def _let_server_look(self) -> None:
        """A server under the world's clock looks for others' changes when the world speaks to it.

        One that keeps its own time looks every second.
        """
        self.world.timeline.call_later(_SERVER_LOOKS_EVERY_S, self.world.settle)

    def _commute(self, days: str, _days: str, trips: str, _trips: str) -> None:
        commuting.commute(self, int(days), int(trips))

    def _wait(self) -> None:
        """Only time passes."""

    # Expectations

    def _judge(self, step: Step) -> None:
        if step.action == "expect all":
            self.wait_until_stored()
        findings = Findings(
            self.car,
            self._stored,
            self._on_the_phone.warnings,
            self.heaps,
            self.world.now_ms,
        )
        found, holds = findings.of(step.action.removeprefix("expect "), step.arguments)
        self.say(f"{'ok      ' if holds else 'FAILED  '}{step.text}: {found}")
        if not holds:
            self.played.failures.append(f"line {step.line}: {step.text}: found {found}")

    def _stored(self) -> dict[str, Any]:
        """What the server holds; asked again only when it can have changed since.

        So the late time of a trip under way is that of the last thing that happened.
        """
        heard = (self.car.wire_bytes_up, self.car.wire_bytes_down)
        if heard != self._heard:
            self._held = stored(self._data_dir)
            self._heard = heard
        return self._held

    def _add_up(self) -> None:
        with contextlib.suppress(WorldTimeout):  # then the figures say what is missing
            self.wait_until_stored()
        held, report = self._stored(), self.car.report()
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
