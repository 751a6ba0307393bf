"""Reads a scenario: a short text that says who does what when, and what is expected.

    # A tunnel: no satellites for a minute, and no kilometre is missing.
    start 2026-09-21 07:30
    car AB-123-CD at Préfecture
    driver marie badge 04a1b2c3d4e5f6
    booking marie 07:00 12:00

    07:35  badge marie
    +5s    drive Gare
    ...    hold marie          (`...`: when the drive has ended)
    +1m    expect mileage within 2 %

Times are those of the world's first day in UTC, `+` counts from the line before. Every line is
checked before anything runs. Never runs anything: play.py does.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from simulator.devices import gnss, modem_faults, pn532, wires
from simulator.errors import InputError
from simulator.roads import PLACES

FOLDER = Path(__file__).parent / "scenarios"
_SUFFIX = ".scenario"
_SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: at an instant, or that many seconds after the step before it.

    `at_s` None and `after_s` None: when the drive under way has ended.
    """

    line: int
    text: str
    action: str
    arguments: tuple[str, ...]
    at_s: int | None
    after_s: float | None


@dataclass(slots=True)
class Scenario:
    """What a file says. Instants are Unix seconds."""

    name: str
    about: str = ""
    start_s: int = 0
    plate: str = ""
    place: str = ""
    drivers: dict[str, bytes] = field(default_factory=dict)
    bookings: list[tuple[str, int, int]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_FAULTS: dict[str, Collection[str]] = {
    "MODEM_FAULT": modem_faults.FAULTS,
    "GNSS_FAULT": gnss.FAULTS,
    "READER_FAULT": pn532.FAULTS,
    "RELAY_FAULT": wires.FAULTS,
}
_WORDS: dict[str, tuple[str, ...]] = {
    # action -> what its arguments are; `|` separates what may stand there
    "badge": ("DRIVER|stranger",),
    "hold": ("DRIVER",),
    "ignition": ("on|off",),
    "crank": (),
    "stall": (),
    "door": ("open|shut",),
    "keys": ("taken|back",),
    "battery": ("NUMBER", "V"),
    "relay": ("RELAY_FAULT|well",),
    "drive": ("PLACE",),
    "coverage": ("on|off",),
    "sky": ("on|off",),
    "modem": ("MODEM_FAULT|well",),
    "gnss": ("GNSS_FAULT|well",),
    "reader": ("READER_FAULT|well",),
    "power": ("cut", "NUMBER"),
    "server": ("kill|start|backup|restore",),
    "key": ("rotate",),
    "command": ("inhibit|cancel",),
    "commute": ("NUMBER", "days", "NUMBER", "trips"),
    "wait": (),
    "expect start": ("allowed|refused",),
    "expect engine": ("running|stopped",),
    "expect doors": ("locked|unlocked",),
    "expect trips": ("NUMBER",),
    "expect refusals": ("NUMBER",),
    "expect mileage": ("within", "NUMBER", "%"),
    "expect all": ("stored",),
    "expect lost": ("none|some",),
    "expect key": ("NUMBER",),
    "expect heap": ("within", "NUMBER", "bytes"),
}


def built_in() -> dict[str, Path]:
    """Return the scenarios that come with the simulator, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob(f"*{_SUFFIX}"))}


def read(name: str) -> Scenario:
    """Read a built-in scenario by its name, or a file; InputError names the line that is wrong."""
    path = built_in().get(name, Path(name))
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        known = ", ".join(built_in())
        raise InputError(
            f"cannot read {name!r}: {error.strerror}; scenarios that come along: {known}"
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{name}: not UTF-8 text") from None
    return parse(path.stem, text)


def parse(name: str, text: str) -> Scenario:
    """Parse a scenario's text; InputError as `read`."""
    scenario = Scenario(name)
    for number, raw in enumerate(text.splitlines(), start=1):
        line, _, comment = raw.partition("#")
        if not line.strip():
            if not scenario.start_s and comment and not scenario.about:
                scenario.about = comment.strip()
            continue
        try:
            _take(scenario, number, line.split())
        except _LineError as error:
            raise InputError(f"{name}, line {number}: {error}: {raw.strip()!r}") from None
    if not (scenario.start_s and scenario.plate and scenario.steps):
        raise InputError(f"{name}: needs a `start`, a `car` and at least one step")
    return scenario


class _LineError(Exception):
    """What is wrong with a line, in words."""


def _take(scenario: Scenario, number: int, words: list[str]) -> None:
    head = words[0]
    if head in _HEADS:
        if scenario.steps:
            raise _LineError(f"`{head}` must stand before the first step")
        _HEADS[head](scenario, words[1:])
        return
    if not scenario.start_s:
        raise _LineError("`start DATE TIME` must come first")
    at_s, after_s = _when(scenario, head)
    action = next((" ".join(words[1:n]) for n in (3, 2) if " ".join(words[1:n]) in _WORDS), None)
    if action is None:
        raise _LineError(f"no such action; known: {', '.join(_WORDS)}")
    arguments = words[1 + len(action.split()) :]
    if action == "drive":
        arguments = [" ".join(arguments)]
    _check(scenario, _WORDS[action], arguments)
    step = Step(number, " ".join(words[1:]), action, tuple(arguments), at_s, after_s)
    scenario.steps.append(step)


def _when(scenario: Scenario, word: str) -> tuple[int | None, float | None]:
    if word == "...":
        return None, None
    if relative := re.fullmatch(r"\+([0-9]+(?:\.[0-9]+)?)([smh])", word):
        return None, float(relative[1]) * _SECONDS[relative[2]]
    return _instant(scenario, word), None


def _instant(scenario: Scenario, word: str) -> int:
    """Return the instant of an HH:MM[:SS] on the first day."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", word)
    if not found:
        raise _LineError(f"{word!r} is no time: HH:MM, HH:MM:SS, +5s, +2m, +1h or ...")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if hours > 23 or minutes > 59 or seconds > 59:
        raise _LineError(f"{word!r} is no time of a day")
    midnight = datetime.fromtimestamp(scenario.start_s, UTC).replace(hour=0, minute=0, second=0)
    return int((midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)).timestamp())


def _check(scenario: Scenario, wanted: tuple[str, ...], arguments: list[str]) -> None:
    if len(arguments) != len(wanted):
        raise _LineError(f"expected {' '.join(wanted) or 'nothing'} after it")
    for kind, word in zip(wanted, arguments, strict=True):
        if not any(word in allowed for allowed in _allowed(scenario, kind, word)):
            choices = sorted({word for allowed in _allowed(scenario, kind, "") for word in allowed})
            raise _LineError(f"{word!r} is not one of {', '.join(choices) or kind}")


def _allowed(scenario: Scenario, kind: str, word: str) -> Iterator[tuple[str, ...]]:
    for choice in kind.split("|"):
        if choice == "DRIVER":
            yield tuple(scenario.drivers)
        elif choice == "PLACE":
            yield tuple(PLACES)
        elif choice in _FAULTS:
            yield tuple(_FAULTS[choice])
        elif choice == "NUMBER":
            yield (word,) if _NUMBER.fullmatch(word) else ("a number",)
        else:
            yield (choice,)


def _start(scenario: Scenario, words: list[str]) -> None:
    try:
        moment = datetime.strptime(" ".join(words), "%Y-%m-%d %H:%M")
    except ValueError:
        raise _LineError("expected `start YYYY-MM-DD HH:MM`") from None
    scenario.start_s = int(moment.replace(tzinfo=UTC).timestamp())


def _car(scenario: Scenario, words: list[str]) -> None:
    place = " ".join(words[2:])
    if len(words) < 3 or words[1] != "at" or place not in PLACES:
        raise _LineError(f"expected `car PLATE at PLACE`; places: {', '.join(PLACES)}")
    scenario.plate, scenario.place = words[0], place


def _driver(scenario: Scenario, words: list[str]) -> None:
    try:
        name, _, uid = words
        badge = bytes.fromhex(uid)
    except ValueError:
        badge = b""
    if len(badge) not in (4, 7, 10):
        raise _LineError("expected `driver NAME badge HEX` with 4, 7 or 10 bytes")
    scenario.drivers[name] = badge


def _booking(scenario: Scenario, words: list[str]) -> None:
    if len(words) != 3 or words[0] not in scenario.drivers:
        raise _LineError("expected `booking DRIVER FROM TO` of a driver named above")
    begins, ends = (_instant(scenario, word) for word in words[1:])
    if ends <= begins:
        raise _LineError("the booking ends before it begins")
    scenario.bookings.append((words[0], begins, ends))


_HEADS: dict[str, Callable[[Scenario, list[str]], None]] = {
    "start": _start,
    "car": _car,
    "driver": _driver,
    "booking": _booking,
}
