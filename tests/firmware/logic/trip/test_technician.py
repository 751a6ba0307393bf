"""A technician at a car that others drive: released, left alone, ended."""

from firmware.logic.access.badge_decision import RIDES, Granted, Refused
from firmware.logic.access.outcome import (
    CAUSE_COMMAND,
    CAUSE_CONTACT,
    CAUSE_GRANT,
    CAUSE_PARKED,
    CAUSE_TECHNICIAN,
    DOOR_LEAVE,
    DOOR_LOCK,
    DOOR_UNLOCK,
    SIGNAL_ENDED,
    SIGNAL_RELEASED,
)
from firmware.logic.trip.trip import Trip
from shared_protocol.records import (
    ASSURANCE_HIGH,
    END_BADGE_HELD,
    END_COMMAND,
    END_TECHNICIAN,
    REFUSED_TOO_EARLY,
    RELAY_ENABLED,
    TripEnd,
    TripStart,
)
from tests.firmware.logic.trip.scenes import (
    HERE,
    LOW,
    MARIE,
    PARKED,
    PAUL,
    TECHNICIAN,
    carried_out,
    started,
    tap,
    technician_at,
)


def test_the_causes_are_the_numbers_that_records_carry():
    causes = (CAUSE_GRANT, CAUSE_TECHNICIAN, CAUSE_PARKED, CAUSE_COMMAND, CAUSE_CONTACT)
    assert causes == (1, 2, 3, 4, 5)
    assert len({DOOR_LEAVE, DOOR_UNLOCK, DOOR_LOCK}) == 3


def test_the_assurance_of_a_badge_stands_in_its_record():
    trip = Trip()
    outcome = trip.other_arrived(
        MARIE, Granted(5, False, False), False, PARKED, HERE, ASSURANCE_HIGH
    )
    assert outcome.records == (TripStart(MARIE, 5, *HERE, ASSURANCE_HIGH, 0),)


def test_a_technicians_short_badge_releases_and_leaves_the_trip_alone():
    for paused in (False, True):
        trip = started()
        if paused:
            tap(trip)
        before = trip.to_bytes()
        outcome = technician_at(trip)
        assert outcome == (CAUSE_TECHNICIAN, DOOR_UNLOCK, SIGNAL_RELEASED, ())
        assert trip.badge_left(TECHNICIAN, False, PARKED, HERE) == (0, DOOR_LEAVE, "", ())
        assert trip.to_bytes() == before
        assert trip.badge_held(TECHNICIAN, True, PARKED, HERE).records == (), "it has left"


def test_a_technicians_held_badge_ends_the_trip_with_or_without_keys():
    for keys_in in (True, False):
        trip = started(ignition_on=True)
        technician_at(trip)
        outcome = carried_out(trip, trip.badge_held(TECHNICIAN, keys_in, PARKED, HERE))
        records = (TripEnd(*HERE, END_TECHNICIAN),)
        assert outcome == (0, DOOR_LOCK, SIGNAL_ENDED, records)
        assert not trip.open
        assert trip.badge_held(TECHNICIAN, keys_in, PARKED, HERE).records == ()
        assert trip.badge_left(TECHNICIAN, True, PARKED, HERE).records == ()


def test_a_technician_alone_starts_a_trip_and_does_not_end_it_in_the_same_breath():
    trip = Trip()
    technician_at(trip)
    assert trip.is_driver(TECHNICIAN)
    assert trip.badge_held(TECHNICIAN, True, PARKED, HERE).records == ()
    assert trip.badge_left(TECHNICIAN, True, PARKED, HERE).records == ()
    assert trip.holds_start
    tap(trip, TECHNICIAN)
    assert trip.paused


def test_a_technicians_own_trip_ends_like_any_drivers():
    trip = Trip()
    technician_at(trip)
    trip.badge_left(TECHNICIAN, False, PARKED, HERE)
    trip.driver_arrived(RELAY_ENABLED, HERE)
    assert trip.badge_held(TECHNICIAN, False, PARKED, HERE).signal == "refused 10"
    assert trip.badge_held(TECHNICIAN, True, PARKED, HERE).records == (
        TripEnd(*HERE, END_BADGE_HELD),
    )


def test_a_trip_that_ended_while_the_technicians_badge_was_at_the_reader_is_not_ended_twice():
    trip = started()
    technician_at(trip)
    carried_out(trip, trip.end(END_COMMAND, HERE))
    assert trip.badge_held(TECHNICIAN, True, PARKED, HERE) == (0, DOOR_LEAVE, "", ())


def test_a_refused_or_riding_badge_after_a_technicians_has_nothing_of_it():
    for verdict in (Refused(REFUSED_TOO_EARLY), RIDES):
        trip = started()
        technician_at(trip)
        carried_out(trip, trip.other_arrived(PAUL, verdict, False, PARKED, HERE, LOW))
        assert trip.badge_held(PAUL, True, PARKED, HERE).records == ()
        assert trip.open
