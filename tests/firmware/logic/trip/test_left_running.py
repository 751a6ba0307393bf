"""A car whose trip ended with the ignition left on, and who drives on in it."""

from firmware.logic.access.outcome import (
    CAUSE_GRANT,
    DOOR_LEAVE,
    DOOR_UNLOCK,
    SIGNAL_NOTED,
    SIGNAL_STARTED,
)
from firmware.logic.trip.trip import Trip
from shared_protocol.records import (
    ASSURANCE_HIGH,
    END_BADGE_HELD,
    END_COMMAND,
    END_IGNITION_LEFT_ON,
    END_INFERRED,
    END_TECHNICIAN,
    NO_POSITION,
    LegEnd,
    LegStart,
    TripEnd,
    TripStart,
    TripTakenUp,
)
from tests.firmware.logic.held_sets import NOW_S, grant
from tests.firmware.logic.trip.scenes import (
    BLIND,
    HERE,
    MARIE,
    MOVING,
    PARKED,
    PAUL,
    RUNNING,
    arrive,
    carried_out,
    private_trip,
    started,
)


def left_running(reason=END_IGNITION_LEFT_ON, ignition_on=True):
    """MARIE's trip has ended, and the ignition was not seen off."""
    trip = started(ignition_on)
    carried_out(trip, trip.end(reason, HERE))
    assert not trip.open and not trip.undetermined
    return trip


def taken_up(trip=None):
    """Somebody drives on in it."""
    trip = trip or left_running()
    for record in trip.after_end(MOVING, 5003):
        trip.apply(record, NOW_S)
    assert trip.undetermined and trip.holds_start and trip.odometer_m == 5003
    return trip


def test_who_drives_on_before_the_ignition_was_seen_off_takes_the_trip_up_again():
    for reason in (END_IGNITION_LEFT_ON, END_INFERRED, END_TECHNICIAN, END_COMMAND):
        trip = left_running(reason)
        assert trip.left_running
        for each in (trip, Trip(trip.to_bytes())):
            assert each.after_end(RUNNING, 5003) == each.after_end(BLIND, 5003) == ()
            assert each.after_end(MOVING, 5003) == (TripTakenUp(5003),)
            each = taken_up(each)
            assert each.after_end(MOVING, 5003) == each.after_end(PARKED, 5003) == ()
            assert Trip(each.to_bytes()).undetermined
            assert each.grant == 5 and each.is_driver(MARIE)


def test_a_trip_whose_ignition_was_seen_off_is_over():
    trip = left_running()
    records = trip.after_end(PARKED, 5001)
    assert records == (LegEnd(5001),)
    trip.apply(records[0], NOW_S)
    for each in (trip, Trip(trip.to_bytes())):
        assert not each.left_running
        assert each.after_end(MOVING, 5003) == each.after_end(PARKED, 5003) == ()
    off = left_running(END_BADGE_HELD, ignition_on=False)
    assert off.after_end(MOVING, 5003) == off.after_end(PARKED, 5003) == ()
    blind = left_running(END_IGNITION_LEFT_ON, ignition_on=False)  # of a car without a line
    assert blind.after_end(MOVING, 5003) == (TripTakenUp(5003),)
    assert Trip().after_end(MOVING, 5003) == ()


def test_the_legs_of_a_trip_that_was_taken_up_do_not_say_who_drives():
    trip = taken_up()
    assert trip.ignition(True, 5004) == (LegStart(5004),)
    trip.apply(LegStart(5004), NOW_S)
    trip.apply(LegEnd(5005), NOW_S)
    assert trip.undetermined and trip.left_running


def test_the_badge_of_who_had_it_makes_the_trip_theirs_and_is_asked_for_no_grant():
    for motion in (PARKED, RUNNING, MOVING):
        trip = taken_up()
        outcome = carried_out(trip, arrive(trip, MARIE, motion=motion, ignition_on=True))
        start = TripStart(MARIE, 5, *HERE, ASSURANCE_HIGH, 0)
        assert outcome == (CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_STARTED, (start, LegStart(5000)))
        assert trip.is_driver(MARIE) and not trip.undetermined and not trip.left_running
        assert trip.badge_held(MARIE, True, RUNNING, HERE) == (0, DOOR_LEAVE, "", ())
        assert arrive(trip, MARIE).signal == SIGNAL_NOTED


def test_another_badge_has_the_car_once_it_stands_and_a_strangers_never():
    trip = taken_up()
    assert arrive(trip, PAUL, grant(6, PAUL), motion=MOVING).signal == "refused 14"
    assert arrive(trip, PAUL, motion=RUNNING).signal == "refused 1"
    outcome = arrive(trip, PAUL, grant(6, PAUL), motion=RUNNING, ignition_on=True)
    kinds = [type(record) for record in carried_out(trip, outcome).records]
    assert kinds == [TripEnd, TripStart, LegStart] and trip.is_driver(PAUL)
    assert not trip.undetermined


def test_a_private_trip_that_was_taken_up_stays_private():
    for reason in (END_IGNITION_LEFT_ON, END_TECHNICIAN):
        trip = private_trip()
        trip.apply(LegStart(5000), NOW_S)
        carried_out(trip, trip.end(reason, HERE))
        (start,) = arrive(taken_up(trip), MARIE).records
        assert (start.private, start.lat_e7) == (1, NO_POSITION)


def test_a_trip_that_was_taken_up_and_ends_again_is_over_or_left_running_again():
    trip = taken_up()
    carried_out(trip, trip.end(END_INFERRED, HERE))
    assert not trip.open and not trip.left_running
    trip = taken_up()
    trip.apply(LegStart(5004), NOW_S)
    carried_out(trip, trip.end(END_INFERRED, HERE))
    assert trip.left_running and not trip.open


def test_another_trip_takes_nothing_over_from_a_car_that_was_left_running():
    trip = left_running()
    carried_out(trip, arrive(trip, PAUL, grant(6, PAUL)))
    assert not trip.left_running and not trip.undetermined
    assert Trip(trip.to_bytes()).after_end(MOVING, 5003) == ()
