"""The GNSS receiver alone, at 1x, for a program that opens a serial port: a log, or a drive.

Decides nothing about what it says: nmea.py reads logs, roads.py and driving.py know the way.
"""

import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from simulator.devices.gnss import FAULTS, GnssReceiver
from simulator.engine.pty_line import PtyLine
from simulator.engine.timeline import US
from simulator.engine.world import World
from simulator.errors import InputError
from simulator.road.driving import Drive
from simulator.road.nmea import read_log
from simulator.road.roads import PLACES, journey


@dataclass(frozen=True, slots=True)
class Receiver:
    """How the receiver is: as GnssReceiver takes it, and `start` and `fault` from its tables."""

    rate_hz: int = 1
    talker: str = "GN"
    full: bool = False
    start: str = "warm"
    fault: str | None = None


def play_log(path: Path) -> None:
    """Play a log once on a pty, then be silent until interrupted.

    Prints the pty's path as the first line of stdout. Raises InputError when the log is none.
    """
    log = read_log(path)
    line = PtyLine()
    print(line.path, flush=True)
    print(f"playing {len(log.bursts)} epochs, {log.duration_s:.0f} s, once", file=sys.stderr)
    with World(realtime=True) as world:
        world.network.listen(line)
        receiver = GnssReceiver(world.timeline, line)
        world.run_for(receiver.play_log(log))
        print(f"played {receiver.sentences_said} lines; silent now, Ctrl-C ends", file=sys.stderr)
        signal.pause()


def play_drive(places: tuple[str, str], wanted: Receiver, seed: int) -> None:
    """Drive from one place of roads.py to the other and back again, until interrupted.

    Prints the pty's path as the first line of stdout. Raises InputError for a place or a fault
    that does not exist.
    """
    if unknown := [place for place in places if place not in PLACES]:
        raise InputError(f"no place {unknown[0]!r}; places: {', '.join(PLACES)}")
    if places[0] == places[1]:
        raise InputError(f"a drive from {places[0]} to {places[1]} is none")
    if wanted.fault is not None and wanted.fault not in FAULTS:
        known = "\n".join(f"  {name:16} {meaning}" for name, meaning in FAULTS.items())
        raise InputError(f"a receiver has no fault {wanted.fault!r}; it has\n{known}")
    line = PtyLine()
    with World(realtime=True, seed=seed) as world:
        world.network.listen(line)
        receiver = GnssReceiver(world.timeline, line, wanted.rate_hz, wanted.talker, wanted.full)
        receiver.fault(wanted.fault)
        line.forget()
        print(line.path, flush=True)
        start, end = places
        while True:
            drive = Drive(journey(start, end), seed)
            print(f"{start} to {end}: {drive.length_m / 1000:.1f} km", file=sys.stderr)
            _drive(world, receiver, drive, wanted.start)
            start, end = end, start


def _drive(world: World, receiver: GnssReceiver, drive: Drive, start: str) -> None:
    began_us = world.timeline.now_us

    def after_s() -> float:
        return (world.timeline.now_us - began_us) / US

    receiver.follow(lambda: (drive.position(after_s()), drive.speed_kmh(after_s())), start)
    while after_s() < drive.duration_s:
        receiver.sky(drive.stretch(after_s()).sky)
        world.run_for(1.0)
    receiver.sky(True)
