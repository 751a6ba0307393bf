"""The idle flood of tests/benchmarks/idle_flood.py, for seconds: what of it is no time."""

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.idle_flood import CONNECTIONS, DESCRIPTORS, run
from tests.support import FULL

SECONDS = 20 if FULL else 3
MOST_LINES_A_KIND, KINDS = 61, 10


async def test_boxes_and_a_person_are_served_in_a_flood_that_is_hardly_logged(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    sample = f"{CONNECTIONS} connections, {DESCRIPTORS} descriptors, {SECONDS} s each way"
    record_property("sample", sample)
    outcome = await run(tmp_path / "data", SECONDS)
    assert outcome.stored == outcome.made > 0
    for phase in outcome.phases:
        assert phase.pages_ms
        assert phase.failed == 0
        minutes = 1 + sum(phase.pages_ms) / 60_000
        assert phase.log_lines < MOST_LINES_A_KIND * KINDS * minutes
    assert outcome.stop_code == 0
