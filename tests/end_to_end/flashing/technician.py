"""A technician at her desk: flash.sh as she types it, a bench in virtual time, a real server."""

import contextlib
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from flasher.words import Words
from simulator.devices.car import Car
from simulator.engine.server_process import ServerProcess
from simulator.engine.world import World
from simulator.play.bench import Bench
from tests.chain import DRIVER_BADGE, FLEET, PASSWORD, Chain, new_fleet, voiturier
from tests.flasher.command.running import environment
from tests.flasher.micropython import NAME, invented
from tests.fleet import agent

LOGIN = "lea.martin"
_REAL_S = 0.05
_OPENS_WITHIN_S = 3.0  # the console's port, after that was said
_TIMEOUT_S = 400


class Typed(NamedTuple):
    """How a command ended, what it said, and after how many real seconds each line came."""

    returncode: int
    said: str
    spent_s: dict[str, float]


class Desk:
    """A bench, and a server on which Léa Martin is a technician of the whole fleet.

    Args:
        world: in virtual time.
        folder: an empty one, from which she types.
        faults: of the bench.
    """

    def __init__(self, world: World, folder: Path, faults: Sequence[str] = ()) -> None:
        self.world, self.folder = world, folder
        self.data_dir, self.identity = new_fleet(folder)
        (folder / NAME).write_bytes(invented())
        (folder / "tmp").mkdir()
        people = folder / "people.json"
        fitter = agent(LOGIN, b"\x04fitter", role="technician", password=PASSWORD)
        people.write_text(json.dumps({**FLEET, "agents": [fitter], "bookings": []}))
        voiturier("load", str(people), "--data", str(self.data_dir))
        with contextlib.closing(sqlite3.connect(self.data_dir / "voiturier.db")) as db, db:
            db.execute(
                "UPDATE role_grant SET from_s = 0"
            )  # the world is before this machine's time
        self.server: ServerProcess = world.start_server(self.data_dir)
        self.server.restart(("--new-boxes", f"127.0.0.1:{self.server.boxes_port}"))
        self.bench = Bench(world, folder, faults, badge=DRIVER_BADGE)

    @property
    def car(self) -> Car:
        """What is round the box that was flashed last."""
        assert self.bench.car is not None
        return self.bench.car

    @property
    def chain(self) -> Chain:
        """The car, its box and the server."""
        return Chain(self.world, self.server, self.car, self.data_dir, self.identity)

    def flash(self, plate: str, *arguments: str) -> Typed:
        """Type it: `./flash.sh --server URL --car PLATE`; the world goes on meanwhile."""
        return self.type("--image", NAME, "--car", plate, *arguments)

    def type(self, *arguments: str) -> Typed:
        """Type it with port and server, and what she is asked for."""
        asked = [
            *(sys.executable, "-m", "flasher", "--port", self.bench.board.path),
            *("--server", f"http://127.0.0.1:{self.server.http_port}", *arguments),
        ]
        typed, said = self.folder / "typed", self.folder / "said"
        typed.write_text(f"{LOGIN}\n{PASSWORD}\nyes\n")
        with typed.open() as keys, said.open("w") as screen:
            process = subprocess.Popen(
                asked,
                cwd=self.folder,
                env=environment(self.folder),
                stdin=keys,
                stdout=screen,
                stderr=screen,
            )
        try:
            spent_s = self._wait(process, said)
        finally:
            process.kill()
            process.wait()
            typed.unlink()
        return Typed(process.returncode, said.read_text(), spent_s)

    def _wait(self, process: "subprocess.Popen[bytes]", said: Path) -> dict[str, float]:
        """Let time pass until the command ends: at 1x until somebody reads the console."""
        spent_s: dict[str, float] = {}
        began_s = time.monotonic()
        is_over = False
        while not is_over:
            is_over = process.poll() is not None  # what it said last is read all the same
            now_s = time.monotonic() - began_s
            assert now_s < _TIMEOUT_S, "flash.sh does not come to its end"
            for line in said.read_text().splitlines():
                spent_s.setdefault(line, now_s)
            reads_from_s = spent_s.get(Words.BENCH_BEGINS.said(), _TIMEOUT_S) + _OPENS_WITHIN_S
            if now_s < reads_from_s:
                time.sleep(_REAL_S)
            self.world.run_for(_REAL_S)
        return spent_s
