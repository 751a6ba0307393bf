"""A badge that arrives, judged beside the trip in progress."""

from firmware.logic.access.outcome import (
    CAUSE_GRANT,
    DOOR_LEAVE,
    DOOR_LOCK,
    DOOR_UNLOCK,
    SIGNAL_DOOR_OPEN,
    SIGNAL_NOTED,
    SIGNAL_PAUSED,
    SIGNAL_REFUSED,
    SIGNAL_RESUMED,
    SIGNAL_STARTED,
    Outcome,
    signal_of,
)
from firmware.logic.trip.trip import Trip
from shared_protocol.messages import GRANT_PASSENGER, GRANT_WALK_UP
from shared_protocol.records import (
    ASSURANCE_HIGH,
    END_INFERRED,
    REFUSED_CAR_IN_USE,
    REFUSED_TOO_LATE,
    REFUSED_UNKNOWN_BADGE,
    RELAY_INHIBITED,
    LegStart,
    Occupant,
    TripStart,
)
from tests.firmware.logic.held_sets import NOW_S, grant
from tests.firmware.logic.trip.scenes import HERE, MARIE, PAUL, arrive, carried_out


def test_a_badge_that_arrives_is_judged_by_the_grants_at_that_time():
    trip = Trip()
    assert arrive(trip, MARIE).signal == SIGNAL_REFUSED.format(REFUSED_UNKNOWN_BADGE)
    late = arrive(trip, MARIE, grant(5), time_s=NOW_S + 100)
    assert late.signal == SIGNAL_REFUSED.format(REFUSED_TOO_LATE)
    outcome = arrive(trip, MARIE, grant(5), ignition_on=True)
    start = TripStart(MARIE, 5, *HERE, ASSURANCE_HIGH, 0)
    assert outcome == (CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_STARTED, (start, LegStart(5000)))


def test_the_drivers_own_badge_is_asked_for_no_grant():
    trip = Trip()
    carried_out(trip, arrive(trip, MARIE, grant(5)))
    assert arrive(trip, MARIE) == (0, DOOR_LEAVE, SIGNAL_NOTED, ())
    enabled = arrive(trip, MARIE, relay=RELAY_INHIBITED)
    assert enabled == (CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, ())


def test_another_badge_is_judged_beside_the_trip_in_progress():
    trip = Trip()
    carried_out(trip, arrive(trip, MARIE, grant(5)))
    walks_up = grant(0, PAUL, 0, 0xFFFFFFFF, GRANT_WALK_UP)
    assert arrive(trip, PAUL, walks_up).signal == SIGNAL_REFUSED.format(REFUSED_CAR_IN_USE)
    rides = grant(5, PAUL, kind=GRANT_PASSENGER)
    assert arrive(trip, PAUL, rides).records == (Occupant(PAUL),)


def test_who_left_a_trip_that_the_box_ended_comes_back_and_nobody_else():
    trip = Trip()
    carried_out(trip, arrive(trip, MARIE, grant(5)))
    carried_out(trip, trip.end(END_INFERRED, HERE))
    assert arrive(trip, PAUL).signal == SIGNAL_REFUSED.format(REFUSED_UNKNOWN_BADGE)
    (start,) = arrive(trip, MARIE).records
    assert start.grant_id == 5


def test_doors_that_are_to_be_locked_are_said_to_be_open_and_no_others():
    locks = Outcome(0, DOOR_LOCK, SIGNAL_PAUSED, ())
    unlocks = Outcome(CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_STARTED, ())
    leaves = Outcome(0, DOOR_LEAVE, "", ())
    assert signal_of(locks, True) == SIGNAL_DOOR_OPEN
    assert signal_of(locks, False) == SIGNAL_PAUSED
    for door_open in (True, False):
        assert signal_of(unlocks, door_open) == SIGNAL_STARTED
        assert signal_of(leaves, door_open) == ""
