"""Which entry a board becomes: one for one board, whatever is plugged in in which order."""

import pytest

from flasher.batch.choice import Use, chosen, hash_of, left
from flasher.batch.entries import Entry
from flasher.failures import FlashError
from flasher.failures.batch import BatchFailure

ONE, TWO, THREE = ("7c:df:a1:00:00:01", "7c:df:a1:00:00:02", "7c:df:a1:00:00:03")
AT_S = 1_795_000_000


def entry(number: int, mac: str | None = None, flashed_at_s: int | None = None) -> Entry:
    sealed = f"{number:02x}" * 40 if flashed_at_s is None else ""
    plate = f"AB-{number}00-CD"
    return Entry(plate, "lilygo_t_sim7670g_s3", f"{number:016x}", sealed, mac, flashed_at_s)


FREE = [entry(1), entry(2), entry(3)]


def refused(entries: list[Entry], mac: str, plate: str | None, **uses: Use) -> FlashError:
    with pytest.raises(FlashError) as caught:
        chosen(entries, uses, mac, plate)
    return caught.value


def test_boards_take_the_entries_in_their_order() -> None:
    assert chosen(FREE, {}, ONE, None) == FREE[0]
    entries = [entry(1, ONE, AT_S), entry(2, TWO), entry(3)]
    assert chosen(entries, {}, THREE, None) == entries[2]
    assert left(entries, {}) == 2


def test_a_board_that_was_begun_goes_on_with_its_own_entry() -> None:
    entries = [entry(1), entry(2, TWO), entry(3)]
    assert chosen(entries, {}, TWO, None) == entries[1]
    assert chosen(entries, {}, TWO, "ab 200 cd") == entries[1]
    error = refused(entries, TWO, "AB-100-CD")
    assert error.failure is BatchFailure.BOARD_BEGUN
    assert "--car AB-200-CD" in str(error)


def test_a_car_is_asked_for_by_its_plate_however_it_is_written() -> None:
    for plate in ("AB-300-CD", "ab 300 cd", "AB300CD"):
        assert chosen(FREE, {}, ONE, plate) == FREE[2]
    error = refused(FREE, ONE, "ZZ-999-ZZ")
    assert error.failure is BatchFailure.NO_ENTRY
    assert "AB-100-CD, AB-200-CD, AB-300-CD" in str(error)


def test_a_used_entry_is_refused_and_says_on_which_board_and_when() -> None:
    entries = [entry(1, ONE, AT_S), entry(2)]
    error = refused(entries, TWO, "AB-100-CD")
    assert error.failure is BatchFailure.ENTRY_USED
    assert ONE in str(error)
    assert "2026-11-1" in str(error)
    assert refused(entries, ONE, "AB-100-CD").failure is BatchFailure.ENTRY_USED


def test_an_entry_that_was_begun_is_for_no_other_board() -> None:
    error = refused([entry(1, ONE)], TWO, "AB-100-CD")
    assert error.failure is BatchFailure.ENTRY_BEGUN
    assert ONE in str(error)


def test_a_board_that_is_done_takes_no_second_entry_unless_its_car_is_named() -> None:
    entries = [entry(1, ONE, AT_S), entry(2)]
    error = refused(entries, ONE, None)
    assert error.failure is BatchFailure.BOARD_DONE
    assert "AB-100-CD" in str(error)
    assert chosen(entries, {}, ONE, "AB-200-CD") == entries[1]


def test_when_all_are_used_those_that_were_begun_elsewhere_are_named() -> None:
    entries = [entry(1, ONE, AT_S), entry(2, TWO)]
    error = refused(entries, THREE, None)
    assert error.failure is BatchFailure.ALL_USED
    assert f"AB-200-CD ({TWO})" in str(error)
    assert refused([entry(1, ONE, AT_S)], TWO, None).failure is BatchFailure.ALL_USED


def test_what_this_computer_knows_holds_against_a_copy_of_the_file() -> None:
    first = hash_of(FREE[0])
    done, begun = {first: Use(ONE, AT_S)}, {first: Use(ONE, None)}
    assert chosen(FREE, done, TWO, None) == FREE[1]
    assert left(FREE, done) == 2
    with pytest.raises(FlashError) as caught:
        chosen(FREE, done, TWO, "AB-100-CD")
    assert caught.value.failure is BatchFailure.ENTRY_USED
    assert chosen(FREE, begun, ONE, None) == FREE[0]
    assert chosen(FREE, begun, TWO, None) == FREE[1]
    with pytest.raises(FlashError) as caught:
        chosen(FREE, begun, TWO, "AB-100-CD")
    assert caught.value.failure is BatchFailure.ENTRY_BEGUN
