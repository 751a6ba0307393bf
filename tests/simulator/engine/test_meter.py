"""Seconds by state."""

from simulator.engine.meter import Meter
from simulator.engine.timeline import US, Timeline


def test_the_seconds_of_each_state_add_up_to_the_time_that_passed() -> None:
    timeline = Timeline(5 * US)
    meter = Meter(timeline, "off")
    for state, seconds in (("on", 3), ("on", 2), ("off", 1), ("on", 4)):
        meter.enter(state)
        timeline.now_us += seconds * US
    assert meter.seconds() == {"off": 1.0, "on": 9.0}
    assert meter.entered == {"off": 2, "on": 2}


def test_what_was_counted_is_forgotten_and_the_state_is_kept() -> None:
    timeline = Timeline(0)
    meter = Meter(timeline, "on")
    timeline.now_us += US
    meter.restart()
    timeline.now_us += 2 * US
    assert meter.seconds() == {"on": 2.0}
