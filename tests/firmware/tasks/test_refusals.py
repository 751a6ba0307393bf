"""How many refusals are recorded of a box that somebody resets again and again."""

from shared_protocol.records import REFUSED_UNKNOWN_BADGE, Boot, Refusal
from tests.firmware.tasks.vehicle_bench import STRANGER, Box

MOST_A_DAY = 30
REFUSED = Refusal(STRANGER, REFUSED_UNKNOWN_BADGE)


def told(box: Box) -> int:
    return len(box.facts(Refusal))


def presents(box: Box, times: int) -> None:
    box.recorder.write((Boot(1, "1", 7),), box.wires.ms)
    for _ in range(times):
        box.recorder.write((REFUSED,), box.wires.ms)


def test_a_box_that_is_reset_again_and_again_records_a_days_refusals_and_no_more(boot):
    for _ in range(9):
        presents(boot(), 40)
    assert told(boot()) == MOST_A_DAY


def test_also_where_nobody_knows_the_time(boot):
    for _ in range(9):
        box = boot()
        box.recorder._clock.time_s = lambda now_ms: 0
        presents(box, 40)
    assert told(boot()) == MOST_A_DAY
