"""For how long nobody has used a car, counted over resets."""

from firmware.logic.signs.unused import Unused

MINUTE_MS = 60_000
KEPT_EVERY_MS = 10 * MINUTE_MS


def begun(now_ms=0, on=False):
    """A count that begins with a look at a car with an open trip."""
    unused = Unused(b"", now_ms)
    assert unused.look(now_ms, True, on, False) is False, "flash knows of no count"
    return unused


def test_it_counts_from_the_last_use_and_is_kept_every_ten_minutes():
    unused = begun(7)
    for minutes in (10, 20, 30):
        at_ms = 7 + minutes * MINUTE_MS
        assert unused.look(at_ms - 1, True, False, False) is False
        assert unused.look(at_ms, True, False, False) is True
        assert unused.ms(at_ms) == minutes * MINUTE_MS


def test_a_reset_counts_on_from_what_was_kept():
    unused = begun()
    assert unused.look(KEPT_EVERY_MS, True, False, False) is True
    stored = unused.to_bytes(KEPT_EVERY_MS)
    again = Unused(stored, 3_000)
    assert again.ms(3_000) == KEPT_EVERY_MS
    assert again.look(3_000 + KEPT_EVERY_MS - 1, True, False, False) is False
    assert again.look(3_000 + KEPT_EVERY_MS, True, False, False) is True
    assert again.ms(3_000 + KEPT_EVERY_MS) == 2 * KEPT_EVERY_MS
    stored = unused.to_bytes(72 * 3_600_000)
    assert Unused(stored, 3_000).ms(3_000) == 72 * 3_600_000


def test_each_use_begins_anew_and_is_told_to_flash_once_if_that_holds_a_count():
    for how in ("moves", "no trip", "switch", "badge"):
        for is_kept in (False, True):
            unused = begun()
            at_ms = KEPT_EVERY_MS if is_kept else 5_000
            assert unused.look(at_ms, True, False, False) is is_kept
            at_ms += 1_000
            if how == "badge":
                assert unused.used(at_ms) is is_kept
            else:
                seen = unused.look(at_ms, how != "no trip", how == "switch", how == "moves")
                assert seen is is_kept
            assert unused.ms(at_ms) == 0
            assert unused.used(at_ms) is False
            assert Unused(unused.to_bytes(at_ms), 0).ms(0) == 0


def test_a_car_that_is_driven_writes_nothing():
    unused = begun()
    for second in range(4_000):
        assert unused.look(second * 1000, True, False, True) is False


def test_a_reset_in_which_the_ignition_line_changed_has_hidden_a_use():
    for on in (False, True):
        unused = begun(on=on)
        assert unused.look(KEPT_EVERY_MS, True, on, False) is True
        stored = unused.to_bytes(KEPT_EVERY_MS)
        assert Unused(stored, 9).look(9, True, on, False) is False
        again = Unused(stored, 9)
        assert again.look(9, True, not on, False) is True
        assert again.ms(9) == 0


def test_of_a_damaged_file_nothing_is_believed():
    for stored in (b"", b"\x00", b"\x01" * 4, b"\x01" * 6):
        assert Unused(stored, 5_000).ms(5_000) == 0
