"""One trip at a time: start, pause, resume, end, split; and its state from its records."""

from firmware.logic.badge_decision import Granted, Refused
from firmware.logic.trip import (
    CAUSE_GRANT,
    CAUSE_TECHNICIAN,
    DOOR_LEAVE,
    DOOR_LOCK,
    DOOR_UNLOCK,
    SIGNAL_ENDED,
    SIGNAL_NOTED,
    SIGNAL_PAUSED,
    SIGNAL_RESUMED,
    SIGNAL_STARTED,
    Trip,
    Where,
)
from shared_protocol.records import (
    ASSURANCE_LOW,
    END_BADGE_HELD,
    END_OTHER_DRIVER,
    NO_POSITION,
    REFUSED_TOO_EARLY,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    LegEnd,
    LegStart,
    Odometer,
    Refusal,
    TripEnd,
    TripPause,
    TripResume,
    TripStart,
)

LOW = ASSURANCE_LOW
MARIE = b"marie---"
PAUL = b"paul----"
HERE = Where(5000, 480_061_000, 1_996_000)


def carried_out(trip, outcome):
    for fact in outcome.facts:
        trip.apply(fact)
    return outcome


def started(ignition_on=False):
    trip = Trip()
    carried_out(trip, trip.other_arrived(MARIE, Granted(5, False), ignition_on, HERE, LOW))
    carried_out(trip, trip.badge_left(MARIE, False, HERE))
    return trip


def tap(trip, tag=MARIE):
    """A short badge of the driver: what arrives and what leaves, as two outcomes."""
    first = carried_out(trip, trip.driver_arrived(RELAY_ENABLED, HERE))
    return first, carried_out(trip, trip.badge_left(tag, False, HERE))


def test_an_empty_box_counts_on_from_the_metres_it_is_given():
    assert Trip(b"", 48_213_000).odometer_m == 48_213_000
    told = Trip()
    told.odometer_m = 500
    assert Trip(told.to_bytes(), 48_213_000).odometer_m == 500


def test_a_granted_badge_enables_unlocks_and_starts_the_trip():
    trip = Trip()
    outcome = carried_out(trip, trip.other_arrived(MARIE, Granted(5, False), False, HERE, LOW))
    assert outcome == (CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_STARTED, (TripStart(MARIE, 5, *HERE, 0),))
    assert trip.open and trip.holds_start and trip.is_driver(MARIE)
    assert not trip.in_leg


def test_a_technicians_badge_is_named_as_the_cause():
    outcome = Trip().other_arrived(MARIE, Granted(5, True), False, HERE, LOW)
    assert outcome.enable_cause == CAUSE_TECHNICIAN


def test_a_trip_that_starts_with_the_ignition_on_begins_its_leg():
    trip = started(ignition_on=True)
    assert trip.in_leg


def test_a_refused_badge_moves_nothing_and_leaves_a_record():
    trip = Trip()
    outcome = trip.other_arrived(MARIE, Refused(REFUSED_TOO_EARLY), False, HERE, LOW)
    assert outcome == (0, DOOR_LEAVE, "refused 2", (Refusal(MARIE, REFUSED_TOO_EARLY),))
    assert not trip.open


def test_a_refused_badge_does_not_disturb_an_open_trip():
    trip = started()
    carried_out(trip, trip.other_arrived(PAUL, Refused(REFUSED_TOO_EARLY), False, HERE, LOW))
    assert trip.badge_left(PAUL, False, HERE).facts == ()
    assert trip.badge_held(PAUL, True, HERE).facts == ()
    assert trip.holds_start and trip.is_driver(MARIE)


def test_the_badge_that_starts_neither_pauses_nor_ends_by_being_held():
    trip = Trip()
    carried_out(trip, trip.other_arrived(MARIE, Granted(5, False), False, HERE, LOW))
    assert trip.badge_held(MARIE, True, HERE).facts == ()
    assert trip.badge_left(MARIE, True, HERE).facts == ()
    assert trip.holds_start


def test_a_short_badge_pauses_when_it_leaves_and_resumes_when_it_comes():
    trip = started()
    arrival, departure = tap(trip)
    assert arrival == (0, DOOR_LEAVE, SIGNAL_NOTED, ())
    assert departure == (0, DOOR_LOCK, SIGNAL_PAUSED, (TripPause(5000),))
    assert trip.open and not trip.holds_start
    arrival, departure = tap(trip)
    assert arrival == (CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, (TripResume(5000),))
    assert departure.facts == ()
    assert trip.holds_start


def test_a_held_badge_ends_the_trip_running_or_paused():
    for paused in (False, True):
        trip = started()
        if paused:
            tap(trip)
        carried_out(trip, trip.driver_arrived(RELAY_ENABLED, HERE))
        outcome = carried_out(trip, trip.badge_held(MARIE, True, HERE))
        assert outcome == (0, DOOR_LOCK, SIGNAL_ENDED, (TripEnd(*HERE, END_BADGE_HELD),))
        assert not trip.open
        assert trip.badge_left(MARIE, True, HERE).facts == ()


def test_a_trip_ends_with_the_ignition_on_and_closes_its_leg():
    trip = started(ignition_on=True)
    trip.driver_arrived(RELAY_ENABLED, HERE)
    outcome = carried_out(trip, trip.badge_held(MARIE, True, HERE))
    assert outcome.facts == (LegEnd(5000), TripEnd(*HERE, END_BADGE_HELD))
    assert not trip.in_leg


def test_another_granted_badge_splits_the_trip():
    trip = started(ignition_on=True)
    outcome = carried_out(trip, trip.other_arrived(PAUL, Granted(9, False), True, HERE, LOW))
    assert outcome.facts == (
        LegEnd(5000),
        TripEnd(*HERE, END_OTHER_DRIVER),
        TripStart(PAUL, 9, *HERE, 0),
        LegStart(5000),
    )
    assert trip.is_driver(PAUL) and not trip.is_driver(MARIE)


def test_a_driver_whose_relay_is_inhibited_gets_it_back_without_a_pause():
    trip = started()
    outcome = trip.driver_arrived(RELAY_INHIBITED, HERE)
    assert outcome == (CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, ())


def test_without_a_recent_fix_a_trip_has_no_position():
    nowhere = Where(5000, NO_POSITION, NO_POSITION)
    outcome = Trip().other_arrived(MARIE, Granted(5, False), False, nowhere, LOW)
    assert outcome.facts == (TripStart(MARIE, 5, 5000, NO_POSITION, NO_POSITION, 0),)


def test_legs_follow_the_ignition_inside_a_trip_only():
    assert Trip().ignition(True, 10) == ()
    trip = started()
    for on, fact in ((True, LegStart(10)), (False, LegEnd(10)), (True, LegStart(10))):
        facts = trip.ignition(on, 10)
        assert facts == (fact,)
        trip.apply(facts[0])
        assert trip.ignition(on, 10) == ()


def test_the_odometer_is_told_every_ten_seconds_while_it_changes():
    trip = started()
    told = []
    for second in range(61):
        metres = 5000 + 10 * min(second, 33)
        for fact in trip.odometer(metres, 100_000 + 1000 * second):
            trip.apply(fact)
            told.append((second, fact))
    assert told == [
        (1, Odometer(5010)),
        (11, Odometer(5110)),
        (21, Odometer(5210)),
        (31, Odometer(5310)),
        (41, Odometer(5330)),
    ]


def test_the_state_is_what_its_records_say_from_any_point_on():
    facts = (
        TripStart(MARIE, 5, *HERE, 0),
        LegStart(5000),
        Odometer(5100),
        TripPause(5150),
        TripResume(5150),
        LegEnd(5200),
        Refusal(PAUL, 1),
        TripPause(5200),
        TripEnd(5300, 0, 0, END_BADGE_HELD),
    )
    for cut in range(len(facts) + 1):
        live = Trip()
        for fact in facts[:cut]:
            live.apply(fact)
        again = Trip(live.to_bytes())
        for fact in facts[cut:]:
            live.apply(fact)
            again.apply(fact)
        assert again.to_bytes() == live.to_bytes()
    assert (live.open, live.odometer_m) == (False, 5300)


def test_a_box_killed_in_mid_trip_comes_back_with_its_driver():
    trip = started(ignition_on=True)
    again = Trip(trip.to_bytes())
    assert again.holds_start and again.in_leg and again.is_driver(MARIE)
    assert again.odometer_m == 5000
