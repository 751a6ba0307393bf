"""The real firmware in a parked car: what keeps its chip awake, and what wakes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.board import BOARDS
from firmware.logic.access.grants import GRANTS_FILE, GrantSet
from flasher.bytecode import compile_module
from flasher.image import write_file
from shared_protocol.badges import badge_tag
from shared_protocol.messages import GRANT_BOOKING, Grant
from shared_protocol.sets import grant_parts
from simulator.devices.car import Car
from simulator.engine.world import World
from tests.chain import START_S as NOW_S
from tests.chain import Chain, new_fleet
from tests.firmware.identity import IDENTITY, START_S
from tests.firmware.logic.held_sets import taken
from tests.firmware.logic.storage import MemoryStorage


def test_a_parked_box_that_is_connected_spends_the_night_in_light_sleep(tmp_path: Path) -> None:
    data_dir, identity = new_fleet(tmp_path)
    with World(start_unix_s=NOW_S, seed=5) as world:
        server = world.start_server(data_dir)
        car = Car(world, identity, tmp_path / "flash.img")
        car.power_on()
        Chain(world, server, car, data_dir, identity).get_ready()
        world.run_for(900)
        car.box.meter.restart()
        world.run_for(3600)
        assert car.box.meter.seconds().get("light sleep", 0) > 0.9 * 3600
        assert car.report()["crashes"] == 0


STAND_INS = Path(__file__).parent / "stand_ins"
DRIVER = bytes.fromhex("04112233")
BOARD = BOARDS["host"]


def parked(world: World, folder: Path) -> Car:
    """A car that has been parked for half an hour, with a grant for one badge on its box.

    Its reader and its modem are stand-ins that wake the chip and let it sleep.
    """
    image = folder / "flash.img"
    car = Car(world, IDENTITY | {"door_contact": True}, image)
    for driver in ("pn532", "modem/a76xx"):
        name = f"firmware/drivers/{driver}"
        compiled = compile_module((STAND_INS / f"{driver}.py").read_bytes(), f"{name}.py")
        write_file(image, f"/a/{name}.mpy", compiled)
    grant = Grant(
        badge_tag(b"\x22" * 32, DRIVER), 1, START_S - 3600, START_S + 86_400, GRANT_BOOKING, 0
    )
    storage = MemoryStorage()
    for part in grant_parts(1, START_S + 86_400, [grant]):
        taken(GrantSet(storage), part)
    write_file(image, "/state/grants", storage.files[GRANTS_FILE])
    for line in (BOARD.modem_ri, BOARD.reader_irq):
        car.pins.set_outside(line, 1)
    car.power_on()
    world.run_for(1800)
    car.box.meter.restart()
    return car


@pytest.fixture
def world() -> Iterator[World]:
    with World(start_unix_s=START_S, seed=3) as world:
        yield world


def test_a_parked_box_sleeps_from_look_to_look(world: World, tmp_path: Path) -> None:
    car = parked(world, tmp_path)
    world.run_for(3600)
    meter = car.box.meter
    assert meter.seconds()["light sleep"] > 0.995 * 3600
    assert meter.seconds().get("idle 240 MHz", 0) == 0
    assert 3600 / 4 <= meter.entered["light sleep"] < 1.4 * 3600 / 4
    assert (car.report()["crashes"], car.box.resets) == (0, [])


def test_it_sleeps_for_hours_and_the_watchdog_never_bites(world: World, tmp_path: Path) -> None:
    car = parked(world, tmp_path)
    world.run_for(8 * 3600)
    assert car.box.meter.seconds()["light sleep"] > 0.995 * 8 * 3600
    assert (car.report()["crashes"], car.box.resets) == (0, [])


def test_a_badge_that_wakes_it_opens_within_a_second(world: World, tmp_path: Path) -> None:
    car = parked(world, tmp_path)
    car.pins.set_outside(BOARD.reader_irq, 0)
    took_s = world.run_until(lambda: car.relay == "enabled", 2)
    car.pins.set_outside(BOARD.reader_irq, 1)
    assert took_s < 0.2
    world.run_for(600)
    assert car.box.meter.seconds()["idle 240 MHz"] > 590, "a trip is no time to sleep"


def test_what_keeps_the_modem_asleep_and_unreset_is_held(world: World, tmp_path: Path) -> None:
    car = parked(world, tmp_path)
    seen: list[int | None] = []
    for pin in (BOARD.modem_dtr, BOARD.modem_reset):
        car.pins.watch(pin, seen.append)
    world.run_for(60)
    assert seen == [], "they would float in every sleep"
    assert car.relay_changes == []
    assert car.wires.door_changes == []


@pytest.mark.parametrize("line", ["ignition", "crank", "door_contact"])
def test_a_line_that_goes_high_wakes_it_and_the_car_looks(
    world: World, tmp_path: Path, line: str
) -> None:
    car = parked(world, tmp_path)
    world.run_for(1.5)
    car.pins.set_outside(getattr(BOARD, line), 1)
    world.run_for(0.2)
    assert car.box.meter.entered["busy 240 MHz"] == 1, "it speeds up for what has come"
    world.run_for(60)
    assert (car.report()["crashes"], car.box.resets) == (0, []), "and no interrupt storms"


def test_the_ignition_wakes_it_until_it_is_off_again(world: World, tmp_path: Path) -> None:
    car = parked(world, tmp_path)
    car.set_ignition(True)
    world.run_for(300)
    assert car.box.meter.seconds().get("light sleep", 0) < 10
    car.set_ignition(False)
    world.run_for(300)
    car.box.meter.restart()
    world.run_for(300)
    assert car.box.meter.seconds()["light sleep"] > 290


def test_a_door_that_stands_open_does_not_keep_it_awake(world: World, tmp_path: Path) -> None:
    car = parked(world, tmp_path)
    car.pins.set_outside(BOARD.door_contact, 1)
    world.run_for(3600)
    assert car.box.meter.seconds()["light sleep"] > 0.99 * 3600


def test_the_modems_ring_line_wakes_it(world: World, tmp_path: Path) -> None:
    car = parked(world, tmp_path)
    world.run_until(lambda: car.box.meter.entered["light sleep"] == 3, 10)
    for level in (0, 1):
        car.pins.set_outside(BOARD.modem_ri, level)
        world.run_for(0.060)  # as CFGRI=1 has it
    assert car.box.meter.entered["light sleep"] > 3, "it was woken, and has gone to sleep again"
    assert "busy 240 MHz" not in car.box.meter.seconds(), "which is no reason to look at the car"


def test_it_can_be_reached_by_usb_for_ten_minutes_after_its_start(
    world: World, tmp_path: Path
) -> None:
    car = parked(world, tmp_path)
    car.box.brown_out()
    car.box.meter.restart()
    world.run_for(590)
    assert "light sleep" not in car.box.meter.seconds()
