"""A board whose flash holds a box, on a desk in virtual time, for the tests of the bench."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from firmware.selftest.start import REQUEST_FILE
from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import files_of, new_image, write_file
from simulator.engine.world import World
from simulator.errors import WorldTimeout
from simulator.play.bench import Bench
from tests.firmware.identity import IDENTITY

REQUEST = f"/state/{REQUEST_FILE}"
BADGE = bytes.fromhex("04a1b2c3")
_PROGRAM = b"\xe9" + bytes(100)  # stands for MicroPython, which nobody runs


class Desk:
    """A bench whose board is a box that was asked for its test; `heard`: what its console said."""

    def __init__(
        self,
        world: World,
        folder: Path,
        faults: Sequence[str] = (),
        identity: dict[str, Any] = IDENTITY,
    ) -> None:
        self.world = world
        self.bench = Bench(world, folder, faults, BADGE)
        self._folder = folder
        self.flash(identity)

    def flash(self, identity: dict[str, Any]) -> None:
        """Put a new box's flash on the board, as flash.sh does, with the request for its test."""
        data = self.bench.board.flash.data
        data[: len(_PROGRAM)] = _PROGRAM
        data[FILE_SYSTEM_AT:] = new_image(identity)
        self.write(REQUEST, b"1\n")

    def write(self, name: str, content: bytes) -> None:
        """Write a file on the flash of a board that is off."""
        image = _file_system(self.bench, self._folder)
        write_file(image, name, content)
        self.bench.board.flash.data[FILE_SYSTEM_AT:] = image.read_bytes()

    def run_until(self, holds: Callable[[], object], limit_s: float = 1500) -> None:
        self.world.run_until(lambda: bool(holds()), limit_s)

    @property
    def told(self) -> dict[str, str]:
        """Of each check that has ended: the failure that it names, or its outcome."""
        fitter = self.bench.fitter
        results = fitter.results if fitter else {}
        return {check: said.get("failure", said["outcome"]) for check, said in results.items()}

    def make_test(self) -> dict[str, str]:
        """Switch the board on, and let its test come to the end."""
        self.bench.board.plug_in()
        try:
            self.run_until(lambda: self.bench.fitter and self.bench.fitter.end)
        except WorldTimeout:
            console = self.bench.car.box.console() if self.bench.car else "nothing was started"
            pytest.fail(f"the test has not ended: {self.told}\n{console}")
        return self.told

    def files(self) -> list[str]:
        """What lies on the flash of a board that is off."""
        return files_of(_file_system(self.bench, self._folder))


def ask_for_test(bench: Bench, folder: Path) -> None:
    """Have the box on a flash make its bench test, if nobody asked for it yet."""
    image = _file_system(bench, folder)
    if REQUEST not in files_of(image):
        write_file(image, REQUEST, b"1\n")
        bench.board.flash.data[FILE_SYSTEM_AT:] = image.read_bytes()


def _file_system(bench: Bench, folder: Path) -> Path:
    image = folder / "looked_at.lfs2"
    image.write_bytes(bench.board.flash.data[FILE_SYSTEM_AT:])
    return image
