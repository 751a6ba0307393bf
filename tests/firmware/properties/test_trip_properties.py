"""Trips over any sequence of badges, ignition and restarts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.logic.access.badge_decision import Granted, Refused
from firmware.logic.access.trip import DOOR_LOCK, DOOR_UNLOCK, Trip
from firmware.logic.road.whereabouts import Where
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
    for fact in outcome.facts:
        trip.apply(fact)
    if outcome.door == DOOR_UNLOCK:
        assert outcome.enable_cause and tag != TAGS[2]
    if outcome.door == DOOR_LOCK:
        assert not trip.holds_start
    return outcome.facts


@settings(max_examples=300)
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
        facts: list[tuple] = []
        if what == "restart":
            trip = Trip(trip.to_bytes())
        elif what == "ignition":
            ignition_on = not ignition_on
        else:
            if trip.is_driver(tag):
                facts += carry_out(trip, tag, trip.driver_arrived(relay, here))
            else:
                verdict = Refused(1) if tag == TAGS[2] else Granted(1, False, False)
                outcome = trip.other_arrived(tag, verdict, ignition_on, here, ASSURANCE_LOW)
                facts += carry_out(trip, tag, outcome)
            if how == "held":
                facts += carry_out(trip, tag, trip.badge_held(tag, True, here))
            facts += carry_out(trip, tag, trip.badge_left(tag, how == "held", here))
        for fact in trip.ignition(ignition_on, metres):
            trip.apply(fact)
            facts.append(fact)

        for fact in facts:
            if isinstance(fact, TripStart):
                assert driver is None
                driver, paused = fact.badge_tag, False
                assert driver != TAGS[2]
            elif isinstance(fact, TripEnd):
                assert driver is not None and not in_leg
                driver = None
            elif isinstance(fact, TripPause):
                assert driver == tag and not paused
                paused = True
            elif isinstance(fact, TripResume):
                assert driver == tag and paused
                paused = False
            elif isinstance(fact, LegStart):
                assert driver is not None and not in_leg
                in_leg = True
            elif isinstance(fact, LegEnd):
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
            for fact in trip.other_arrived(
                tag, Granted(1, False, False), False, here, ASSURANCE_LOW
            ).facts:
                trip.apply(fact)
        elif what == "badge":
            for fact in trip.driver_arrived(relay, here).facts:
                trip.apply(fact)
    tag = next((tag for tag in TAGS if trip.is_driver(tag)), None)
    if tag is not None:
        for fact in trip.driver_arrived(RELAY_ENABLED, here).facts:
            trip.apply(fact)
        for fact in trip.badge_held(tag, True, here).facts:
            trip.apply(fact)
        assert not trip.open
