"""One booked trip over a recorded log, through the real firmware and the real server.

Never changes the log, and says nothing to the box outside it. The database is thrown away.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulator.devices.car import HOLD_S, Car
from simulator.engine.world import World
from simulator.errors import InputError, SimulatorError
from simulator.play.operator import prepare, stored
from simulator.play.scenario import Booking, Driver, Scenario
from simulator.play.stage import wait_until_stored
from simulator.road.nmea import Log, read_log

_PLATE = "SIM-001-RP"
_BADGE = bytes.fromhex("04a1b2c3d4e5f6")
_MARGIN_S = 3600  # booked before the log and after it
_HEAD_START_S = 180  # for the box to start its modem, connect and get its grants
_BADGE_BEFORE_S = 10
_IGNITION_BEFORE_S = 5
_AFTER_LAST_S = 5  # from the last sentence to the ignition
_STEP_S = 60  # of world time, between two words of progress


def replay(path: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Replay a log and return the figures of the trip.

    Args:
        path: an NMEA file with at least one dated RMC sentence.
        say: told how far it is, a line each.

    Raises:
        InputError: the log cannot be read, or tells no time or date.
        SimulatorError: something in the chain failed.
    """
    log = read_log(path)
    if log.start_unix_s is None:
        raise InputError(f"{path}: no RMC sentence with a date, so the time is not known")
    with tempfile.TemporaryDirectory(prefix="voiturier-replay-") as folder:
        data_dir = Path(folder) / "data"
        identity = _make_fleet(data_dir, log)
        say("server and box get ready")
        with World(start_unix_s=log.start_unix_s - _HEAD_START_S) as world:
            world.start_server(data_dir)
            car = Car(world, identity, Path(folder) / "flash.lfs2")
            car.gnss.silence()
            car.power_on()
            world.run_until(lambda: car.report()["clock_source"] != 0, _HEAD_START_S - 30)
            world.run_for(log.start_unix_s - _BADGE_BEFORE_S - world.now_s)
            car.present_badge(_BADGE)
            world.run_for(_BADGE_BEFORE_S - _IGNITION_BEFORE_S)
            if not car.starter_allowed:
                raise SimulatorError("the box refused the badge")
            car.crank()
            world.run_for(log.start_unix_s - world.now_s)
            _play(world, log, car.gnss.play_log, say)
            world.run_for(_AFTER_LAST_S)
            car.set_ignition(False)
            world.run_for(_AFTER_LAST_S)
            car.present_badge(_BADGE, HOLD_S)
            world.run_for(2 * HOLD_S)
            say("waiting for the last acknowledgement")
            wait_until_stored(world, car)
            report = car.report()
            held = stored(data_dir)
            return {
                "distance_m": sum(trip["distance_m"] for trip in held["trips"]),
                "odometer_m": report["odometer_m"],
                "fixes_in": report["fixes"],
                "records_made": report["records_made"],
                "records_stored": held["records_stored"],
                "wire_bytes_up": car.wire_bytes_up,
                "wire_bytes_down": car.wire_bytes_down,
                "trips": held["trips"],
            }


def _play(world: World, log: Log, play: Callable[[Log], float], say: Callable[[str], None]) -> None:
    left_s = play(log)
    while left_s > 0:
        say(f"{log.duration_s - left_s:.0f} of {log.duration_s:.0f} s")
        step_s = min(_STEP_S, left_s)
        world.run_for(step_s)
        left_s -= step_s


def _make_fleet(data_dir: Path, log: Log) -> dict[str, Any]:
    """Make a data directory with one car, one agent and one booking; return the box's identity."""
    assert log.start_unix_s is not None
    begins = int(log.start_unix_s) - _MARGIN_S
    ends = int(log.start_unix_s + log.duration_s) + _MARGIN_S
    drivers = {"rejeu": Driver(_BADGE)}
    bookings = [Booking("rejeu", begins, ends, _PLATE)]
    identity = prepare(
        data_dir, Scenario("replay", plate=_PLATE, drivers=drivers, bookings=bookings)
    )
    # The log's dates are taken as they stand, however old: no receiver has rolled over here.
    return identity | {"time_floor_s": int(log.start_unix_s) - _HEAD_START_S}
