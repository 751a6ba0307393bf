"""Plays a scenario through the real firmware and a real server, and says what happened.

Whatever a scenario expects, it fails when the start was inhibited against the law or the firmware
did to the wires what none may do. The database and the flash are thrown away. Prints no position
and no badge's UID.
"""

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.devices.car import Car
from simulator.engine.box import word_bits
from simulator.engine.world import World
from simulator.errors import SimulatorError, WorldTimeout
from simulator.play.law import Watch
from simulator.play.operator import prepare
from simulator.play.scenario import Scenario, Step
from simulator.play.stage import Say, Stage
from simulator.play.words import commuting
from simulator.play.words.registry import WORDS

_WATCH_EVERY_S = 1.0


@dataclass
class Played:
    """What came of a scenario; `failures` are the expectations that did not hold, in words."""

    failures: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def play(scenario: Scenario, say: Say, seed: int = 1) -> Played:
    """Play it.

    Args:
        scenario: as reading.py reads it.
        say: told each line of the timeline.
        seed: of the lights on the roads and of everything else left to chance.

    Raises:
        SimulatorError: something in the chain failed.
    """
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="voiturier-scenario-") as name:
        data_dir = Path(name) / "data"
        scenario.bookings += commuting.bookings(scenario)
        identity = prepare(data_dir, scenario)
        with World(start_unix_s=scenario.start_s, seed=seed) as world:
            wanted = ["--notice-before-use"] if scenario.notice_before_use else []
            world.start_server(data_dir, wanted)
            car = Car(world, identity, data_dir.parent / "flash.lfs2")
            car.stand_at(scenario.place)
            scenario.modem_finds.put_round(car.modem.state)
            played = _Player(Stage(scenario, world, car, data_dir, say, seed)).run()
    played.figures["real_minutes"] = round((time.monotonic() - begun) / 60, 1)
    return played


class _Player:
    """One scenario being played."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._played = Played()
        self._law = Watch(stage.car)
        self._seen = (0, 0, False)

    def run(self) -> Played:
        """Play every step, then give the figures."""
        stage = self._stage
        stage.car.power_on()
        stage.world.timeline.call_later(_WATCH_EVERY_S, self._watch)
        for step in stage.scenario.steps:
            self._wait_for(step)
            if step.action.startswith("expect "):
                self._judge(step)
            else:
                stage.forget_stored()
                stage.say(step.text)
                WORDS[step.action].do(stage, *step.arguments)
        self._add_up()
        for broken in (*self._law.broken, *stage.car.wires.faults):
            self._played.failures.append(f"never allowed: {broken}")
        return self._played

    def _wait_for(self, step: Step) -> None:
        now_s = self._stage.world.now_s
        if step.at_s is not None:
            pause_s = step.at_s - now_s
            if pause_s < 0:
                raise SimulatorError(f"line {step.line}: it is already past {step.text!r}")
        elif step.after_s is not None:
            pause_s = step.after_s
        else:
            pause_s = max(0.0, self._stage.drive_ends_s - now_s)
        self._stage.world.run_for(pause_s)

    def _watch(self) -> None:
        """Say what moved by itself since the last look."""
        relays, doors, linked = self._seen
        car, say = self._stage.car, self._stage.say
        for _, state in car.wires.relay_changes[relays:]:
            say(f"  start {state}")
        for _, state in car.wires.door_changes[doors:]:
            say(f"  doors {state}")
        has_link = car.modem.state.link is not None
        if has_link != linked:
            say("  link up" if has_link else "  link lost")
        self._seen = len(car.wires.relay_changes), len(car.wires.door_changes), has_link
        self._stage.world.timeline.call_later(_WATCH_EVERY_S, self._watch)

    def _judge(self, step: Step) -> None:
        finding = WORDS[step.action].do(self._stage, *step.arguments)
        assert finding is not None
        found, holds = finding
        self._stage.say(f"{'ok      ' if holds else 'FAILED  '}{step.text}: {found}")
        if not holds:
            self._played.failures.append(f"line {step.line}: {step.text}: found {found}")

    def _add_up(self) -> None:
        try:
            self._stage.wait_until_stored()
        except WorldTimeout as error:  # then the figures say what is missing
            self._stage.say(str(error))
        car, held = self._stage.car, self._stage.stored()
        self._played.figures |= {
            "micropython_word_bits": word_bits(),
            "trips": len(held["trips"]),
            "distance_m": sum(trip["distance_m"] for trip in held["trips"]),
            "driven_m": round(car.driven_m),
            "records_made": car.report()["next_seq"] - 1,
            "records_stored": held["records_stored"],
            "records_lost": held["records_lost"],
            "refusals": len(held["refusals"]),
            "boots": 1 + len(car.box.resets),
            "wire_bytes_up": car.wire_bytes_up,
            "wire_bytes_down": car.wire_bytes_down,
            "heap_bytes": self._stage.heaps,
        }
