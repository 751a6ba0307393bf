"""Trips over any sequence of badges, ignition and restarts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.logic.access.badge_decision import Granted, Refused
from firmware.logic.access.outcome import DOOR_LOCK, DOOR_UNLOCK
from firmware.logic.road.standing import Motion
from firmware.logic.road.whereabouts import Where
from firmware.logic.trip.trip import Trip
from shared_protocol.records import (
    ASSURANCE_LOW,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    LegEnd,
    LegStart,
    TripEnd,
    TripPause,
    TripResume,
    TripStart,
)
from tests.support import examples

PARKED = Motion(True, True, False, 60_000, 60_000, 0, True)
TAGS = [b"marie---", b"paul----", b"thief---"]
steps = st.lists(
    st.tuples(
        st.sampled_from(["badge", "ignition", "restart"]),
        st.sampled_from(TAGS),
        st.sampled_from(["short", "held"]),
        st.sampled_from([RELAY_ENABLED, RELAY_INHIBITED]),
    ),
    max_size=30,
)


def carry_out(trip, tag, outcome):
    """Do what the car's task does, and hold what must hold at each step."""
    for record in outcome.records:
        trip.apply(record)
    if outcome.door == DOOR_UNLOCK:
        assert outcome.enable_cause and tag != TAGS[2]
    if outcome.door == DOOR_LOCK:
        assert not trip.holds_start
    return outcome.records


@settings(max_examples=examples(300))
@given(steps)
def test_the_records_always_tell_a_story_that_makes_sense(steps):
    trip = Trip()
    ignition_on = False
    metres = 0
    driver = None
    paused = in_leg = False
    for what, tag, how, relay in steps:
        metres += 7
        here = Where(metres, 1, 2)
        records: list[tuple] = []
        if what == "restart":
            trip = Trip(trip.to_bytes())
        elif what == "ignition":
            ignition_on = not ignition_on
        else:
            if trip.is_driver(tag):
                records += carry_out(trip, tag, trip.driver_arrived(relay, here))
            else:
                verdict = Refused(1) if tag == TAGS[2] else Granted(1, False, False)
                outcome = trip.other_arrived(tag, verdict, ignition_on, PARKED, here, ASSURANCE_LOW)
                records += carry_out(trip, tag, outcome)
            if how == "held":
                records += carry_out(trip, tag, trip.badge_held(tag, True, PARKED, here))
            records += carry_out(trip, tag, trip.badge_left(tag, how == "held", PARKED, here))
        for record in trip.ignition(ignition_on, metres):
            trip.apply(record)
            records.append(record)

        for record in records:
            if isinstance(record, TripStart):
                assert driver is None
                driver, paused = record.badge_tag, False
                assert driver != TAGS[2]
            elif isinstance(record, TripEnd):
                assert driver is not None
                driver, in_leg = None, False
            elif isinstance(record, TripPause):
                assert driver == tag and not paused
                paused = True
            elif isinstance(record, TripResume):
                assert driver == tag and paused
                paused = False
            elif isinstance(record, LegStart):
                assert driver is not None and not in_leg
                in_leg = True
            elif isinstance(record, LegEnd):
                assert in_leg
                in_leg = False
        assert trip.open == (driver is not None)
        assert trip.holds_start == (driver is not None and not paused)


@given(steps)
def test_the_driver_can_always_end_the_trip_within_two_badges(steps):
    trip = Trip()
    here = Where(0, 1, 2)
    for what, tag, _, relay in steps:
        if what == "badge" and not trip.is_driver(tag):
            for record in trip.other_arrived(
                tag, Granted(1, False, False), False, PARKED, here, ASSURANCE_LOW
            ).records:
                trip.apply(record)
        elif what == "badge":
            for record in trip.driver_arrived(relay, here).records:
                trip.apply(record)
    tag = next((tag for tag in TAGS if trip.is_driver(tag)), None)
    if tag is not None:
        for record in trip.driver_arrived(RELAY_ENABLED, here).records:
            trip.apply(record)
        for record in trip.badge_held(tag, True, PARKED, here).records:
            trip.apply(record)
        assert not trip.open
