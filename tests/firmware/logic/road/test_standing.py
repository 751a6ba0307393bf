"""Off, stands, moves: each word of the definitions."""

from firmware.logic.road.standing import Standing


def after(*looks, step_ms=500):
    """The motion after looks of (ignition on, speed), `step_ms` apart."""
    now_ms = 1_000_000
    standing = Standing(now_ms)
    for on, speed in looks:
        standing.look(now_ms, on, speed)
        now_ms += step_ms
    return standing.motion(now_ms - step_ms)


def test_off_takes_five_seconds_without_a_break():
    assert not after(*[(False, 0)] * 10).off
    assert after(*[(False, 0)] * 11).off
    assert not after(*[(False, 0)] * 11, (True, 0), (False, 0)).off


def test_a_trusted_speed_stands_after_five_seconds_also_with_the_ignition_on():
    assert not after(*[(True, 500)] * 10).stands
    assert after(*[(True, 500)] * 11).stands
    assert not after(*[(True, 501)] * 11).stands


def test_an_unknown_speed_stands_while_the_line_is_off_and_moves_never():
    assert after((False, None)).stands
    assert not after((True, None)).stands
    assert not after(*[(True, None)] * 50).moves


def test_a_single_second_above_half_a_metre_is_no_drive_and_three_are():
    assert not after(*[(True, 0)] * 20, (True, 900), (True, 900)).moves
    assert after(*[(True, 900)] * 7).moves
    assert after((True, 1500)).moves


def test_off_times_count_only_while_no_trusted_speed_moves():
    assert after(*[(False, None)] * 100).off_ms == 49_500
    assert after(*[(False, None)] * 50, (False, 600), *[(False, None)] * 20).off_ms == 10_000


def test_a_crank_begins_anew_how_long_nobody_cranked():
    standing = Standing(0)
    for now_ms, cranked in ((0, False), (1_000, True), (3_000, False)):
        standing.look(now_ms, True, None, cranked)
    assert standing.motion(3_000).quiet_ms == 2_000


def test_without_a_sign_what_counts_is_how_long_nobody_cranked():
    assert after(*[(True, None)] * 100).quiet_ms == 49_500
    assert after(*[(True, None)] * 50, (False, None), *[(True, None)] * 11).quiet_ms == 5_000
    assert after(*[(True, 0)] * 100).quiet_ms == 0
