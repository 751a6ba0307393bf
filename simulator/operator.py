"""What an operator does at the server's command line, for a world that is made and thrown away.

Speaks to the server by its own command only, never by importing it.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.errors import SimulatorError


def voiturier(*arguments: str) -> str:
    """Run a command of the server and return what it prints; SimulatorError when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "server", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SimulatorError(f"voiturier {arguments[0]} failed:\n{done.stderr}")
    return done.stdout


def stored(data_dir: Path) -> dict[str, Any]:
    """Return what the server holds: trips, refusals, and how many records, lost ones apart."""
    held: dict[str, Any] = json.loads(voiturier("trips", "--json", "--data", str(data_dir)))
    return held


def one_car_fleet(
    data_dir: Path,
    plate: str,
    badges: Mapping[str, bytes],
    bookings: Sequence[tuple[str, int, int]],
) -> dict[str, Any]:
    """Make a data directory with one car and its drivers; return the identity of the car's box.

    Args:
        data_dir: made here; the files for the server's command go beside it.
        plate: of the car.
        badges: a driver's login -> the badge's UID.
        bookings: (login, from, to) in Unix seconds.
    """
    fleet = {
        "directorates": [{"code": "SIM", "name": "Simulation"}],
        "sites": [{"code": "SIM", "name": "Simulation"}],
        "vehicles": [{"plate": plate, "label": "Simulation", "site": "SIM"}],
        "agents": [
            {
                "login": login,
                "full_name": login,
                "directorate": "SIM",
                "role": "agent",
                "badges": [badge.hex()],
            }
            for login, badge in badges.items()
        ],
        "bookings": [
            {
                "vehicle": plate,
                "agent": login,
                "starts_at": begins,
                "ends_at": ends,
                "purpose": "Simulation",
            }
            for login, begins, ends in bookings
        ],
    }
    fleet_path = data_dir.parent / "fleet.json"
    fleet_path.write_text(json.dumps(fleet))
    voiturier("load", str(fleet_path), "--data", str(data_dir))
    out = data_dir.parent / "box.json"
    where = ("--data", str(data_dir), "--vehicle", plate)
    voiturier("box", "add", *where, "--board", "host", "--out", str(out))
    identity: dict[str, Any] = json.loads(out.read_text())
    return identity
