"""From a blank board to the first trip in the log, by the commands that a technician types."""

import json
import os
import subprocess
import sys
from pathlib import Path

from flasher.flashing import FILE_SYSTEM_AT
from simulator.devices.car import Car
from simulator.devices.rom_loader import RomLoader
from simulator.engine.world import World
from tests.chain import PLATE, START_S, Chain, new_fleet, voiturier
from tests.flasher.micropython import NAME, invented
from tests.support import ROOT


def test_a_blank_board_is_flashed_connects_to_its_server_and_its_first_trip_is_in_the_log(
    tmp_path: Path,
) -> None:
    data_dir, _ = new_fleet(tmp_path)
    (tmp_path / NAME).write_bytes(invented())
    path, flash = tmp_path / "new_box.json", tmp_path / "flash.img"
    with World(start_unix_s=START_S, seed=7) as world, RomLoader() as board:
        server = world.start_server(data_dir)
        where = ("--server", f"127.0.0.1:{server.boxes_port}", "--out", str(path))
        data = ("--data", str(data_dir))
        voiturier("box", "add", "--vehicle", PLATE, "--replace", *where, *data)
        flashed = subprocess.run(
            [
                *(sys.executable, "-m", "flasher", "--port", board.path),
                *("--image", str(tmp_path / NAME), "--identity", str(path), "--no-bench"),
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "XDG_CONFIG_HOME": str(tmp_path / "config"),
            },
            input="yes\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert flashed.returncode == 0, flashed.stderr
        content = bytes(board.flash.data[FILE_SYSTEM_AT:])
        flash.write_bytes(content)
        identity = json.loads(path.read_text())
        car = Car(world, identity, flash)
        assert flash.read_bytes() == content, "the box starts from what was written, byte for byte"
        car.power_on()
        chain = Chain(world, server, car, data_dir, identity)
        chain.start_driving()
        world.run_for(120)
        chain.park_and_end()
        (trip,) = chain.trips()["trips"]
        assert trip["vehicle"] == PLATE
        assert not chain.unaccounted()


def test_flash_sh_finds_its_folder_and_its_files_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "here.json").write_text("[1]")
    command = [ROOT / "flash.sh", "--identity", "here.json", "--image", NAME]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "[NOT_AN_IDENTITY] here.json" in told.stderr
    helped = subprocess.run([ROOT / "flash.sh", "--help"], capture_output=True, text=True)
    assert "usage: flash.sh" in helped.stdout
