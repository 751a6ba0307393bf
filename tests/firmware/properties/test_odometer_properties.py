"""The odometer over any drive."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.road.odometer import Odometer

samples = st.lists(
    st.tuples(
        st.integers(-3_000, 20_000),  # ms since the last sample
        st.one_of(st.none(), st.integers(0, 60_000)),  # mm/s
        st.booleans(),  # ignition
    ),
    max_size=60,
)


@given(samples)
def test_it_never_goes_back_and_never_exceeds_top_speed_times_time(samples):
    odometer = Odometer()
    time_ms = 10_000_000
    latest_ms = time_ms - 3_000  # the first sample may be that early
    allowed_mm = 0
    before = 0
    for step_ms, speed, ignition_on in samples:
        time_ms += step_ms
        allowed_mm += 60 * max(0, time_ms - latest_ms)
        latest_ms = max(latest_ms, time_ms)
        odometer.add(time_ms, speed, ignition_on)
        assert before <= odometer.metres <= allowed_mm / 1000
        before = odometer.metres


@given(st.integers(1, 10), st.integers(1_600, 40_000), st.integers(1, 100))
def test_the_rate_of_the_receiver_does_not_matter(hz, speed_mm_s, seconds):
    odometer = Odometer()
    for index in range(seconds * hz + 1):
        odometer.add(index * 1000 // hz, speed_mm_s, True)
    assert abs(odometer.metres - speed_mm_s * seconds / 1000) <= 1
