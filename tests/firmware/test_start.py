"""boot.py and main.py stand alone: what they import and drive, how they count, limp and forget.

What becomes of each damaged file is in tests/firmware/start_table.
"""

import ast
import json
from pathlib import Path

import pytest

from firmware.board import BOARDS, outputs_low_at_reset
from flasher.image import read_file, remove_file, write_file
from simulator.devices.car import Car
from simulator.engine.world import World
from tests.firmware.identity import IDENTITY

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
HARD_RESET = 2
WATCHDOG_RESET = 3


def modules_of(name: str) -> set[str]:
    tree = ast.parse((FIRMWARE / name).read_text())
    return {
        module
        for node in ast.walk(tree)
        for module in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }


def test_boot_imports_nothing_of_ours_and_main_only_what_starts_the_application() -> None:
    assert modules_of("boot.py") == {"machine", "micropython", "os"}
    assert {name for name in modules_of("main.py") if "firmware" in name} == {"firmware"}


@pytest.mark.parametrize("board", BOARDS)
def test_boot_drives_the_outputs_of_every_board_to_rest_and_holds_the_coils(board: str) -> None:
    tree = ast.parse((FIRMWARE / "boot.py").read_text())
    (pins,) = [ast.literal_eval(node.iter) for node in tree.body if isinstance(node, ast.For)]
    parts = BOARDS[board]
    low = {pin for pin, level, _ in pins if level == 0}
    assert low == set(outputs_low_at_reset(parts))
    assert {pin for pin, level, _ in pins if level} == {parts.modem_reset}
    assert {pin for pin, _, held in pins if held} == {parts.relay_enable, parts.relay_inhibit}


@pytest.mark.parametrize("board", BOARDS)
def test_main_knows_the_lights_of_every_board(board: str) -> None:
    lights = constant_of("LIGHTS")
    assert lights == (BOARDS[board].led_green, BOARDS[board].led_red)


def constant_of(name: str) -> object:
    tree = ast.parse((FIRMWARE / "main.py").read_text())
    (value,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    ]
    return ast.literal_eval(value)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return tmp_path / "flash.img"


def counted(begun: int) -> bytes:
    return bytes((begun, 255 - begun))


def fail_to_start(world: World, car: Car, times: int) -> str:
    car.power_on()
    world.run_until(lambda: len(car.box.resets) >= times, 60 * times)
    assert set(car.box.resets) == {HARD_RESET}
    assert not car.wires.faults
    assert car.relay == "inhibited", "as it was"
    return car.box.console()


def test_a_box_without_a_sound_identity_says_which_field_and_starts_again(image: Path) -> None:
    with World() as world:
        console = fail_to_start(world, Car(world, {**IDENTITY, "key": "secret!"}, image), 3)
        assert "start failed: IdentityError identity field key" in console
        assert "secret!" not in console
        assert read_file(image, "/failed_starts") == counted(3)


def test_state_of_a_later_firmware_is_left_alone_and_named(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        write_file(image, "/state/version", b"\x09")
        write_file(image, "/journal/0000002a.seg", b"of a later firmware")
        console = fail_to_start(world, car, 2)
        assert "start failed: StateError state has version 9, this firmware reads 1" in console
        assert read_file(image, "/failed_starts") == counted(2), "also when wiring fails"
        assert read_file(image, "/journal/0000002a.seg") == b"of a later firmware"
        assert read_file(image, "/state/version") == b"\x09"


def test_a_broken_module_of_the_slot_is_told_by_its_place_and_not_by_its_text(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        write_file(image, "/a/firmware/version.mpy", b"no bytecode")
        console = fail_to_start(world, car, 1)
        assert "start failed: ValueError" in console
        assert 'File "firmware.imports", line' in console


def test_a_box_that_starts_after_failures_tells_how_many_and_forgets_them(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        write_file(image, "/identity.json", b"{")
        fail_to_start(world, car, 2)
        car.kill()
        write_file(image, "/identity.json", json.dumps(IDENTITY).encode())
        for lived_s, failed in ((59, 1), (70, 1), (1, 0)):
            car.power_on()
            world.run_for(lived_s)
            assert car.report()["failed_starts"] == failed, "the one that the power ended is none"
            car.kill()


def test_a_foreign_file_in_a_folder_of_the_box_changes_nothing(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        for name in (".DS_Store", "deadbeef", "ffffffff", "0000002A.seg"):
            write_file(image, f"/journal/{name}", b"foreign")
            write_file(image, f"/state/{name}", b"foreign")
        car.power_on()
        world.run_for(1)
        report = car.report()
        assert (report["odometer_m"], report["next_seq"]) == (0, 2)
        assert car.box.resets == []


def test_the_box_starts_on_the_stock_image(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        car.power_on()
        world.run_for(1)
        assert car.report()["failed_starts"] == 0


def test_a_slot_that_hangs_while_it_is_loaded_is_the_watchdogs(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        write_file(image, "/a/firmware/version.mpy", b"")
        write_file(image, "/a/firmware/version.py", b"while True:\n    pass\n")
        car.box.hang_s = 1
        car.power_on()
        world.run_for(70)
        assert car.box.resets == [WATCHDOG_RESET]


def test_the_coils_pads_stay_low_through_a_reset(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        write_file(image, "/identity.json", b"{")
        levels: list[int | None] = []
        car.power_on()
        for coil in (6, 7):
            car.pins.watch(coil, levels.append)
        world.run_until(lambda: len(car.box.resets) >= 2, 60)
        assert levels == []
        car.kill()
        assert levels == [None, None]


def test_ctrl_c_ends_no_application_of_a_provisioned_box(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        car.power_on()
        world.run_for(1)
        assert car.box.interrupt_character == -1


def limping(car: Car, since_ms: int) -> bool:
    """Whether both lights were on together, which no signal does."""
    at = [(ms, name) for ms, name, level in car.signals if level and ms >= since_ms]
    return any({(ms, "green"), (ms, "red")} <= set(at) for ms, _ in at)


def test_after_three_failed_starts_it_limps_and_tries_again_each_hour(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        write_file(image, "/identity.json", b"{")
        car.power_on()
        world.run_until(lambda: len(car.box.resets) == 3, 60)
        assert not limping(car, 0)
        world.run_for(10)
        assert limping(car, world.now_ms - 10_000)
        world.run_for(24 * 3600)
        assert set(car.box.resets) == {HARD_RESET}, "the watchdog is fed meanwhile"
        assert 3 + 23 <= len(car.box.resets) <= 3 + 24
        assert (car.relay_changes, car.wires.door_changes) == ([], [])


def test_a_box_that_limps_and_can_start_again_does_within_the_hour(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        write_file(image, "/failed_starts", counted(7))
        car.box.power_on(HARD_RESET)
        assert limping(car, 0)
        world.run_for(3605)
        report = car.report()
        assert (report["failed_starts"], report["records_made"]) == (7, 2), "told beside Boot"
        world.run_for(70)
        with pytest.raises(FileNotFoundError):
            read_file(image, "/failed_starts")


def test_switching_the_power_off_and_on_starts_a_limping_box_at_once(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        write_file(image, "/failed_starts", counted(3))
        car.power_on()
        world.run_for(1)
        assert car.report()["failed_starts"] == 2


def test_brown_outs_while_the_engine_is_cranked_are_no_failed_starts(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        car.power_on()
        for _ in range(20):
            world.run_for(2)
            car.brown_out()
        world.run_for(2)
        assert car.report()["failed_starts"] == 0


def test_a_blank_board_can_be_reached_over_usb_and_has_no_watchdog(image: Path) -> None:
    with World() as world:
        car = Car(world, IDENTITY, image)
        remove_file(image, "/identity.json")
        car.power_on()
        world.run_for(2 * 3600)
        assert (car.box.resets, car.box.interrupt_character) == ([], 3)
        assert limping(car, world.now_ms - 10_000)
