"""What proves the ignition line, to the millisecond; tests/firmware/properties/ has the rest."""

from firmware.logic.signs.ignition_line import IgnitionLine, NoLine
from shared_protocol import codec

NOW_S = 1_700_000_000
DAY_S = 86_400
ON_AND_MOVES, OFF_AND_STANDS, OFF_AND_MOVES = (True, 5_000), (False, 500), (False, 5_000)
BETWEEN = (True, 4_999), (True, 0), (False, 501), (False, 4_999), (True, None), (False, None)


def kept(denied=0, on_s=0, off_s=0):
    """What flash holds of a line."""
    return codec.encode("BII", (denied, on_s, off_s))


def sees(line, look, ms=10_000, time_s=NOW_S, began_ms=100_000, step_ms=5_000):
    """Look at the same thing for so long; whether there was something to store, each time."""
    on, speed_mm_s = look
    line.look(began_ms - 1, True, None, time_s)
    times = list(range(0, ms, step_ms)) + [ms]
    return [line.look(began_ms + at, on, speed_mm_s, time_s) for at in times]


def test_a_new_line_is_proven_only_by_who_commissioned_it():
    for line, is_proven in ((IgnitionLine(), False), (IgnitionLine(commissioned=True), True)):
        assert line.to_bytes() == kept()
        assert line.denied is False
        assert line.proven(NOW_S) is line.proven(0) is is_proven


def test_each_half_takes_ten_seconds_and_is_stored_once():
    for look, stored in (
        (ON_AND_MOVES, kept(on_s=NOW_S)), (OFF_AND_STANDS, kept(off_s=NOW_S)),
        (OFF_AND_MOVES, kept(denied=1)),
    ):  # fmt: skip
        line = IgnitionLine()
        assert sees(line, look, 9_999) == [False, False, False]
        assert line.to_bytes() == kept() and not line.denied
        assert sees(line, look) == [False, False, True]
        assert line.to_bytes() == stored
        assert line.denied is (look == OFF_AND_MOVES)
        assert sees(line, look) == [False, False, False]
        assert line.to_bytes() == stored
        assert sees(IgnitionLine(), look, 10_002, step_ms=5_001) == [False, False, False]


def test_what_neither_moves_nor_stands_proves_nothing():
    for look in BETWEEN:
        line = IgnitionLine()
        assert sees(line, look, 30_000) == [False] * 7
        assert line.to_bytes() == kept() and not line.denied


def test_what_changes_within_the_ten_seconds_begins_anew():
    line = IgnitionLine()
    for at, look in ((0, ON_AND_MOVES), (5_000, OFF_AND_STANDS), (10_000, ON_AND_MOVES)):
        assert line.look(at, *look, NOW_S) is False
    assert line.to_bytes() == kept()


def test_at_boot_nothing_has_been_seen_yet():
    for look in (ON_AND_MOVES, OFF_AND_STANDS, OFF_AND_MOVES):
        line = IgnitionLine()
        assert line.look(3_000, *look, NOW_S) is False
        assert line.look(8_000, *look, NOW_S) is False
        assert line.look(12_999, *look, NOW_S) is False
        assert line.look(13_000, *look, NOW_S) is True


def test_a_proof_needs_both_halves_none_older_than_thirty_days():
    month_s = 30 * DAY_S
    old_s = NOW_S - month_s
    for on_s, off_s, is_proven in (
        (NOW_S, NOW_S, True), (NOW_S, 0, False), (0, NOW_S, False), (old_s, NOW_S, True),
        (NOW_S, old_s, True), (old_s - 1, NOW_S, False), (NOW_S, old_s - 1, False),
        (NOW_S + month_s, NOW_S, True), (NOW_S + month_s + 1, NOW_S, False),
    ):  # fmt: skip
        line = IgnitionLine(kept(0, on_s, off_s))
        assert line.proven(NOW_S) is is_proven
        assert line.proven(0) is bool(on_s and off_s)


def test_a_half_is_stored_again_after_a_day():
    for ago_s, is_stored in ((DAY_S - 1, False), (DAY_S, True), (-DAY_S, True), (1 - DAY_S, False)):
        seen_s = NOW_S - ago_s
        line = IgnitionLine(kept(0, seen_s, seen_s))
        assert sees(line, ON_AND_MOVES)[-1] is sees(line, OFF_AND_STANDS)[-1] is is_stored
        again_s = NOW_S if is_stored else seen_s
        assert line.to_bytes() == kept(0, again_s, again_s)


def test_a_denied_line_loses_both_halves_and_may_prove_itself_again():
    line = IgnitionLine(kept(0, NOW_S, NOW_S), commissioned=True)
    assert sees(line, OFF_AND_MOVES, time_s=0)[-1] is True
    assert line.to_bytes() == kept(1) and line.denied
    assert not line.proven(NOW_S) and not line.proven(0)
    assert sees(line, ON_AND_MOVES)[-1] is True
    assert not line.denied and not line.proven(NOW_S)
    sees(line, OFF_AND_STANDS)
    assert line.proven(NOW_S) and line.to_bytes() == kept(1, NOW_S, NOW_S)
    for halves in ((NOW_S, 0), (0, NOW_S)):
        line = IgnitionLine(kept(1, *halves))
        assert sees(line, OFF_AND_MOVES)[-1] is True
        assert line.to_bytes() == kept(1)


def test_at_an_unknown_time_nothing_is_proven():
    line = IgnitionLine()
    for look in (ON_AND_MOVES, OFF_AND_STANDS):
        assert sees(line, look, time_s=0) == [False, False, False]
    assert line.to_bytes() == kept()


def test_a_file_that_is_not_whole_is_none():
    whole = kept(0, NOW_S, NOW_S)
    for stored in (whole[:-1], whole + b"\x00"):
        assert IgnitionLine(stored).to_bytes() == kept()
    assert IgnitionLine(whole).to_bytes() == whole


def test_where_no_line_is_fitted_nothing_is_proven_denied_or_stored():
    line = NoLine()
    for look in (ON_AND_MOVES, OFF_AND_STANDS, OFF_AND_MOVES):
        assert sees(line, look) == [False, False, False]
        assert line.denied is False
        assert line.proven(NOW_S) is line.proven(0) is False
    assert line.to_bytes() == b""
