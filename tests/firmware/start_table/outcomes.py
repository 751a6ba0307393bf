"""What a box does on a damaged flash, seen from outside: the table of docs/start.md.

    python -m tests.firmware.start_table

writes the table anew. Here nothing says what ought to come of it: the test does.
"""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from firmware.board import BOARDS
from flasher.image import read_file
from simulator.devices.car import Car
from simulator.engine.world import World
from simulator.errors import BoxError
from tests.firmware.identity import IDENTITY
from tests.firmware.start_table.damages import Damage, damages
from tests.support import ROOT, sample_seed

TABLE = ROOT / "docs" / "start.md"
MARKS = ("<!-- the table: python -m tests.firmware.start_table -->", "<!-- until here -->")
STARTS, LIMPS, BLANK = "starts", "limps", "limps as a blank board: no watchdog, Ctrl-C works"
REPL, LOOPS = "stays at the REPL, without watchdog", "at the REPL, from which the watchdog resets"
_CAUSES = {2: "reset by main.py", 3: "watchdog"}
_WATCHED_S = 260


@dataclass(frozen=True)
class Outcome:
    """What came of a damage.

    `resets`: how many of which cause on the way; `pulses`: highs of relay coils and door lines.
    """

    damage: Damage
    what: str
    resets: dict[int, int]
    pulses: int


def lived_flash(folder: Path) -> Path:
    """Return the flash of a box that has lived for two minutes, power cuts included."""
    image = folder / "lived.img"
    with World() as world:
        car = Car(world, IDENTITY, image)
        for _ in range(3):
            car.power_on()
            world.run_for(70)
            car.kill()
        car.power_on()
        world.run_for(1)  # so that a start is counted
    assert read_file(image, "/failed_starts")
    return image


def outcomes(folder: Path, share: float = 1.0) -> Iterator[Outcome]:
    """Yield what comes of every damage; a minute or two for all of them.

    `share`: of those that are done to each file alike, a seeded sample.
    """
    lived = lived_flash(folder)
    chance = random.Random(sample_seed())
    for damage in damages(lived):
        if damage.kind not in ("missing", "torn", "foreign") or chance.random() < share:
            yield outcome(damage, lived, folder / "damaged.img")


def outcome(damage: Damage, lived: Path, image: Path) -> Outcome:
    """Do it to a copy and let the box live with its ignition on."""
    shutil.copy(lived, image)
    with World() as world:
        car = Car(world, IDENTITY, image)
        damage.do(image)
        car.box.hang_s = 1
        car.set_ignition(True)
        pulses = Counter[int]()
        board = BOARDS[IDENTITY["board"]]
        for pin in (board.relay_enable, board.relay_inhibit, board.door_unlock, board.door_lock):
            car.pins.watch(pin, lambda level, pin=pin: pulses.update([pin] if level else []))
        car.power_on()
        what = _seen(world, car)
        return Outcome(damage, what, dict(Counter(car.box.resets)), pulses.total())


def _seen(world: World, car: Car) -> str:
    """Watch until it is clear what the box does."""
    stood_s = 0
    for _ in range(_WATCHED_S // 10):
        resets = len(car.box.resets)
        world.run_for(10)
        if _limps(world, car):
            return BLANK if car.box.interrupt_character == 3 else LIMPS
        stood_s = stood_s + 10 if len(car.box.resets) == resets and _stands(car) else 0
        if stood_s >= 70:
            return STARTS
    return LOOPS if car.box.resets else REPL


def _stands(car: Car) -> bool:
    if car.box.stuck or not car.box.running:
        return False
    try:
        return "epoch" in car.report()
    except BoxError:
        return False


def _limps(world: World, car: Car) -> bool:
    """Whether both lights went on together in the last ten seconds."""
    lit = {(ms, name) for ms, name, level in car.signals if level and ms > world.now_ms - 10_000}
    return any({(ms, "green"), (ms, "red")} <= lit for ms, _ in lit)


def rows(found: list[Outcome]) -> str:
    """Return the table."""
    lines = ["| file | damage | the box | resets before |", "|---|---|---|---|"]
    for one in found:
        resets = ", ".join(
            f"{count} {_CAUSES[cause]}" for cause, count in sorted(one.resets.items())
        )
        lines.append(
            f"| `{one.damage.file}` | {one.damage.kind} | {one.what} | {resets or 'none'} |"
        )
    return "\n".join(lines)


def write_table(found: list[Outcome]) -> None:
    """Put the table into docs/start.md, between its marks."""
    before, _, rest = TABLE.read_text().partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    TABLE.write_text(f"{before}{MARKS[0]}\n{rows(found)}\n{MARKS[1]}{after}")
