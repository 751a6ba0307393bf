"""One trip at a time: start, pause, resume, end, split."""

from firmware.logic.access.badge_decision import NO_TRIP, RIDES, Granted, Refused
from firmware.logic.access.card import (
    RANK_DRIVER,
    RANK_GRANTED,
    RANK_REFUSED,
    RANK_UNKNOWN,
)
from firmware.logic.access.outcome import (
    CAUSE_GRANT,
    CAUSE_TECHNICIAN,
    DOOR_LEAVE,
    DOOR_LOCK,
    DOOR_UNLOCK,
    SIGNAL_ENDED,
    SIGNAL_NOTED,
    SIGNAL_OCCUPANT,
    SIGNAL_PAUSED,
    SIGNAL_RESUMED,
    SIGNAL_STARTED,
)
from firmware.logic.road.whereabouts import Where
from firmware.logic.trip.trip import Trip
from shared_protocol.messages import GRANT_WALK_UP
from shared_protocol.records import (
    END_BADGE_HELD,
    END_COMMAND,
    END_IGNITION_LEFT_ON,
    END_INFERRED,
    END_OTHER_DRIVER,
    END_TECHNICIAN,
    NO_POSITION,
    REFUSED_KEYS_MISSING,
    REFUSED_NOT_GENUINE,
    REFUSED_TOO_EARLY,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    RELAY_UNKNOWN,
    LegEnd,
    LegStart,
    Occupant,
    Odometer,
    Refusal,
    TripEnd,
    TripPause,
    TripResume,
    TripStart,
)
from tests.firmware.logic.held_sets import NOW_S, grant, holding
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


def test_an_empty_box_counts_on_from_the_metres_it_is_given():
    assert Trip(b"", 48_213_000).odometer_m == 48_213_000
    told = Trip()
    told.odometer_m = 500
    assert Trip(told.to_bytes(), 48_213_000).odometer_m == 500


def test_a_granted_badge_enables_unlocks_and_starts_the_trip():
    trip = Trip()
    outcome = carried_out(
        trip, trip.other_arrived(MARIE, Granted(5, False, False), False, PARKED, HERE, LOW)
    )
    assert outcome == (
        CAUSE_GRANT,
        DOOR_UNLOCK,
        SIGNAL_STARTED,
        (TripStart(MARIE, 5, *HERE, 0, 0),),
    )
    assert trip.open and trip.holds_start and trip.is_driver(MARIE)
    assert not trip.in_leg


def test_a_technicians_badge_is_named_as_the_cause():
    outcome = Trip().other_arrived(MARIE, Granted(5, True, False), False, PARKED, HERE, LOW)
    assert outcome.enable_cause == CAUSE_TECHNICIAN


def test_a_trip_that_starts_with_the_ignition_on_begins_its_leg():
    trip = started(ignition_on=True)
    assert trip.in_leg


def test_a_refused_badge_moves_nothing_and_leaves_a_record():
    trip = Trip()
    outcome = trip.other_arrived(MARIE, Refused(REFUSED_TOO_EARLY), False, PARKED, HERE, LOW)
    assert outcome == (0, DOOR_LEAVE, "refused 2", (Refusal(MARIE, REFUSED_TOO_EARLY),))
    assert not trip.open


def test_a_refused_badge_does_not_disturb_an_open_trip():
    trip = started()
    carried_out(
        trip, trip.other_arrived(PAUL, Refused(REFUSED_TOO_EARLY), False, PARKED, HERE, LOW)
    )
    assert trip.badge_left(PAUL, False, PARKED, HERE).records == ()
    assert trip.badge_held(PAUL, True, PARKED, HERE).records == ()
    assert trip.holds_start and trip.is_driver(MARIE)


def test_the_badge_that_starts_neither_pauses_nor_ends_by_being_held():
    trip = Trip()
    carried_out(trip, trip.other_arrived(MARIE, Granted(5, False, False), False, PARKED, HERE, LOW))
    assert trip.badge_held(MARIE, True, PARKED, HERE).records == ()
    assert trip.badge_left(MARIE, True, PARKED, HERE).records == ()
    assert trip.holds_start


def test_a_short_badge_pauses_when_it_leaves_and_resumes_when_it_comes():
    trip = started()
    arrival, departure = tap(trip)
    assert arrival == (0, DOOR_LEAVE, SIGNAL_NOTED, ())
    assert departure == (0, DOOR_LOCK, SIGNAL_PAUSED, (TripPause(5000),))
    assert trip.open and not trip.holds_start
    arrival, departure = tap(trip)
    assert arrival == (CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, (TripResume(5000),))
    assert departure.records == ()
    assert trip.holds_start


def test_a_held_badge_ends_the_trip_running_or_paused():
    for paused in (False, True):
        trip = started()
        if paused:
            tap(trip)
        carried_out(trip, trip.driver_arrived(RELAY_ENABLED, HERE))
        outcome = carried_out(trip, trip.badge_held(MARIE, True, PARKED, HERE))
        assert outcome == (0, DOOR_LOCK, SIGNAL_ENDED, (TripEnd(*HERE, END_BADGE_HELD),))
        assert not trip.open
        assert trip.badge_left(MARIE, True, PARKED, HERE).records == ()


def test_an_end_says_nothing_of_an_ignition_that_nobody_saw_go_off():
    trip = started(ignition_on=True)
    outcome = carried_out(trip, trip.end(END_COMMAND, HERE))
    assert outcome.records == (TripEnd(*HERE, END_COMMAND),)
    assert not trip.in_leg


def test_another_granted_badge_splits_the_trip():
    trip = started(ignition_on=True)
    outcome = carried_out(
        trip, trip.other_arrived(PAUL, Granted(9, False, False), True, PARKED, HERE, LOW)
    )
    assert outcome.records == (
        TripEnd(*HERE, END_OTHER_DRIVER),
        TripStart(PAUL, 9, *HERE, 0, 0),
        LegStart(5000),
    )
    assert trip.is_driver(PAUL) and not trip.is_driver(MARIE)


def test_a_driver_whose_relay_is_inhibited_gets_it_back_without_a_pause():
    trip = started()
    outcome = trip.driver_arrived(RELAY_INHIBITED, HERE)
    assert outcome == (CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, ())


def test_without_a_recent_fix_a_trip_has_no_position():
    nowhere = Where(5000, NO_POSITION, NO_POSITION)
    outcome = Trip().other_arrived(MARIE, Granted(5, False, False), False, PARKED, nowhere, LOW)
    assert outcome.records == (TripStart(MARIE, 5, 5000, NO_POSITION, NO_POSITION, 0, 0),)


def test_legs_follow_the_ignition_inside_a_trip_only():
    assert Trip().ignition(True, 10) == ()
    trip = started()
    for on, record in ((True, LegStart(10)), (False, LegEnd(10)), (True, LegStart(10))):
        records = trip.ignition(on, 10)
        assert records == (record,)
        trip.apply(records[0])
        assert trip.ignition(on, 10) == ()


def test_the_odometer_is_told_every_ten_seconds_while_it_changes():
    trip = started()
    told = []
    for second in range(61):
        metres = 5000 + 10 * min(second, 33)
        for record in trip.odometer(metres, 100_000 + 1000 * second):
            trip.apply(record)
            told.append((second, record))
    assert told == [
        (1, Odometer(5010)),
        (11, Odometer(5110)),
        (21, Odometer(5210)),
        (31, Odometer(5310)),
        (41, Odometer(5330)),
    ]


def test_while_the_keys_are_missing_the_driver_is_told_and_the_trip_goes_on():
    for paused in (False, True):
        trip = started()
        if paused:
            tap(trip)
        carried_out(trip, trip.driver_arrived(RELAY_ENABLED, HERE))
        outcome = carried_out(trip, trip.badge_held(MARIE, False, PARKED, HERE))
        refusal = Refusal(MARIE, REFUSED_KEYS_MISSING)
        assert outcome == (0, DOOR_LEAVE, "refused 10", (refusal,))
        assert carried_out(trip, trip.badge_left(MARIE, True, PARKED, HERE)).records == ()
        assert trip.holds_start
        carried_out(trip, trip.driver_arrived(RELAY_ENABLED, HERE))
        carried_out(trip, trip.badge_held(MARIE, True, PARKED, HERE))
        assert not trip.open


def test_a_passenger_is_noted_and_changes_nothing_else():
    trip = started()
    before = trip.to_bytes()
    outcome = carried_out(trip, trip.other_arrived(PAUL, RIDES, True, PARKED, HERE, LOW))
    assert outcome == (0, DOOR_LEAVE, SIGNAL_OCCUPANT, (Occupant(PAUL),))
    assert trip.badge_held(PAUL, True, PARKED, HERE).records == ()
    assert trip.badge_left(PAUL, False, PARKED, HERE).records == ()
    assert trip.to_bytes() == before


def test_a_card_that_is_not_genuine_gets_nothing_not_even_the_end_of_its_owners_trip():
    for trip in (Trip(), started()):
        before = trip.to_bytes()
        outcome = carried_out(trip, trip.not_genuine(MARIE))
        refusal = Refusal(MARIE, REFUSED_NOT_GENUINE)
        assert outcome == (0, DOOR_LEAVE, "refused 12", (refusal,))
        assert trip.badge_held(MARIE, True, PARKED, HERE) == (0, DOOR_LEAVE, "", ())
        assert trip.badge_left(MARIE, False, PARKED, HERE) == (0, DOOR_LEAVE, "", ())
        assert trip.to_bytes() == before


def test_a_card_that_is_not_genuine_after_a_good_one_has_nothing_of_it():
    trip = started()
    for arrive in (lambda: trip.driver_arrived(RELAY_ENABLED, HERE), lambda: technician_at(trip)):
        arrive()
        trip.not_genuine(MARIE)
        assert trip.badge_held(MARIE, True, PARKED, HERE).records == ()
        assert trip.badge_left(MARIE, False, PARKED, HERE).records == ()


def test_a_badge_that_left_without_having_arrived_pauses_nothing():
    trip = started()
    assert trip.badge_left(MARIE, False, PARKED, HERE) == (0, DOOR_LEAVE, "", ())
    trip.driver_arrived(RELAY_ENABLED, HERE)
    carried_out(trip, trip.end(END_COMMAND, HERE))
    assert trip.badge_left(MARIE, False, PARKED, HERE).records == (), "its trip is over"
    assert trip.badge_held(MARIE, True, PARKED, HERE).records == ()


def test_a_badge_that_leaves_while_another_is_the_driver_pauses_nothing():
    trip = started()
    trip.driver_arrived(RELAY_ENABLED, HERE)
    assert trip.badge_left(PAUL, False, PARKED, HERE).records == ()


def test_the_drivers_badge_at_an_unknown_relay_is_noted_as_at_an_enabled_one():
    trip = started()
    outcome = trip.driver_arrived(RELAY_UNKNOWN, HERE)
    assert outcome == (0, DOOR_LEAVE, SIGNAL_NOTED, ())


def test_whatever_ends_a_trip_names_its_reason_and_locks():
    for reason in (END_COMMAND, END_INFERRED):
        trip = started(ignition_on=True)
        tap(trip)
        outcome = carried_out(trip, trip.end(reason, HERE))
        records = (TripEnd(*HERE, reason),)
        assert outcome == (0, DOOR_LOCK, SIGNAL_ENDED, records)
        assert (trip.open, trip.paused, trip.in_leg) == (False, False, False)


def test_a_trip_that_the_box_ended_is_remembered_for_its_driver_and_nobody_else():
    trip = started()
    assert trip.lapsed_grant(MARIE, NOW_S) == NO_TRIP
    carried_out(trip, trip.end(END_INFERRED, HERE))
    for each in (trip, Trip(trip.to_bytes())):
        assert each.lapsed_grant(MARIE, NOW_S) == 5
        assert each.lapsed_grant(PAUL, NOW_S) == NO_TRIP
        assert not each.open
    carried_out(trip, trip.other_arrived(PAUL, Granted(9, False, False), False, PARKED, HERE, LOW))
    assert trip.lapsed_grant(PAUL, NOW_S) == trip.lapsed_grant(MARIE, NOW_S) == NO_TRIP
    carried_out(trip, trip.end(END_INFERRED, HERE))
    carried_out(trip, trip.other_arrived(PAUL, Granted(9, False, False), False, PARKED, HERE, LOW))
    assert trip.lapsed_grant(PAUL, NOW_S) == NO_TRIP, "the trip goes on"


def test_only_an_inferred_end_can_be_come_back_from():
    for reason in (END_BADGE_HELD, END_OTHER_DRIVER, END_COMMAND, END_TECHNICIAN):
        trip = started()
        carried_out(trip, trip.end(reason, HERE))
        assert trip.lapsed_grant(MARIE, NOW_S) == NO_TRIP


def test_the_driver_and_the_grant_of_the_trip_are_told():
    trip = Trip()
    assert (trip.grant, trip.driver) == (NO_TRIP, bytes(8))
    assert not trip.is_driver(bytes(8)), "there is no trip"
    trip = started()
    assert (trip.grant, trip.driver) == (5, MARIE)
    carried_out(trip, trip.end(END_COMMAND, HERE))
    assert (trip.grant, trip.driver) == (NO_TRIP, MARIE)
    assert not trip.is_driver(MARIE)


def test_a_start_clears_what_the_trip_before_left():
    trip = started(ignition_on=True)
    tap(trip)
    trip.apply(TripStart(PAUL, 9, *HERE, 0, 0))
    assert (trip.paused, trip.in_leg, trip.driver) == (False, False, PAUL)


def test_the_first_odometer_record_of_a_box_waits_ten_seconds_too():
    trip = Trip()
    assert trip.odometer(10, 9_999) == ()
    assert trip.odometer(10, 10_000) == (Odometer(10),)
    assert trip.odometer(10, 19_999) == ()
    assert trip.odometer(10, 20_000) == (Odometer(10),)


def test_a_lapsed_trip_is_taken_up_for_three_days_and_never_at_an_unknown_time():
    for reason in (END_INFERRED, END_IGNITION_LEFT_ON):
        trip = started()
        trip.apply(TripEnd(*HERE, reason), NOW_S)
        for each in (trip, Trip(trip.to_bytes())):
            for time_s, grant_id in (
                (NOW_S, 5), (NOW_S + 72 * 3600, 5), (NOW_S + 72 * 3600 + 1, NO_TRIP), (0, NO_TRIP),
            ):  # fmt: skip
                assert each.lapsed_grant(MARIE, time_s) == grant_id
        trip = started()
        trip.apply(TripEnd(*HERE, reason), 0)
        assert trip.lapsed_grant(MARIE, NOW_S) == NO_TRIP, "nobody knows how long ago that was"


def test_a_badge_is_ranked_by_what_it_may_do_now_and_nothing_changes():
    held = holding(grant(5, PAUL), grant(0, MARIE, 0, 0xFFFFFFFF, GRANT_WALK_UP))
    trip = started()
    before = trip.to_bytes()
    assert trip.badge_rank(MARIE, held, NOW_S) == RANK_DRIVER, "whatever her grants say"
    assert trip.badge_rank(PAUL, held, NOW_S) == RANK_GRANTED
    assert trip.badge_rank(PAUL, held, NOW_S + 10**6) == RANK_REFUSED
    assert trip.badge_rank(TECHNICIAN, held, NOW_S) == RANK_UNKNOWN
    assert trip.to_bytes() == before
    assert Trip().badge_rank(MARIE, held, NOW_S) == RANK_REFUSED, "PAUL has the car booked"
