"""Whatever is wrong with the flash: the car stays as it was, and the box is back or limps."""

import pytest

from tests.firmware.start_table.outcomes import (
    BLANK,
    LIMPS,
    LOOPS,
    MARKS,
    REPL,
    STARTS,
    TABLE,
    Outcome,
    outcomes,
    rows,
)
from tests.support import FULL

WATCHDOG_RESET = 3


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    return list(outcomes(tmp_path_factory.mktemp("start"), 1.0 if FULL else 0.2))


def test_no_damage_moves_the_relay_or_the_doors(found: list[Outcome]) -> None:
    assert len(found) >= (50 if FULL else 20)
    assert [one for one in found if one.pulses] == []


def test_the_box_is_back_or_limps_unless_what_starts_it_is_damaged(found: list[Outcome]) -> None:
    alone = ("/boot.py", "/main.py")
    assert {one.what for one in found if one.damage.file not in alone} <= {STARTS, LIMPS, BLANK}
    assert {one.what for one in found if one.damage.file in alone} <= {STARTS, REPL, LOOPS}


def test_what_hangs_is_the_watchdogs_and_three_starts_at_most_come_before(
    found: list[Outcome],
) -> None:
    hanging = [one for one in found if "hangs" in one.damage.kind]
    assert len(hanging) == 2
    for one in hanging:
        assert one.resets == {WATCHDOG_RESET: 3}
    assert all(sum(one.resets.values()) <= 3 for one in found if one.what != LOOPS)


def test_a_start_that_cannot_be_counted_and_fails_is_followed_by_limping_at_once(
    found: list[Outcome],
) -> None:
    alone, failing = (one for one in found if one.damage.kind.startswith("cannot be written"))
    assert (alone.what, alone.resets) == (STARTS, {})
    assert (failing.what, sum(failing.resets.values())) == (LIMPS, 1)


def test_a_sound_second_slot_takes_over(found: list[Outcome]) -> None:
    beside = [one for one in found if "/b/" in one.damage.kind]
    assert [one.what for one in beside] == [STARTS, STARTS]


def test_damaged_state_or_journal_keeps_no_box_from_starting(found: list[Outcome]) -> None:
    kept = [one for one in found if one.damage.file.startswith(("/state/", "/journal/"))]
    strange = {one.damage.file for one in kept if one.what != STARTS}
    assert strange == {"/state/version"}, "state of another version is left alone"


def test_the_documented_table_is_what_comes_out(found: list[Outcome]) -> None:
    _, _, rest = TABLE.read_text().partition(MARKS[0])
    table, _, _ = rest.partition(MARKS[1])
    known, seen = table.strip().splitlines(), rows(found).splitlines()
    assert known == seen if FULL else set(seen) <= set(known)
