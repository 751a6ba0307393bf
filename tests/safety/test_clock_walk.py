"""The walk of the clock, and the defects that it must find."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from firmware.logic import clock as clock_module
from firmware.logic.clock import Clock
from tests.safety import clock_walk
from tests.safety.clock_walk import walk
from tests.support import FULL

DEPTH = 7 if FULL else 5


@pytest.mark.parametrize("liar", ["sky", "server"])
def test_whoever_lies_no_word_moves_a_clock_that_knew_better_and_the_truth_brings_it_back(
    liar: str, record_property: Callable[[str, object], None]
) -> None:
    found = walk(liar, DEPTH)
    record_property("sample", f"depth {DEPTH}: {found.states} states, {found.transitions} events")
    assert not found.broken, f"{found.broken}: {', '.join(found.way)}"
    assert found.transitions > found.states > 100, "it has walked"


def _moves_at_once(clock: Any, is_gnss: bool, now_ms: int) -> None:
    clock._move(clock_module._SERVER, now_ms)
    clock._alone = False


def _as_sure_as_two(shipped: Any) -> Any:
    def move(clock: Any, rests_on: int, now_ms: int) -> None:
        shipped(clock, clock_module._BOTH if rests_on == clock_module._GNSS else rests_on, now_ms)

    return move


def _goes_back_to_one_word(shipped: Any) -> Any:
    def go_back(clock: Any, now_ms: int) -> bool:
        alone, clock._alone = clock._alone, True
        withdrawn = bool(shipped(clock, now_ms))
        if not withdrawn:
            clock._alone = alone
        return withdrawn

    return go_back


PLANTED = {
    "one word of the server moves the clock (L3)": (
        "server",
        patch.object(Clock, "_hear_server_apart", _moves_at_once),
    ),
    "one word moves the clock, which says that it doubts": (
        "server",
        patch.object(
            Clock,
            "_hear_server_apart",
            lambda clock, is_gnss, now_ms: (
                clock._move(clock_module._SERVER, now_ms),
                setattr(clock, "_alone", True),
            ),
        ),
    ),
    "satellites alone move the clock (L4)": (
        "sky",
        patch.object(Clock, "_may_replace_server", lambda clock, now_ms: True),
    ),
    "the server outside is never kept beside": (
        "server",
        patch.object(Clock, "doubtful", False),
    ),
    "what was one word then is gone back to at one word": (
        "server",
        patch.object(Clock, "_go_back", _goes_back_to_one_word(Clock._go_back)),
    ),
    "an estimate of satellites alone stands against the server": (
        "sky",
        patch.object(Clock, "_move", _as_sure_as_two(Clock._move)),
    ),
    "whatever the server says after a power cut, the number goes on": (
        "server",
        patch.object(clock_walk, "_stretch_of", lambda ahead_s: 1),
    ),
    "the numbers begin again after a power cut": (
        "sky",
        patch.object(clock_module, "opened", lambda data: (0, 0, 0, 0, 0)),
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_defect_of_the_clock_is_found(name: str) -> None:
    liar, plant = PLANTED[name]
    with plant:
        found = walk(liar, 6)
    assert found.broken, f"not found in {found.states} states"
