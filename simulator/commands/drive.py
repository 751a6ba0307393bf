"""Cars that drive about against a running server, in real time: `voiturier-sim drive`.

Prints what happens, one line each, and never a position or a badge's UID.
"""

import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware.board import BOARDS
from simulator.devices.car import HOLD_S, Car
from simulator.engine.world import World
from simulator.errors import InputError

_STAGGER_S = 7.0  # between the first badges of two cars
_REFUSED_PAUSE_S = 30.0
_SAID_EVERY_S = 60  # that the server is not there


@dataclass(frozen=True)
class Driver:
    """Who drives which car: the box's identity and the badge's UID."""

    identity: dict[str, Any]
    badge: bytes


def read_driver(text: str) -> Driver:
    """Read IDENTITY.json:BADGEHEX; InputError when it cannot be used."""
    path, _, badge_hex = text.rpartition(":")
    try:
        bytes.fromhex(badge_hex)
        identity = json.loads(Path(path).read_text())
        bytes.fromhex(identity["box_id"])
        BOARDS[identity["board"]]
    except OSError as error:
        raise InputError(f"cannot read the identity {path!r}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise InputError(
            "--car takes IDENTITY.json:BADGEHEX, as `voiturier box add` wrote"
        ) from None
    return Driver(identity, read_badge(badge_hex))


def read_badge(text: str) -> bytes:
    """Read a badge's UID; InputError when it is none."""
    try:
        badge = bytes.fromhex(text)
    except ValueError:
        badge = b""
    if len(badge) not in (4, 7):
        raise InputError("a badge's UID has 4 or 7 bytes, so 8 or 14 hexadecimal digits")
    return badge


def drive(boxes: tuple[str, int], drivers: list[Driver], seed: int) -> None:
    """Drive until interrupted; the flash images are thrown away."""
    with (
        tempfile.TemporaryDirectory(prefix="voiturier-drive-") as folder,
        World(realtime=True, seed=seed) as world,
    ):
        for number, driver in enumerate(drivers):
            image = Path(folder) / f"{number}.lfs2"
            car = Car(world, driver.identity, image, server=boxes)
            car.power_on()
            _say(car, "box switched on")
            chance = random.Random(seed * 1000 + number)
            world.play(_days(car, driver.badge, chance, number * _STAGGER_S))
        world.run_forever()


def _days(car: Car, badge: bytes, chance: random.Random, wait_s: float) -> Iterator[float]:
    """Trip after trip, for ever: does something, then yields the pause until the next thing."""
    for second in itertools.count(1):
        if car.report()["connections"]:
            break
        yield 1.0
        if second % _SAID_EVERY_S == 0:
            _say(car, "no connection with the server yet")
    _say(car, "box connected")
    yield 3.0 + wait_s
    while True:
        if not car.report()["trip_open"]:
            _say(car, "badge held to the windscreen")
            car.present_badge(badge)
            yield 3.0
        if not car.starter_allowed:
            _say(car, "start refused")
            yield _REFUSED_PAUSE_S
            continue
        _say(car, f"doors {car.door}, start enabled, engine on")
        car.crank()
        yield 4.0
        yield from _trip(car, chance)
        car.set_ignition(False)
        _say(car, f"engine off after {car.driven_m / 1000:.1f} km in all")
        yield 5.0
        car.present_badge(badge, HOLD_S)
        yield 8.0
        _say(car, f"trip {'still open' if car.report()['trip_open'] else 'ended'}")
        yield chance.uniform(30, 60)


def _trip(car: Car, chance: random.Random) -> Iterator[float]:
    """Some minutes of town and country, with stops."""
    for _ in range(chance.randint(4, 7)):
        cruise_kmh = chance.choice((30, 50, 50, 70, 80))
        for speed_kmh in range(5, cruise_kmh, 5):
            car.drive(speed_kmh)
            yield 0.7
        car.drive(cruise_kmh)
        _say(car, f"{cruise_kmh} km/h")
        yield chance.uniform(15, 45)
        for speed_kmh in range(cruise_kmh, 0, -10):
            car.drive(speed_kmh)
            yield 0.8
        car.drive(0)
        _say(car, "stopped")
        yield chance.uniform(3, 12)


def _say(car: Car, text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {car.name}  {text}", file=sys.stderr, flush=True)
