"""What a car is taken to do, over any sequence of looks, and of a receiver's fixes."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.road.standing import Standing
from tests.firmware.logic.road.test_trusted_speed import heard

looks = st.lists(
    st.tuples(
        st.integers(0, 7000),
        st.booleans(),
        st.one_of(st.none(), st.integers(0, 2000), st.sampled_from([0, 500, 501, 1500])),
    ),
    min_size=1,
    max_size=40,
)


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


@given(st.lists(st.integers(0, 60), min_size=30, max_size=120))
def test_a_true_drive_is_believed_whatever_its_speed(speeds):
    fixes, north_m = [], 0
    for second, m_s in enumerate(speeds):
        fixes.append((second, north_m, m_s * 1000))
        north_m += m_s
    assert None not in heard(fixes)


@given(st.integers(6, 90), st.integers(0, 500))
def test_nothing_that_drives_on_is_ever_taken_to_stand_for_long(m_s, shown_mm_s):
    told = heard([(s, m_s * s, shown_mm_s) for s in range(60)])
    assert told[11:] == [None] * 49
