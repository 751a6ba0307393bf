"""A technician's morning: boards become boxes from one batch file, then all of them come online.

    python -m tests.benchmarks.morning --boxes 44

The batch is what `voiturier box batch` writes. Each board is flashed by the command that she types,
which has no server to speak to; only then are the boxes switched on, each from its own flash.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import read_file
from simulator.devices.car import Car
from simulator.devices.rom_loader import RomLoader
from simulator.engine.world import World
from tests.chain import START_S, voiturier
from tests.flasher.micropython import NAME, invented
from tests.fleet import fleet, vehicle

PASSPHRASE = "fourteen tired horses"
_PATIENCE_S = 900
_FIRST_MAC = 0x7CDFA1000001


class Morning(NamedTuple):
    """What came of it.

    Attributes:
        flashing_s: how long each board took, in real seconds.
        online_s: of the world's, from the first box's switch to the last one's connection.
        batch: what is left of the batch file.
        said: all that flash.sh printed.
    """

    flashing_s: list[float]
    online_s: float
    batch: str
    said: str


def morning(folder: Path, boxes: int, say: Callable[[str], None]) -> Morning:
    """Spend it.

    Args:
        folder: an empty one.
        boxes: how many cars there are.
        say: is told how far it is.
    """
    plates = [f"VT-{number:03}-AA" for number in range(1, boxes + 1)]
    data_dir, file, batch = folder / "data", folder / "fleet.json", folder / "batch.json"
    phrase, micropython = folder / "phrase.txt", folder / NAME
    file.write_text(json.dumps(fleet([vehicle(plate) for plate in plates], [], [])))
    phrase.write_text(PASSPHRASE)
    phrase.chmod(0o600)
    micropython.write_bytes(invented())
    voiturier("load", str(file), "--data", str(data_dir))
    with World(start_unix_s=START_S, seed=7) as world:
        server = world.start_server(data_dir)
        voiturier(
            *("box", "batch", "--cars-without-box", "--out", str(batch)),
            *("--passphrase-file", str(phrase), "--server", f"127.0.0.1:{server.boxes_port}"),
            *("--data", str(data_dir)),
        )
        flashing_s, images, said = [], [], ""
        for number in range(boxes):
            began_s = time.monotonic()
            image, words = _flashed(folder, number)
            flashing_s.append(time.monotonic() - began_s)
            images.append(image)
            said += words
            say(f"{number + 1} of {boxes} flashed, {flashing_s[-1]:.1f} s")
        cars = [Car(world, json.loads(read_file(each, "/identity.json")), each) for each in images]
        began_s = world.now_s
        for car in cars:
            car.power_on()
        world.run_until(lambda: all(car.report()["connections"] for car in cars), _PATIENCE_S)
        online_s = world.now_s - began_s
    say(f"{boxes} of {boxes} online after {online_s:.0f} s")
    return Morning(flashing_s, online_s, batch.read_text(), said)


def _flashed(folder: Path, number: int) -> tuple[Path, str]:
    """Flash one board by the next entry; return the image of its file system, and what was said."""
    with RomLoader(mac=(_FIRST_MAC + number).to_bytes(6, "big")) as board:
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "flasher", "--port", board.path, "--no-bench"),
                *("--image", str(folder / NAME), "--batch", str(folder / "batch.json")),
                *("--passphrase-file", str(folder / "phrase.txt")),
            ],
            cwd=folder,
            env={**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "LC_ALL": "C"},
            input="yes\n" * (number == 0) + "\nq\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        image = folder / f"{number}.lfs2"
        image.write_bytes(board.flash.data[FILE_SYSTEM_AT:])
    return image, ran.stdout + ran.stderr


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boxes", type=int, default=44)
    with tempfile.TemporaryDirectory() as name:
        spent = morning(Path(name), parser.parse_args().boxes, print)
    print(
        f"{len(spent.flashing_s)} boards: median {statistics.median(spent.flashing_s):.1f} s each,"
        f" worst {max(spent.flashing_s):.1f} s, {sum(spent.flashing_s):.0f} s in all;"
        f" all online after {spent.online_s:.0f} s"
    )
