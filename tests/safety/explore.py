"""`python -m tests.safety.explore [--planted] [--setting TEXT]`: every state the core can be in.

Walks, breadth first, every state that the shipped step functions reach in each setting of
settings.py, by every event in each state. Holds each step against the laws (laws.py), and in each
state tries out that a person who may gets the car started and its trip ended within two badge
reads. Prints states, transitions, depth and seconds; of a law that is broken the shortest way to
it, and ends with 1.

Each core walks one setting at a time. `--planted` plants each defect of planted.py instead, and
ends with 1 when one is not found.
"""

import argparse
import marshal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, NoReturn

from shared_protocol.records import RELAY_INHIBITED
from tests.safety.laws import NOBODY, Before, Book, Judge, Memory, ViolationError
from tests.safety.model import Car, Event, Kept, Setting, State, ticking
from tests.safety.planted import PLANTED
from tests.safety.settings import PEOPLE, PROMISES, SETTINGS, TESS


@dataclass
class Walk:
    """What a walk found. `broken`: "" or the law; `way`: the events that lead there."""

    states: int
    transitions: int
    depth: int
    seconds: float
    broken: str
    way: list[str]


class Explorer:
    """Walks one setting."""

    def __init__(self, setting: Setting):
        self._car = Car(setting)
        self._judge = Judge(self._car, PEOPLE, PROMISES)
        self._setting = setting
        self._came_from: dict[bytes, tuple[bytes, Event, int]] = {}

    def walk(self) -> Walk:
        """Go to every state, until all are known or a law is broken."""
        began, transitions, depth = time.perf_counter(), 0, 0
        first = _packed(self._car.state(), self._judge.beginning())
        self._came_from[first] = b"", (), 0
        layer, way, broken = [first], [], ""  # type: list[bytes], list[str], str
        while layer and not broken:
            coming = []
            for key in layer:
                try:
                    self._try_reads(key)
                    for event, cut_after, found in self._steps(key):
                        transitions += 1
                        if found not in self._came_from:
                            self._came_from[found] = key, event, cut_after
                            coming.append(found)
                except ViolationError as violation:
                    broken = str(violation)
                    way = self._way(key)
                    break
            layer = coming
            depth += bool(coming)
        seconds = time.perf_counter() - began
        return Walk(len(self._came_from), transitions, depth, seconds, broken, way)

    def _steps(self, key: bytes) -> Iterator[tuple[Event, int, bytes]]:
        """Each event, and each with the power cut after each of its effects; and the state then."""
        car = self._car
        state, memory = _unpacked(key)
        before = Before(state[14] or state[0], state[3], state[10], state[2])
        car.put_back(state)
        for event in [event for event in self._setting.events if car.possible(event)]:
            cut_after = last = 0
            while cut_after <= last:
                car.put_back(state)
                self._trying = event, cut_after
                carried_out = car.happen(event, cut_after)
                if not cut_after and self._setting.power_cuts:
                    last = car.effects
                after = self._judge.judge(memory, event, before, carried_out)
                yield event, cut_after, _packed(car.state(), after)
                cut_after += 1

    def _try_reads(self, key: bytes) -> None:
        """In this state, may and can: who may take the car starts it, who may end the trip does."""
        state, memory = _unpacked(key)
        car, book = self._car, memory.book
        car.put_back(state)
        if car.limps or state[10] is not None:  # first it has to serve, and that badge to leave
            return
        self._trying = ("a reading", b""), 0
        free = NOBODY._replace(lapsed=book.lapsed, lapsed_s=book.lapsed_s, ordered=book.ordered)
        for person in PEOPLE:
            tag = person.tag
            may_now = self._judge.may_take(tag, book)
            if not may_now and not (book.driver and self._judge.may_take(tag, free)):
                continue
            self._trying = ("reads", tag), 0
            car.put_back(state)
            if not may_now:
                car.keys_in = car.keys_in or book.driver == TESS.tag
                self._end(TESS.tag, book.driver)
                if car.trip_open or not self._judge.may_take(tag, free):
                    continue
            self._start(tag, tag == TESS.tag, book.driver)
        if book.driver:
            for tag in {book.driver, TESS.tag}:
                self._trying = ("ends", tag), 0
                car.put_back(state)
                car.keys_in = tag == book.driver
                if tag == book.driver or self._judge.may_take(tag, book):
                    self._end(tag, book.driver)

    def _park(self) -> None:
        """Stop, switch off, and wait until the box has seen it."""
        if self._car.speeds[0] or not self._setting.line:
            self._car.happen(("speed", 0, 0))
        if self._car.on:
            self._car.happen(("ignition",))
        for _ in range(3):
            self._car.happen(("tick",))

    def _start(self, tag: bytes, releases: bool, driver: bytes) -> None:
        """Within two reads the start is enabled in a trip of that badge, or by a technician's."""
        car = self._car
        if car.trip_open and not (car.is_driver(tag) or releases):
            self._park()
            if not (car.trip_open or self._judge.may_take(tag, NOBODY)):
                return  # the end that its driver had asked for came first
            if car.trip_open and not car.is_driver(driver):
                return  # who had waited for it has it now
        for read in range(3):
            if read:
                car.happen(("short", tag))
            has_trip = car.trip_of(tag) or (releases and read)
            if has_trip and car.contact_shows != RELAY_INHIBITED:
                break
        else:
            raise ViolationError("who may cannot start within two badge reads")
        car.happen(("ignition",))
        car.happen(("tick",))
        if car.trip_of(tag) and car.contact_shows == RELAY_INHIBITED:
            raise ViolationError("who started is stopped")

    def _end(self, tag: bytes, driver: bytes) -> None:
        """Where it moves, it stops first; what is asked is done once it is parked.

        Who has waited for the car for long enough may have it by then.
        """
        if self._car.speeds[0]:
            self._car.happen(("speed", 0, 0))
        for _ in range(2):
            if self._car.trip_open:
                self._car.happen(("long", tag))
        if self._car.trip_open:
            self._park()
        if self._car.is_driver(driver):
            raise ViolationError("the trip cannot be ended within two badge reads")

    def _way(self, key: bytes) -> list[str]:
        """The shortest way to the state in which the last step was taken, and that step."""
        events = [self._trying]
        at = key
        while self._came_from[at][0]:
            at, event, cut_after = self._came_from[at]
            events.append((event, cut_after))
        lines = []
        self._car.put_back(_unpacked(at)[0])
        for event, cut_after in reversed(events):
            if event[0] in ("reads", "ends"):
                lines.append(f"{_told(event)}, at most twice")
                continue
            self._car.happen(event, cut_after)
            lines.append(f"{_told(event)} -> {_done(self._car.did)}")
        return lines


def explore(setting: Setting) -> Walk:
    """Walk one setting."""
    with ticking(setting):
        return Explorer(setting).walk()


def _packed(state: State, memory: Memory) -> bytes:
    """One state of car and judge as bytes, the same for the same state."""
    plain = tuple(tuple(each) if isinstance(each, tuple) else each for each in memory)
    return marshal.dumps((state, plain), 2)


def _unpacked(key: bytes) -> tuple[State, Memory]:
    state, (book, kept, *rest) = marshal.loads(key)
    return state, Memory(Book(*book), Book(*kept), *rest)


_NAMES = {person.tag: person.name.partition(",")[0] for person in PEOPLE}


def _told(event: Event) -> str:
    return " ".join(str(_NAMES.get(part, part)) for part in event)


def _done(did: list[Any]) -> str:
    """Pulses and records, and where power was lost."""
    told = []
    for item in did:
        if isinstance(item, str):
            told.append(item)
        elif not isinstance(item, Kept):
            values = [_NAMES.get(value, value) for value in item]
            told.append(f"{type(item).__name__}{tuple(values)}")
    return ", ".join(told) or "nothing"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.safety.explore", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--planted", action="store_true", help="find each planted defect instead")
    parser.add_argument("--setting", default="", metavar="TEXT", help="only those with it in name")
    arguments = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        _run(pool, arguments)


def _run(pool: Executor, arguments: argparse.Namespace) -> NoReturn:
    if arguments.planted:
        found = list(pool.map(_found, PLANTED))
        print(f"{sum(found)} of {len(found)} planted defects found")
        sys.exit(not all(found))
    settings = [setting for setting in SETTINGS if arguments.setting in setting.name]
    walks = list(pool.map(_shown, settings))
    states, transitions, seconds = (
        sum(getattr(walk, name) for walk in walks) for name in ("states", "transitions", "seconds")
    )
    print(f"{'all of it':<44}{states:>9} states {transitions:>10} transitions {seconds:>15.1f} s")
    sys.exit(any(walk.broken for walk in walks))


def _shown(setting: Setting) -> Walk:
    walk = explore(setting)
    print(
        f"{setting.name:<44}{walk.states:>9} states {walk.transitions:>10} transitions"
        f"  depth {walk.depth:>3} {walk.seconds:>6.1f} s",
        flush=True,
    )
    if walk.broken:
        _show_way(walk)
    return walk


def _show_way(walk: Walk) -> None:
    print(f"    BROKEN: {walk.broken}")
    for number, line in enumerate(walk.way, 1):
        print(f"    {number}. {line}")


def _found(name: str) -> bool:
    """Plant one defect, walk until a law is broken, say so."""
    setting, plant = PLANTED[name]
    with plant():
        walk = explore(setting)
    verdict = f"found: {walk.broken}" if walk.broken else "NOT FOUND"
    print(f"{name:<52}{walk.states:>7} states {walk.seconds:>6.1f} s  {verdict}", flush=True)
    return bool(walk.broken)


if __name__ == "__main__":
    main()
