"""Each fault of board and car makes the bench test, or esptool, say what is wrong, by its name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from firmware.selftest.outcomes import CHECKS
from simulator.engine.world import World
from simulator.play.bench import Bench
from simulator.play.bench_faults import FAULTS
from tests.firmware.identity import IDENTITY
from tests.simulator.play.bench import Desk

WITHOUT_A_SERVER = dict.fromkeys(CHECKS, "ok") | {
    "door": "not_fitted",
    "server": "SERVER_UNREACHABLE",
}
SAID = {
    "dead-antenna": {
        "clock": "CLOCK_UNSET",
        "relay": "NO_SATELLITES",
        "satellites": "ANTENNA_DEAD",
    },
    "reversed-relay": {"relay": "RELAY_REVERSED"},
    "dead-contact": {"relay": "CONTACT_DEAD", "relay_contact": "CONTACT_DEAD"},
    "reader-cable-open": {"reader": "READER_SILENT", "badge": "READER_SILENT"},
    "no-sim": dict.fromkeys(("sim", "registration", "signal", "server"), "SIM_MISSING"),
    "pin": dict.fromkeys(("sim", "registration", "signal", "server"), "SIM_LOCKED"),
    "wrong-apn": dict.fromkeys(("registration", "signal", "server"), "APN_REFUSED"),
    "flat-battery": {"battery": "BATTERY_FLAT"},
    "silent-modem": dict.fromkeys(
        ("modem", "sim", "registration", "signal", "server"), "MODEM_SILENT"
    ),
}
"""Fault -> what the test says then beside what it says of a sound box."""

OF_THE_BOARD = {"cable", "wrong-chip", "small-flash", "unknown-image", "wrong-board"}


def test_each_fault_is_tried() -> None:
    assert set(SAID) | OF_THE_BOARD == set(FAULTS)


@pytest.mark.parametrize("fault", SAID)
def test_a_fault_of_board_or_car_is_named_by_the_bench_test(fault: str, tmp_path: Path) -> None:
    with World(seed=3) as world:
        desk = Desk(world, tmp_path, [fault])
        assert desk.make_test() == WITHOUT_A_SERVER | SAID[fault]
        desk.bench.board.pull()


def test_a_board_without_psram_says_so_before_its_memory_runs_out(tmp_path: Path) -> None:
    with World(seed=3) as world:
        desk = Desk(world, tmp_path, ["wrong-board"])
        desk.bench.board.plug_in()
        world.run_for(5)
        assert desk.told == {"memory": "WRONG_BOARD"}
        assert desk.bench.car is not None
        assert "start failed: MemoryError" in desk.bench.car.box.console()
        assert desk.bench.car.relay_changes == []
        desk.bench.board.pull()


def test_a_pin_that_the_card_refuses_is_another_failure_than_none(tmp_path: Path) -> None:
    with World(seed=3) as world:
        desk = Desk(world, tmp_path, ["pin"], IDENTITY | {"sim_pin": "4711"})
        assert desk.make_test()["sim"] == "SIM_PIN_WRONG"
        desk.bench.board.pull()


def test_several_faults_are_named_at_once(tmp_path: Path) -> None:
    with World(seed=3) as world:
        desk = Desk(world, tmp_path, ["flat-battery", "reader-cable-open", "no-sim"])
        told = desk.make_test()
        assert (told["battery"], told["reader"], told["sim"]) == (
            "BATTERY_FLAT", "READER_SILENT", "SIM_MISSING",
        )  # fmt: skip
        desk.bench.board.pull()


def esptool(bench: Bench, *command: str) -> str:
    port = ("--port", bench.board.path, "--before", "no-reset", "--after", "no-reset")
    return subprocess.run(
        [sys.executable, "-m", "esptool", *port, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    ).stdout


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("wrong-chip", "ESP32-C3"),
        ("small-flash", "Detected flash size: 4MB"),
        ("unknown-image", "Detected flash size: 16MB"),
    ],
)
def test_another_board_is_told_by_its_loader(fault: str, said: str, tmp_path: Path) -> None:
    with World() as world:
        bench = Bench(world, tmp_path, [fault])
        with bench.board:
            assert said in esptool(bench, "flash-id")
            world.run_for(1)
            assert not bench.runs, "what is on its flash is no box"


def test_a_cable_is_pulled_once_while_a_board_is_written(tmp_path: Path) -> None:
    (tmp_path / "content.bin").write_bytes(bytes(range(251)) * 2000)
    command = ("--no-stub", "write-flash", "--no-compress", "0", str(tmp_path / "content.bin"))
    for seed in range(3):
        with World(seed=seed) as world:
            bench = Bench(world, tmp_path, ["cable"])
            with bench.board:
                held = os.open(bench.board.path, os.O_RDWR | os.O_NOCTTY)  # its name stays its own
                esptool(bench, *command)
                assert bench.board.is_pulled
                assert not Path(bench.board.path).exists()
                os.close(held)
