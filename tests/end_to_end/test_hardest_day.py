"""The budget of the box's heap holds on its hardest day: 500 badges, 64 bookings, a power cut."""

from simulator.engine.box import DEFAULT_HEAP, word_bits
from tests.benchmarks.smallest_heap import BADGES, BOOKINGS, passes


def test_the_hardest_day_passes_in_the_budget() -> None:
    assert (BADGES, BOOKINGS, DEFAULT_HEAP[32]) == (500, 64, "256k")
    report = passes(int(DEFAULT_HEAP[word_bits()].removesuffix("k")))
    assert report is not None
    assert report["stack_loading_bytes"] < 15_360, "what the chip gives"
