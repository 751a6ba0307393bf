"""Every import rule of pyproject.toml is broken by a planted import, and says so."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.support import ROOT

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract["name"] for contract in CONFIG["contracts"]}

# The id of a contract -> a file, and the line in it that breaks this contract (others as well).
PLANTED = {
    "wire": ("shared_protocol/codec.py", "import server.clock"),
    "box": ("firmware/tasks/gnss.py", "import simulator.errors"),
    "box-layers": ("firmware/drivers/relay.py", "import firmware.tasks.vehicle"),
    "logic-layers": ("firmware/logic/road/nmea.py", "import firmware.logic.trip.trip"),
    "server": ("server/gateway/listener.py", "import firmware.board"),
    "flasher": ("flasher/image.py", "import server.clock"),
    "server-layers": ("server/store/agents.py", "import server.web.auth"),
    "server-wire": ("server/web/pages/trips.py", "from shared_protocol import records"),
    "server-sql": ("server/web/pages/trips.py", "import sqlite3"),
    "simulator": ("simulator/play/law.py", "from firmware.logic import clock"),
    "simulator-layers": ("simulator/devices/car.py", "import simulator.play.player"),
    "pure": ("firmware/logic/clock.py", "def now():\n    import time"),
    "circles": ("server/fleet/model/trips.py", "import server.fleet.trips"),
}


def lint(folder: Path) -> set[str]:
    """The names of the contracts that the sources in `folder` break."""
    program = "import importlinter.cli as cli; cli.lint_imports_command()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = re.findall(r"^(.*) (KEPT|BROKEN)", ran.stdout, re.MULTILINE)
    assert {name for name, _ in verdicts} == set(CONTRACTS.values()), ran.stdout + ran.stderr
    return {name for name, verdict in verdicts if verdict == "BROKEN"}


def test_a_planted_import_breaks_each_contract(tmp_path: Path) -> None:
    for package in CONFIG["root_packages"]:
        kept = shutil.ignore_patterns("*.html", "locale", "static", "__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=kept)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert lint(tmp_path) == set()
    for file, line in PLANTED.values():
        with (tmp_path / file).open("a") as source:
            source.write(f"\n{line}\n")
    assert lint(tmp_path) == set(CONTRACTS.values())
