"""From a blank board to a box that has proved itself and is online, as a technician sees it."""

from collections.abc import Callable
from pathlib import Path

from firmware.selftest.outcomes import CHECKS
from flasher.words import Words
from simulator.engine.world import World
from simulator.play.law import Watch
from tests.chain import PLATE, START_S, voiturier
from tests.end_to_end.flashing.technician import Desk
from tests.simulator.play.bench import ask_for_test


def test_a_blank_board_is_flashed_passes_its_bench_test_comes_online_and_drives(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with World(start_unix_s=START_S, seed=7) as world:
        desk = Desk(world, tmp_path)
        with desk.bench.board:
            ran = desk.flash(PLATE, "--replace")
            assert ran.returncode == 0, ran.said
            chain, watch = desk.chain, Watch(desk.car)
            told = dict(chain.rows("select check_name, outcome from bench_line"))
            assert told == dict.fromkeys(CHECKS, "ok") | {"door": "not_fitted"}
            world.run_until(lambda: bool(chain.car.box.resets), 5)
            world.run_for(1)
            chain.start_driving()
            world.run_for(60)
            chain.park_and_end()
            (trip,) = chain.trips()["trips"]
            assert trip["vehicle"] == PLATE
            assert not chain.unaccounted()
            assert (chain.car.box.resets, chain.car.report()["crashes"]) == ([2], 0)
            assert watch.broken == []
    written_s, tested_s = (
        next(at_s for line, at_s in ran.spent_s.items() if line.startswith(begins))
        for begins in ("Written and verified", Words.BENCH_GREEN.said())
    )
    record_property("sample", f"written after {written_s:.0f} s, tested after {tested_s:.0f} s")


def test_a_box_that_was_replaced_meanwhile_is_told_that_the_server_refuses_it(
    tmp_path: Path,
) -> None:
    with World(start_unix_s=START_S, seed=7) as world:
        desk = Desk(world, tmp_path)
        with desk.bench.board:
            assert desk.flash(PLATE, "--replace", "--no-bench").returncode == 0
            desk.bench.switch_off()
            ask_for_test(desk.bench, tmp_path)
            voiturier(
                *("box", "add", "--vehicle", PLATE, "--replace", "--server", "127.0.0.1:1"),
                *("--out", str(tmp_path / "another.json"), "--data", str(desk.data_dir)),
            )
            world.run_until(lambda: desk.bench.runs, 1)
            fitter = desk.bench.fitter
            assert fitter is not None
            world.run_until(lambda: fitter.end is not None, 600)
            assert fitter.results["server"]["failure"] == "SERVER_REFUSES"
            assert fitter.results["signal"]["outcome"] == "ok"


def test_a_box_that_works_makes_its_bench_test_again_and_keeps_what_it_owes(
    tmp_path: Path,
) -> None:
    with World(start_unix_s=START_S, seed=7) as world:
        desk = Desk(world, tmp_path)
        with desk.bench.board:
            assert desk.flash(PLATE, "--replace", "--no-bench").returncode == 0
            world.run_until(lambda: desk.bench.runs, 1)
            desk.chain.start_driving()
            world.run_for(60)
            desk.chain.park_and_end()
            ran = desk.type("--test")
            assert ran.returncode == 0, ran.said
            told = dict(desk.chain.rows("select check_name, outcome from bench_line"))
            assert told == dict.fromkeys(CHECKS, "ok") | {"door": "not_fitted"}
            world.run_for(60)
            assert len(desk.chain.trips()["trips"]) == 1
            assert not desk.chain.unaccounted()
