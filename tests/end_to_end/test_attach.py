"""What card or network want of the box it gives, or stands still by a named cause."""

from pathlib import Path

import pytest

from tests.benchmarks.attach_recovery import SCENARIOS, measure

# Seconds from power-on to the first session. The modem takes 8 to start and 3 to find a cell; a
# context that has to be set costs another search.
LIMIT_S = 60
WIRE_BYTES = 1500  # the hour's first session, with grants and its few records
COME = [name for name, scenario in SCENARIOS.items() if scenario.reaches]


@pytest.mark.xfail(strict=True, reason="M2, M3, M4: context, PIN, registration")
@pytest.mark.parametrize("name", COME)
def test_a_box_comes_online_and_loses_nothing(name: str, tmp_path: Path) -> None:
    told = measure(name, tmp_path)
    assert told.online_s <= LIMIT_S
    assert told.restarts == 0
    assert told.wire_bytes <= WIRE_BYTES
    assert told.lost == 0
    assert told.tries_left == 3


@pytest.mark.xfail(strict=True, reason="M3: three boots with a wrong PIN")
def test_a_wrong_pin_is_tried_once_however_often_box_and_modem_start(tmp_path: Path) -> None:
    told = measure("pin_wrong", tmp_path)
    assert told.tries_left == 2
    assert told.lost == 0


def test_without_a_pin_none_is_tried(tmp_path: Path) -> None:
    told = measure("pin_none", tmp_path)
    assert told.tries_left == 3
    assert told.lost == 0
