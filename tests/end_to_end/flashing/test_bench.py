"""From a blank board to a box that has proved itself and is online, as a technician sees it."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from firmware.selftest.outcomes import CHECKS
from simulator.engine.world import World
from simulator.play.bench import Bench
from simulator.play.law import Watch
from tests.chain import DRIVER_BADGE, PLATE, START_S, Chain, new_fleet, voiturier
from tests.flasher.micropython import NAME, invented
from tests.simulator.play.bench import ask_for_test


@contextlib.contextmanager
def flashed(tmp_path: Path) -> Iterator[tuple[Chain, Bench]]:
    """A box that `python -m flasher` has just made of a blank board; its server runs."""
    data_dir, _ = new_fleet(tmp_path)
    (tmp_path / NAME).write_bytes(invented())
    path = tmp_path / "new_box.json"
    with World(start_unix_s=START_S, seed=7) as world:
        server = world.start_server(data_dir)
        where = ("--server", f"127.0.0.1:{server.boxes_port}", "--out", str(path))
        data = ("--data", str(data_dir))
        voiturier("box", "add", "--vehicle", PLATE, "--replace", *where, *data)
        bench = Bench(world, tmp_path, badge=DRIVER_BADGE)
        with bench.board as board:
            made = subprocess.run(
                [
                    *(sys.executable, "-m", "flasher", "--port", board.path),
                    *("--image", str(tmp_path / NAME), "--identity", str(path)),
                ],
                env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config")},
                input="yes\n",
                capture_output=True,
                text=True,
                check=False,
            )
            assert made.returncode == 0, made.stderr
            board.wait_until_pulled()  # or rather has left its loader
            assert board.has_left
            ask_for_test(bench, tmp_path)
            world.run_until(lambda: bench.runs, 1)
            assert bench.car is not None
            identity = json.loads(path.read_text())
            yield Chain(world, server, bench.car, data_dir, identity), bench


def test_a_blank_board_is_flashed_passes_its_bench_test_and_comes_online(tmp_path: Path) -> None:
    with flashed(tmp_path) as (chain, bench):
        watch, fitter = Watch(chain.car), bench.fitter
        assert fitter is not None
        chain.world.run_until(lambda: fitter.end is not None, 600)
        told = {check: said["outcome"] for check, said in fitter.results.items()}
        assert told == dict.fromkeys(CHECKS, "ok") | {"door": "not_fitted"}, fitter.results
        assert fitter.end == {"done": True}
        assert not chain.rows("select 1 from record"), "the test says nothing to the server"
        chain.world.run_until(lambda: bool(chain.car.box.resets), 5)
        chain.world.run_for(1)
        chain.get_ready()
        assert (chain.car.box.resets, chain.car.report()["crashes"]) == ([2], 0)
        chain.world.run_for(60)
        assert chain.rows("select count(*) from record")[0][0] > 0
        assert not chain.unaccounted()
        chain.start_driving()
        chain.world.run_for(60)
        chain.park_and_end()
        (trip,) = chain.trips()["trips"]
        assert trip["vehicle"] == PLATE
        assert watch.broken == []


def test_a_server_that_does_not_know_the_box_is_told_from_one_that_is_not_there(
    tmp_path: Path,
) -> None:
    with flashed(tmp_path) as (chain, bench):
        fitter = bench.fitter
        assert fitter is not None
        voiturier(
            *("box", "add", "--vehicle", PLATE, "--replace", "--server", "127.0.0.1:1"),
            *("--out", str(tmp_path / "another.json"), "--data", str(chain.data_dir)),
        )
        chain.world.run_until(lambda: fitter.end is not None, 600)
        assert fitter.results["server"]["failure"] == "SERVER_REFUSES"
        assert fitter.results["signal"]["outcome"] == "ok"
