"""A board on a desk with a car round it: its loader and its firmware's console at one port.

The loader answers a program that speaks SLIP. Once the flash holds a whole box and no program has
the port open, the very same flash is started, with the real firmware; a program that speaks SLIP
again stops it and finds on the flash what the box has written. Somebody sits in the car and does
what the bench test asks for.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from littlefs import LittleFSError

from firmware.board import BOARDS
from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import read_file
from simulator.devices.car import Car
from simulator.devices.rom_loader import SLIP_BEGIN, RomLoader
from simulator.engine.world import World
from simulator.play.bench_faults import FAULTS, at_which_byte, other_program
from simulator.play.fitter import Fitter

_BEAT_S = 0.1  # between two looks at the port
_IMAGE_BEGINS = 0xE9  # a program of an ESP32


class Bench:
    """Goes on as long as the world does; end it by `switch_off`.

    Attributes:
        board: the board; plug it in and pull it.
        car: what is round the box that was flashed last; None: none was.
        fitter: who sits in it.

    Args:
        world: whose clock and network it has.
        folder: where the box's file system lies while it runs.
        faults: names of FAULTS.
        badge: that is held to the reader when one is wanted; None: there is none.
        chip: as esptool calls it.
        flash_mb: how large its flash is.
        pulled_after_bytes: see RomLoader.
    """

    def __init__(
        self,
        world: World,
        folder: Path,
        faults: Sequence[str] = (),
        badge: bytes | None = None,
        chip: str = "esp32s3",
        flash_mb: int = 16,
        pulled_after_bytes: int | None = None,
    ) -> None:
        self.car: Car | None = None
        self.fitter: Fitter | None = None
        self._world = world
        self._image = folder / "file_system.lfs2"
        self._faults = [FAULTS[name] for name in faults]
        self._badge = badge
        self._identity: dict[str, Any] = {}  # on the flash
        self._of_the_car: dict[str, Any] = {}
        for fault in self._faults:
            chip, flash_mb = fault.chip or chip, fault.flash_mb or flash_mb
            if fault.pulled:
                pulled_after_bytes = at_which_byte(world.seed)
        self.board = RomLoader(
            flash_mb=flash_mb,
            chip=chip,
            pulled_after_bytes=pulled_after_bytes,
            starts=self._holds_a_box,
        )
        if any(fault.other_program for fault in self._faults):
            self.board.flash.data[:] = other_program(len(self.board.flash.data))
        world.play(self._beats())

    @property
    def runs(self) -> bool:
        """Whether the firmware does."""
        return self.car is not None and self.car.box.running

    def switch_off(self) -> None:
        """Stop the box, if it runs; what it has written is on the flash."""
        if self.car is not None and self.runs:
            self.car.kill()
            self.board.flash.data[FILE_SYSTEM_AT:] = self._image.read_bytes()

    def _holds_a_box(self) -> bool:
        """Whether a whole box lies on the flash; its identity is read then."""
        if self.board.flash.data[0] != _IMAGE_BEGINS:
            return False
        self._image.write_bytes(self.board.flash.data[FILE_SYSTEM_AT:])
        try:
            self._identity = json.loads(read_file(self._image, "/identity.json"))
            return self._identity["board"] in BOARDS
        except (LittleFSError, OSError, ValueError, KeyError, TypeError):
            return False

    def _beats(self) -> Iterator[float]:
        """Look at the port, for ever."""
        while True:
            if self.board.has_left:
                self._beat()
            yield _BEAT_S

    def _beat(self) -> None:
        heard = self.board.hear()
        if heard.startswith(SLIP_BEGIN):  # else it was typed, to a console that is deaf
            self.switch_off()
            self.board.load(heard)
            return
        if not self.runs:
            self._start()
        assert self.car is not None
        assert self.fitter is not None
        printed = self.car.box.printed()
        self.fitter.hear(printed)
        self.board.say(printed.replace(b"\n", b"\r\n"))  # as the chip's console does

    def _start(self) -> None:
        """Have the chip start what its flash holds; another box gets another car round it."""
        self._image.write_bytes(self.board.flash.data[FILE_SYSTEM_AT:])
        if self.car is None or self._identity != self._of_the_car:
            self._of_the_car = self._identity
            self.car = Car(self._world, self._identity, self._image, is_flashed=True)
            for fault in self._faults:
                fault.befall(self.car)
        self.fitter = Fitter(self._world.timeline, self.car, self._badge)
        self.car.power_on()
