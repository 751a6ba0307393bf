"""What a car is taken to do, over any sequence of looks, and of a receiver's fixes."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.road.nmea import Fix
from firmware.logic.road.standing import Standing
from firmware.logic.road.trusted_speed import TrustedSpeed

A_METRE_E7 = 90  # of latitude, a little more

looks = st.lists(
    st.tuples(
        st.integers(0, 7000),
        st.booleans(),
        st.one_of(st.none(), st.integers(0, 2000), st.sampled_from([0, 500, 501, 1500])),
    ),
    min_size=1,
    max_size=40,
)


def heard(fixes):
    """The speed after each of the fixes (second, metres north, speed), one second apart."""
    speed, told = TrustedSpeed(), []
    for second, north_m, mm_s in fixes:
        lat_e7 = 480_000_000 + north_m * A_METRE_E7
        speed.fix(Fix(1_700_000_000 + second, 0, lat_e7, 20_000_000, mm_s), second * 1000)
        told.append(speed.mm_s(second * 1000))
    return told


@given(looks)
def test_no_car_is_off_or_stands_or_moves_against_what_was_seen(looks):
    now_ms = 1_000_000
    standing = Standing(now_ms)
    seen = []
    for step_ms, on, speed in looks:
        now_ms += step_ms
        standing.look(now_ms, on, speed)
        seen.append((now_ms, on, speed))
        motion = standing.motion(now_ms)
        assert not (motion.stands and motion.moves)
        assert not (motion.off and on)
        if motion.off:
            assert all(not was for at, was, _ in seen if at > now_ms - 5000)
            assert now_ms - seen[0][0] >= 5000
        if motion.stands and speed is not None:
            assert all(was is not None and was <= 500 for at, _, was in seen if at > now_ms - 5000)
        if motion.stands and speed is None:
            assert not on
        if motion.moves:
            assert speed is not None and speed > 500
        for ms in (motion.off_ms, motion.still_ms, motion.quiet_ms):
            assert 0 <= ms <= now_ms - 1_000_000


@given(st.lists(st.integers(-10, 6), min_size=30, max_size=120))
def test_a_true_drive_is_believed_whatever_its_speed(changes_m_s2):
    fixes, north_m, m_s = [], 0, 0
    for second, change in enumerate(changes_m_s2):
        m_s = min(60, max(0, m_s + change))
        north_m += m_s
        fixes.append((second, north_m, m_s * 1000))
    assert None not in heard(fixes)


@given(st.integers(6, 90), st.integers(0, 500))
def test_nothing_that_drives_on_is_ever_taken_to_stand_for_long(m_s, shown_mm_s):
    """It knows after the 60 m that a standing receiver may stray in a minute, and half a claim."""
    told = heard([(s, m_s * s, shown_mm_s) for s in range(60)])
    assert told[14:] == [None] * 46
