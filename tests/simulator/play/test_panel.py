"""What the panel showed, read back from its wires."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.access.signals import SLOT_MS, slots
from simulator.play.panel import shown
from simulator.play.reasons import OFF_AIR, REFUSALS
from tests.firmware.logic.every_signal import EVERY

Change = tuple[int, str, int]
REASONS = {
    "refused": {number: name for name, number in REFUSALS.items()},
    "off_air": {number: name for name, number in OFF_AIR.items()},
}


def name_of(event: str) -> str:
    """An event of the firmware's table as the simulator says it."""
    head, _, number = event.partition(" ")
    return f"{head} {REASONS[head][int(number)]}" if head in REASONS else event


def played(event: str, begun_ms: int, late_ms: int = 0, slots_shown: int = 99) -> list[Change]:
    """The changes that showing an event makes, each slot ending that much late."""
    changes: list[Change] = []
    before = (0, 0, 0)
    for number, levels in enumerate([*slots(event)[:-1][:slots_shown], (0, 0, 0)]):
        for name, level, old in zip(("green", "red", "buzzer"), levels, before, strict=True):
            if level != old:
                changes.append((begun_ms + number * (SLOT_MS + late_ms), name, level))
        before = levels
    return changes


@pytest.mark.parametrize("event", EVERY)
def test_every_event_of_the_firmware_is_read_back(event: str) -> None:
    assert shown(played(event, 1000), 9000) == [name_of(event)]


@given(st.lists(st.sampled_from(sorted(EVERY)), max_size=5), st.integers(0, 20))
def test_several_events_are_read_in_order_though_the_box_is_late(
    events: list[str], late_ms: int
) -> None:
    changes, now_ms = [], 1000
    for event in events:
        changes += played(event, now_ms, late_ms)
        now_ms += 5000
    assert shown(changes, now_ms) == [name_of(event) for event in events]


def test_an_event_that_cuts_another_short_is_the_one_that_is_read() -> None:
    changes = played("refused 1", 1000, slots_shown=2)[:-2]  # lit still
    changes += [(1300, "red", 0), *played("started", 1300)]
    assert shown(changes, 9000) == ["started"]


def test_the_half_of_a_pattern_is_not_taken_for_a_shorter_one() -> None:
    changes = played("ended", 1000)
    assert shown([change for change in changes if change[0] <= 1300], 1400) == ["G.G"]


def test_what_is_no_event_is_told_as_it_was() -> None:
    assert shown([(1000, "red", 1), (2000, "red", 0)], 9000) == ["r" * 7]


def test_nothing_was_shown_on_a_dark_panel() -> None:
    assert shown([], 9000) == []
