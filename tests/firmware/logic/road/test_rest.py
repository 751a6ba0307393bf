"""When a parked car rests, and what is asked of its receiver."""

from firmware.logic.road.rest import ASK_NOTHING, ASK_SLEEP, ASK_WAKE, Rest
from shared_protocol.messages import CLOCK_GNSS, CLOCK_NONE, CLOCK_SERVER
from shared_protocol.records import RELAY_ENABLED, RELAY_INHIBITED, RELAY_UNKNOWN

PARKED = {
    "trip_open": False,
    "ignition_on": False,
    "relay": RELAY_INHIBITED,
    "clock_source": CLOCK_GNSS,
}
BUSY = (
    {"trip_open": True},
    {"ignition_on": True},
    {"relay": RELAY_ENABLED},
    {"clock_source": CLOCK_NONE},
)
BOOT_MS = 1_000_000


def step(rest, now_ms, heard_ms=None, **others):
    """A look at a parked car that differs in `others`; its receiver talks unless it is told."""
    state = dict(PARKED, **others)
    return rest.step(now_ms, heard_ms=now_ms if heard_ms is None else heard_ms, **state)


def test_what_may_be_asked_of_a_receiver_is_told_apart():
    assert len({ASK_NOTHING, ASK_WAKE, ASK_SLEEP}) == 3


def test_quiet_is_a_car_without_trip_ignition_or_enabled_start_whose_time_is_known():
    rest = Rest(BOOT_MS)
    assert rest.quiet is False
    for others in ({}, {"relay": RELAY_UNKNOWN}, {"clock_source": CLOCK_SERVER}):
        step(rest, BOOT_MS, **others)
        assert rest.quiet is True
    for others in BUSY:
        step(rest, BOOT_MS, **others)
        assert rest.quiet is False


def test_its_receiver_sleeps_after_a_minute_of_quiet():
    rest = Rest(BOOT_MS)
    for now_ms, asked in ((0, ASK_NOTHING), (59_999, ASK_NOTHING), (60_000, ASK_SLEEP)):
        assert step(rest, BOOT_MS + now_ms) == asked
        assert rest.settled is (asked == ASK_SLEEP)


def test_whatever_makes_the_car_busy_begins_the_minute_anew():
    for others in BUSY:
        rest = Rest(BOOT_MS)
        assert step(rest, BOOT_MS + 59_999) == ASK_NOTHING
        assert step(rest, BOOT_MS + 70_000, **others) == ASK_NOTHING, "it talks already"
        assert rest.settled is False
        assert step(rest, BOOT_MS + 129_999) == ASK_NOTHING
        assert step(rest, BOOT_MS + 130_000) == ASK_SLEEP


def test_a_receiver_that_is_silent_sleeps_and_is_not_asked_again():
    rest = Rest(BOOT_MS)
    heard_ms = BOOT_MS + 60_000
    assert step(rest, heard_ms) == ASK_SLEEP
    assert step(rest, heard_ms + 3_000, heard_ms) == ASK_SLEEP, "it goes on talking"
    assert step(rest, heard_ms + 3_001, heard_ms) == ASK_NOTHING
    assert rest.settled is True
    assert step(rest, heard_ms + 9_000, heard_ms + 8_000) == ASK_SLEEP, "it talks again"


def test_a_silent_receiver_of_a_busy_car_is_woken_until_it_is_heard():
    for others in BUSY:
        rest = Rest(BOOT_MS)
        assert step(rest, BOOT_MS + 3_000, BOOT_MS, **others) == ASK_NOTHING
        for now_ms in (BOOT_MS + 3_001, BOOT_MS + 90_000):
            assert step(rest, now_ms, BOOT_MS, **others) == ASK_WAKE
        assert step(rest, BOOT_MS + 90_500, BOOT_MS + 90_500, **others) == ASK_NOTHING


def test_a_silent_receiver_of_a_car_that_is_quiet_and_not_settled_yet_is_left_alone():
    rest = Rest(BOOT_MS)
    assert step(rest, BOOT_MS + 30_000, BOOT_MS) == ASK_NOTHING
    assert (rest.quiet, rest.settled) == (True, False)
