"""One port, two ends: the loader for who speaks SLIP, else the console of the box on the flash."""

import os
import subprocess
import sys
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.engine.world import World
from tests.firmware.identity import IDENTITY
from tests.simulator.play.bench import REQUEST, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with World(seed=3) as world:
        desk = Desk(world, tmp_path)
        yield desk
        desk.bench.board.pull()


class Terminal:
    """A program that has the port open and reads along."""

    def __init__(self, path: str) -> None:
        self._port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._port)

    def read(self) -> bytes:
        try:
            return os.read(self._port, 65536)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        os.write(self._port, data)

    def close(self) -> None:
        os.close(self._port)


def esptool(desk: Desk, *command: str) -> subprocess.CompletedProcess[str]:
    """Run it while the world goes on, as a board does."""
    port = ("--port", desk.bench.board.path, "--before", "no-reset", "--after", "no-reset")
    with subprocess.Popen(
        [sys.executable, "-m", "esptool", *port, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        while True:
            try:
                said, _ = program.communicate(timeout=0.02)
                return subprocess.CompletedProcess(command, program.returncode, said)
            except subprocess.TimeoutExpired:
                desk.world.run_for(0.1)


def test_a_board_that_is_a_box_starts_and_its_console_is_at_the_port(desk: Desk) -> None:
    desk.bench.board.plug_in()
    terminal = Terminal(desk.bench.board.path)
    desk.run_until(lambda: "flash" in desk.told)
    first = b'bench: {"check": "resets", "outcome": "ok", "value": "0 resets"}\r\n'
    assert terminal.read().startswith(first)
    terminal.close()


def test_what_lies_on_the_flash_is_started_as_it_is_whatever_the_code_is_here(desk: Desk) -> None:
    desk.write("/a/of_another_version.mpy", b"made elsewhere")
    desk.bench.board.plug_in()
    desk.run_until(lambda: "flash" in desk.told)
    desk.bench.switch_off()
    assert "/a/of_another_version.mpy" in desk.files()


def test_what_is_typed_to_a_running_box_changes_nothing(desk: Desk) -> None:
    desk.bench.board.plug_in()
    terminal = Terminal(desk.bench.board.path)
    for typed in (b"\x03", b"\x04", b"import os\r\n", b"x\xc0"):
        terminal.write(typed)
        desk.world.run_for(1)
    terminal.close()
    assert desk.bench.runs
    assert desk.bench.car is not None
    assert (desk.bench.car.box.resets, desk.bench.car.box.stuck) == ([], "")


def test_a_program_that_speaks_slip_gets_the_loader_and_when_it_has_gone_the_box_starts_again(
    desk: Desk,
) -> None:
    desk.bench.board.plug_in()
    desk.run_until(lambda: "flash" in desk.told)
    car = desk.bench.car
    assert car is not None
    said = esptool(desk, "flash-id")
    assert said.returncode == 0, said.stdout
    assert "Detected flash size: 16MB" in said.stdout
    assert REQUEST not in desk.files(), "the flash holds what the box has written"
    assert "/state/seed" in desk.files()
    desk.run_until(lambda: desk.bench.runs)
    desk.world.run_for(60)
    assert desk.bench.car is car, "the same car"
    assert car.report()["records_made"] == 1, "the application, for the test is not made again"
    assert car.box.printed() == b""


def test_a_program_that_comes_back_before_the_box_has_started_finds_the_loader(desk: Desk) -> None:
    with desk.bench.board as board:
        board.plug_in()
        assert board.has_left
        terminal = Terminal(board.path)
        terminal.write(b"\xc0")
        desk.world.run_for(1)
        assert not board.has_left
        assert not desk.bench.runs
        terminal.close()
        board.wait_until_pulled()
        assert board.has_left, "it has gone"
        desk.run_until(lambda: desk.bench.runs)


def test_a_program_that_only_looks_who_is_there_starts_and_stops_nothing(desk: Desk) -> None:
    desk.bench.board.plug_in()
    desk.world.run_for(5)
    car = desk.bench.car
    for _ in range(3):
        terminal = Terminal(desk.bench.board.path)
        desk.world.run_for(1)
        terminal.close()
    assert desk.bench.runs
    assert desk.bench.car is car


def test_a_board_that_was_flashed_anew_starts_as_the_other_box(desk: Desk) -> None:
    desk.bench.board.plug_in()
    desk.world.run_for(5)
    first = desk.bench.car
    desk.bench.switch_off()
    desk.bench.board.pull()
    desk.flash(IDENTITY | {"vehicle": "CD-456-EF", "reader": "wiegand"})
    desk.bench.board.plug_in()
    desk.world.run_for(5)
    assert desk.bench.car is not None
    assert desk.bench.car is not first
    assert desk.bench.car.name == "CD-456-EF"


def test_a_flash_that_holds_no_whole_box_stays_in_the_loader(tmp_path: Path) -> None:
    with World(seed=3) as world:
        for spoil in (_no_program, _no_identity, _torn):
            desk = Desk(world, tmp_path)
            spoil(desk)
            desk.bench.board.plug_in()
            assert "ESP32-S3" in esptool(desk, "chip-id").stdout
            world.run_for(1)
            assert not desk.bench.runs
            desk.bench.board.pull()


def _no_program(desk: Desk) -> None:
    desk.bench.board.flash.data[0] = 0xFF


def _no_identity(desk: Desk) -> None:
    at = desk.bench.board.flash.data.index(b'{"box_id"')
    desk.bench.board.flash.data[at : at + 4096] = bytes(4096)


def _torn(desk: Desk) -> None:
    desk.bench.board.flash.data[0x200000:0x202000] = b"\xff" * 0x2000
