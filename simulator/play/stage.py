"""What the words of a scenario act on: the world, its car, the server's data, people's phones.

Knows no word, and judges nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.devices.car import Car
from simulator.engine.world import World
from simulator.errors import WorldTimeout
from simulator.play.operator import stored, voiturier
from simulator.play.phone import Phone
from simulator.play.scenario import Scenario

_SERVER_LOOKS_EVERY_S = 1.0
_STORED_WITHIN_S = 1800

Say = Callable[[str], None]


class Stage:
    """One scenario being played.

    Attributes:
        scenario, world, car, data_dir, seed: see play() of player.py.
        drive_ends_s: when the drive under way ends, in Unix seconds.
        heaps: bytes alive in the box's heap at the end of each day of a commute.
    """

    def __init__(
        self, scenario: Scenario, world: World, car: Car, data_dir: Path, say: Say, seed: int
    ) -> None:
        self.scenario = scenario
        self.world = world
        self.car = car
        self.data_dir = data_dir
        self.seed = seed
        self.drive_ends_s = 0.0
        self.heaps: list[int] = []
        self._say = say
        self._phones: dict[str, Phone] = {}
        self._stored: dict[str, Any] = {}
        self._stored_at = (-1, -1)  # bytes up and down when it was asked for

    def say(self, text: str) -> None:
        """Put a line on the timeline."""
        moment = datetime.fromtimestamp(self.world.now_s, UTC)
        self._say(f"{moment:%d %H:%M:%S}  {text}")

    def wait_until_stored(self) -> None:
        """Let time pass until the server has acknowledged every record; WorldTimeout if never."""
        wait_until_stored(self.world, self.car)

    def stored(self) -> dict[str, Any]:
        """Return what the server holds; it is asked again only when it can have changed since.

        So the late time of a trip under way is that of the last thing that happened.
        """
        told = (self.car.wire_bytes_up, self.car.wire_bytes_down)
        if told != self._stored_at:
            self._stored = stored(self.data_dir)
            self._stored_at = told
        return self._stored

    def forget_stored(self) -> None:
        """What is done now may change what the server holds."""
        self._stored_at = (-1, -1)

    def operate(self, *arguments: str) -> None:
        """Run a command of the server beside it."""
        voiturier(*arguments, "--data", str(self.data_dir))
        self.let_server_look()

    def let_server_look(self) -> None:
        """A server under the world's clock looks for others' changes when the world speaks to it.

        One that keeps its own time looks every second.
        """
        self.world.timeline.call_later(_SERVER_LOOKS_EVERY_S, self.world.settle)

    def phone(self, who: str) -> Phone:
        """Return somebody's phone, signed in at its first use."""
        if who not in self._phones:
            self._phones[who] = Phone(self.world, who)
        return self._phones[who]


def wait_until_stored(world: World, car: Car) -> None:
    """Let time pass until the server has acknowledged every record; WorldTimeout if never."""
    for _ in range(_STORED_WITHIN_S // 10):
        report = car.report()
        if report["epoch"] and report["lowest_seq"] == report["next_seq"]:
            return
        world.run_for(10)
    raise WorldTimeout(f"records not acknowledged within {_STORED_WITHIN_S} s of world time")
