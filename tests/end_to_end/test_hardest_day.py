"""The budget of the box's heap holds on its hardest day: 500 badges, 64 bookings, a power cut."""

from pathlib import Path

from simulator.engine.box import DEFAULT_HEAP, word_bits
from tests.benchmarks.badge_latency import Bench, in_a_grants_update
from tests.benchmarks.smallest_heap import BADGES, BOOKINGS, passes


def test_the_hardest_day_passes_in_the_budget() -> None:
    assert (BADGES, BOOKINGS, DEFAULT_HEAP[32]) == (500, 64, "256k")
    report = passes(int(DEFAULT_HEAP[word_bits()].removesuffix("k")))
    assert report is not None
    assert report["stack_loading_bytes"] < 15_360, "what the chip gives"


def test_whole_sets_come_in_again_and_again_and_no_block_is_too_large_for_the_heap(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, seed=101)
    with bench.world:
        for _ in range(30):
            in_a_grants_update(bench)
        assert bench.car.report()["crashes"] == 0, bench.car.box.console()
