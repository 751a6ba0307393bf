"""Reads a scenario, a short text that says who does what when, and what is expected, as FORM tells.

Every line is checked before anything runs. Never runs anything: player.py does.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from simulator.errors import InputError
from simulator.play.scenario import DAY_S, Booking, Driver, Scenario, Step
from simulator.play.words.registry import WORDS, Word
from simulator.road.roads import PLACES

FORM = """\
# An errand: one badge, one trip, and no kilometre is missing.
start 2026-09-21 07:30
car AB-123-CD at Antarès
driver marie badge 04a1b2c3d4e5f6
booking marie 07:00 12:00

07:35  badge marie
+5s    drive Arnage
...    ignition off           # `...`: when the drive has ended
+5s    hold marie
+30s   expect all stored
+1s    expect mileage within 2 %

What may stand before the first step, beside these:

car PLATE at PLACE walk-up                 any badge takes it while it is free
car PLATE at PLACE private-use             it may be booked for that
fitted key_holder door_contact             what the car has; also door_only, wiegand,
                                         no_ignition_line
second car PLATE                           known to the server, and never played
equipment CODE...                          to be booked with either car
driver NAME badge HEX key HEX role ROLE    a card that proves itself; technician, manager
driver NAME badge HEX unlicensed           the fleet has not recorded a driving licence
booking NAME FROM TO of PLATE weeks NUMBER equipment CODE... with NAME... passengers NAME...
booking NAME FROM TO private
maintenance FROM TO
notice before use                          nobody without it is let in
sim wants apn APN login USER:PASSWORD pin PIN   what network and card want; else nothing
modem holds apn APN                        in its context from before; else a blank one
box knows apn APN login USER:PASSWORD pin PIN   of the card, by `voiturier box add`

Times are those of the world's first day in UTC (`12:00+3d`: days later, `-7d`: before); `+5s`,
`+2m`, `+1h`, `+3d` count from the line before. Then come the steps, with one of these words each:
"""
"""For a person; the words of the steps follow from words/registry.py."""

FOLDER = Path(__file__).parent / "scenarios"
_SUFFIX = ".scenario"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": DAY_S}
FITTINGS = ("key_holder", "door_contact", "door_only", "wiegand", "no_ignition_line")
_ROLES = ("agent", "manager", "technician")
_KEY_BYTES = 16


_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_TIMES = "HH:MM, HH:MM:SS or HH:MM+2d"
_INSTANT = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:([+-][0-9]+)d)?")


def built_in() -> dict[str, Path]:
    """Return the scenarios that come with the simulator, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob(f"*{_SUFFIX}"))}


def read(name: str) -> Scenario:
    """Read a built-in scenario by its name, or a file; InputError names the line that is wrong."""
    known = built_in()
    path = known.get(name, Path(name))
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"no scenario that comes along, and no file: {name!r} ({error.strerror});"
            f" {_meant(name, known)}`voiturier-sim run --list` names them all"
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
            raise InputError(f"{name}, line {number}: {raw.strip()!r}: {error}") from None
    if not (scenario.start_s and scenario.plate and scenario.steps):
        raise InputError(f"{name}: needs a `start`, a `car` and at least one step")
    return scenario


def _meant(said: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(said, known, n=1)
    return f"did you mean {near[0]!r}? " if near else ""


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
    actions = (" ".join(words[1:n]) for n in (4, 3, 2))
    action = next((action for action in actions if action in WORDS), None)
    if action is None:
        meant = _meant(" ".join(words[1:3]), WORDS)
        raise _LineError(f"no such word; {meant}there are {', '.join(WORDS)}")
    wanted = WORDS[action]
    arguments = _arguments(scenario, wanted, words[1 + len(action.split()) :])
    if wanted.on_phone:
        scenario.phones.add(str(arguments[0]))
    step = Step(number, " ".join(words[1:]), action, tuple(arguments), at_s, after_s)
    scenario.steps.append(step)


def _when(scenario: Scenario, word: str) -> tuple[int | None, float | None]:
    if word == "...":
        return None, None
    if relative := re.fullmatch(r"\+([0-9]+(?:\.[0-9]+)?)([smhd])", word):
        return None, float(relative[1]) * _SECONDS[relative[2]]
    if not _INSTANT.fullmatch(word):
        times = f"{_TIMES}, +5s, +2m, +1h, +3d or ..."
        raise _LineError(f"{word!r} is no time ({times}), and none of {', '.join(_HEADS)}")
    return _instant(scenario, word), None


def _instant(scenario: Scenario, word: str) -> int:
    """Return the instant of an HH:MM[:SS] on the first day, or so many days after it."""
    found = _INSTANT.fullmatch(word)
    if not found:
        raise _LineError(f"{word!r} is no time: {_TIMES}")
    hours, minutes, seconds, days = (int(part or 0) for part in found.groups())
    if hours > 23 or minutes > 59 or seconds > 59:
        raise _LineError(f"{word!r} is no time of a day")
    midnight_s = scenario.start_s - scenario.start_s % DAY_S
    return midnight_s + days * DAY_S + hours * 3600 + minutes * 60 + seconds


def _window(scenario: Scenario, words: list[str]) -> tuple[int, int]:
    begins_s, ends_s = (_instant(scenario, word) for word in words)
    if ends_s <= begins_s:
        raise _LineError("it ends before it begins")
    return begins_s, ends_s


def _arguments(scenario: Scenario, wanted: Word, words: list[str]) -> list[str | int | float]:
    """Return what the function of a word gets for the words behind it."""
    kinds = wanted.arguments
    if len(kinds) == 1 and words:
        words = [" ".join(words)]  # a place may have several
    if len(words) != len(kinds):
        raise _LineError(f"expected {' '.join(kinds) or 'nothing'} after it")
    arguments: list[str | int | float] = []
    for kind, word in zip(kinds, words, strict=True):
        if kind == "TIME":
            arguments.append(_instant(scenario, word))
        elif kind == "NUMBER":
            if not _NUMBER.fullmatch(word):
                raise _LineError(f"{word!r} is not a number")
            arguments.append(float(word))
        else:
            choices = _choices(scenario, kind)
            if word not in choices:
                raise _LineError(f"{word!r} is not one of {', '.join(choices) or kind}")
            if choices != [kind]:
                arguments.append(word)
    return arguments


def _choices(scenario: Scenario, kind: str) -> list[str]:
    names = {
        "DRIVER": list(scenario.drivers),
        "PLATE": [plate for plate in (scenario.plate, scenario.other_plate) if plate],
        "EQUIPMENT": list(scenario.equipment),
    }
    return [name for choice in kind.split("|") for name in names.get(choice, [choice])]


def _start(scenario: Scenario, words: list[str]) -> None:
    try:
        moment = datetime.strptime(" ".join(words), "%Y-%m-%d %H:%M")
    except ValueError:
        raise _LineError("expected `start YYYY-MM-DD HH:MM`") from None
    scenario.start_s = int(moment.replace(tzinfo=UTC).timestamp())


def _car(scenario: Scenario, words: list[str]) -> None:
    while words[-1:] in (["walk-up"], ["private-use"]):
        setattr(scenario, words.pop().replace("-", "_"), True)
    place = " ".join(words[2:])
    if len(words) < 3 or words[1] != "at" or place not in PLACES:
        raise _LineError(
            f"expected `car PLATE at PLACE [walk-up] [private-use]`; places: {', '.join(PLACES)}"
        )
    scenario.plate, scenario.place = words[0], place


def _notice(scenario: Scenario, words: list[str]) -> None:
    if words != ["before", "use"]:
        raise _LineError("expected `notice before use`")
    scenario.notice_before_use = True


def _fitted(scenario: Scenario, words: list[str]) -> None:
    if not words or not set(words) <= set(FITTINGS):
        raise _LineError(f"expected `fitted` and some of {', '.join(FITTINGS)}")
    scenario.fitted = tuple(words)


def _second(scenario: Scenario, words: list[str]) -> None:
    if len(words) != 2 or words[0] != "car":
        raise _LineError("expected `second car PLATE`")
    scenario.other_plate = words[1]


def _equipment(scenario: Scenario, words: list[str]) -> None:
    if not words:
        raise _LineError("expected `equipment CODE...`")
    scenario.equipment = tuple(words)


def _driver(scenario: Scenario, words: list[str]) -> None:
    said = _sections(words, ("badge", "key", "role", "unlicensed"))
    name, role = said[""], said.get("role", ["agent"])
    badge, key = (_hexadecimal(said.get(part, [])) for part in ("badge", "key"))
    if len(name) != 1 or len(badge) not in (4, 7, 10):
        raise _LineError("expected `driver NAME badge HEX` with 4, 7 or 10 bytes")
    if "key" in said and len(key) != _KEY_BYTES:
        raise _LineError(f"a card's key has {_KEY_BYTES} bytes")
    if said.get("unlicensed"):
        raise _LineError("nothing is expected behind `unlicensed`")
    if len(role) != 1 or role[0] not in _ROLES:
        raise _LineError(f"a role is one of {', '.join(_ROLES)}")
    scenario.drivers[name[0]] = Driver(badge, key, role[0], "unlicensed" not in said)


def _booking(scenario: Scenario, words: list[str]) -> None:
    said = _sections(words, ("of", "weeks", "equipment", "with", "passengers", "private"))
    plate = said.get("of", [scenario.plate])
    people = [*said[""][:1], *said.get("with", []), *said.get("passengers", [])]
    if len(said[""]) != 3 or not set(people) <= set(scenario.drivers):
        raise _LineError("expected `booking DRIVER FROM TO` of a driver named above")
    if said.get("private"):
        raise _LineError("nothing is expected behind `private`")
    if len(plate) != 1 or plate[0] not in (scenario.plate, scenario.other_plate):
        raise _LineError("expected `of` a car named above")
    if not set(said.get("equipment", [])) <= set(scenario.equipment):
        raise _LineError("expected `equipment` named above")
    weeks = said.get("weeks", ["1"])
    if len(weeks) != 1 or not weeks[0].isdecimal():
        raise _LineError("expected `weeks` and a number")
    begins_s, ends_s = _window(scenario, said[""][1:])
    scenario.bookings.append(
        Booking(
            people[0],
            begins_s,
            ends_s,
            plate[0],
            tuple(said.get("with", [])),
            tuple(said.get("passengers", [])),
            int(weeks[0]),
            tuple(said.get("equipment", [])),
            "private" in said,
        )
    )


def _maintenance(scenario: Scenario, words: list[str]) -> None:
    if len(words) != 2:
        raise _LineError("expected `maintenance FROM TO`")
    scenario.maintenance.append(_window(scenario, words))


def _sim(scenario: Scenario, words: list[str]) -> None:
    said = _of_card(words, "wants", ("apn", "login", "pin"))
    scenario.modem_finds = replace(
        scenario.modem_finds,
        wanted_apn=said.get("apn"),
        wanted_login=said.get("login"),
        pin=said.get("pin"),
    )


def _modem(scenario: Scenario, words: list[str]) -> None:
    held = _of_card(words, "holds", ("apn",))["apn"]
    scenario.modem_finds = replace(scenario.modem_finds, held_apn=held)


def _box(scenario: Scenario, words: list[str]) -> None:
    scenario.box_knows = _of_card(words, "knows", ("apn", "login", "pin"))


def _of_card(words: list[str], verb: str, parts: tuple[str, ...]) -> dict[str, str]:
    said = _sections(words[1:], parts)
    nothing_loose = not said.pop("") and all(len(each) == 1 for each in said.values())
    if words[:1] != [verb] or not said or not nothing_loose:
        raise _LineError(f"expected `{verb}` and one word behind each of {', '.join(parts)}")
    return {part: each[0] for part, each in said.items()}


def _sections(words: list[str], heads: tuple[str, ...]) -> dict[str, list[str]]:
    """Split words at the heads among them; what stands before the first is under ""."""
    said: dict[str, list[str]] = {"": []}
    head = ""
    for word in words:
        if word in heads:
            head = word
            said[head] = []
        else:
            said[head].append(word)
    return said


def _hexadecimal(words: list[str]) -> bytes:
    try:
        return bytes.fromhex(words[0]) if len(words) == 1 else b""
    except ValueError:
        return b""


_HEADS: dict[str, Callable[[Scenario, list[str]], None]] = {
    "start": _start,
    "car": _car,
    "fitted": _fitted,
    "second": _second,
    "equipment": _equipment,
    "driver": _driver,
    "booking": _booking,
    "maintenance": _maintenance,
    "notice": _notice,
    "sim": _sim,
    "modem": _modem,
    "box": _box,
}
