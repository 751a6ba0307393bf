"""One trip at a time: start, pause, resume, end, split; and its state from its records."""

from firmware.logic.access.badge_decision import NO_TRIP, RIDES, Granted, Refused
from firmware.logic.access.card import (
    RANK_DRIVER,
    RANK_GRANTED,
    RANK_REFUSED,
    RANK_UNKNOWN,
)
from firmware.logic.access.outcome import (
    CAUSE_COMMAND,
    CAUSE_CONTACT,
    CAUSE_GRANT,
    CAUSE_PARKED,
    CAUSE_TECHNICIAN,
    DOOR_LEAVE,
    DOOR_LOCK,
    DOOR_UNLOCK,
    SIGNAL_DOOR_OPEN,
    SIGNAL_ENDED,
    SIGNAL_HANDOVER,
    SIGNAL_NOTED,
    SIGNAL_OCCUPANT,
    SIGNAL_PAUSED,
    SIGNAL_PENDING,
    SIGNAL_REFUSED,
    SIGNAL_RELEASED,
    SIGNAL_RESUMED,
    SIGNAL_STARTED,
    Outcome,
    signal_of,
)
from firmware.logic.road.whereabouts import Where
from firmware.logic.trip.trip import Trip
from shared_protocol import codec
from shared_protocol.messages import GRANT_PASSENGER, GRANT_WALK_UP
from shared_protocol.records import (
    ASKED_END,
    ASKED_END_COMMAND,
    ASKED_END_COMMAND_WITHOUT_KEYS,
    ASKED_END_FROM_AFAR,
    ASKED_END_TECHNICIAN,
    ASKED_NOTHING,
    ASKED_PAUSE,
    ASKED_THEFT,
    ASSURANCE_HIGH,
    ASSURANCE_LOW,
    END_BADGE_HELD,
    END_COMMAND,
    END_FROM_AFAR,
    END_IGNITION_LEFT_ON,
    END_INFERRED,
    END_OTHER_DRIVER,
    END_TECHNICIAN,
    HANDOVER_ASKED,
    HANDOVER_SEEN_OFF,
    NO_POSITION,
    REFUSED_CAR_IN_USE,
    REFUSED_KEYS_MISSING,
    REFUSED_MOVING,
    REFUSED_NOT_GENUINE,
    REFUSED_TOO_EARLY,
    REFUSED_TOO_LATE,
    REFUSED_UNKNOWN_BADGE,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    RELAY_UNKNOWN,
    LegEnd,
    LegStart,
    Occupant,
    Odometer,
    Ordered,
    Refusal,
    Relay,
    TripAsked,
    TripEnd,
    TripHandover,
    TripPause,
    TripResume,
    TripStart,
    TripTakenUp,
)
from tests.firmware.logic.held_sets import NOW_S, grant, holding
from tests.firmware.logic.motions import motion_of

LOW = ASSURANCE_LOW
MARIE = b"marie---"
PAUL = b"paul----"
TECHNICIAN = b"technic-"
HERE = Where(5000, 480_061_000, 1_996_000)
NOW_MS = 9_000_000
PARKED = motion_of(off=True, stands=True, off_ms=60_000, still_ms=60_000)
OFF_AND_CREEPING = motion_of(off=True, off_ms=60_000, still_ms=60_000)
RUNNING = motion_of(stands=True, still_ms=10_000)  # ignition on
MOVING = motion_of(moves=True)
BLIND = motion_of(quiet_ms=60_000)  # ignition on, speed unknown


def carried_out(trip, outcome):
    for record in outcome.records:
        trip.apply(record, NOW_S)
    return outcome


def started(ignition_on=False):
    trip = Trip()
    carried_out(
        trip, trip.other_arrived(MARIE, Granted(5, False, False), ignition_on, PARKED, HERE, LOW)
    )
    carried_out(trip, trip.badge_left(MARIE, False, PARKED, HERE))
    return trip


def tap(trip, tag=MARIE):
    """A short badge of the driver: what arrives and what leaves, as two outcomes."""
    first = carried_out(trip, trip.driver_arrived(RELAY_ENABLED, HERE))
    return first, carried_out(trip, trip.badge_left(tag, False, PARKED, HERE))


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


def test_the_state_is_what_its_records_say_from_any_point_on():
    records = (
        TripStart(MARIE, 5, *HERE, 0, 0),
        LegStart(5000),
        Odometer(5100),
        TripPause(5150),
        TripResume(5150),
        TripHandover(5160, PAUL, 9, 1, 1, HANDOVER_ASKED),
        LegEnd(5200),
        TripHandover(5200, PAUL, 9, 1, 1, HANDOVER_SEEN_OFF),
        Refusal(PAUL, 1),
        TripPause(5200),
        TripEnd(5300, 0, 0, END_BADGE_HELD),
    )
    for cut in range(len(records) + 1):
        live = Trip()
        for record in records[:cut]:
            live.apply(record)
        again = Trip(live.to_bytes())
        for record in records[cut:]:
            live.apply(record)
            again.apply(record)
        assert again.to_bytes() == live.to_bytes()
    assert (live.open, live.odometer_m) == (False, 5300)


def test_a_box_killed_in_mid_trip_comes_back_with_its_driver():
    trip = started(ignition_on=True)
    again = Trip(trip.to_bytes())
    assert again.holds_start and again.in_leg and again.is_driver(MARIE)
    assert again.odometer_m == 5000


def technician_at(trip, tag=TECHNICIAN):
    """A technician's badge has come to the reader."""
    return carried_out(
        trip, trip.other_arrived(tag, Granted(0, True, False), False, PARKED, HERE, LOW)
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


def test_each_part_of_the_state_survives_a_restart_by_itself():
    steps = (
        TripStart(MARIE, 5, *HERE, 0, 0), LegStart(5001), LegEnd(5002), TripPause(5003),
        LegStart(5004), TripResume(5005), TripEnd(5006, 0, 0, END_INFERRED),
        TripStart(PAUL, 6, *HERE, 0, 0), TripEnd(5007, 0, 0, END_COMMAND),
    )  # fmt: skip
    expected = (
        (True, False, False, MARIE), (True, False, True, MARIE), (True, False, False, MARIE),
        (True, True, False, MARIE), (True, True, True, MARIE), (True, False, True, MARIE),
        (False, False, False, MARIE), (True, False, False, PAUL), (False, False, False, PAUL),
    )  # fmt: skip
    trip = Trip()
    for step, state in zip(steps, expected):
        trip.apply(step)
        for each in (trip, Trip(trip.to_bytes(), 99)):
            assert (each.open, each.paused, each.in_leg, each.driver) == state
            assert each.holds_start is (each.open and not each.paused)
            assert each.odometer_m == step.odometer_m


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


def test_a_box_that_knows_nothing_is_all_zero():
    assert Trip().to_bytes() == bytes(len(Trip().to_bytes()))
    for trip in (Trip(), Trip(started().to_bytes())):
        assert trip.badge_held(MARIE, True, PARKED, HERE) == (0, DOOR_LEAVE, "", ())
        assert trip.badge_left(MARIE, False, PARKED, HERE) == (0, DOOR_LEAVE, "", ())


UNTOLD = (5000, NO_POSITION, NO_POSITION)
PRIVATE = Granted(5, False, True)


def private_trip():
    trip = Trip()
    outcome = carried_out(
        trip, trip.other_arrived(MARIE, PRIVATE, False, PARKED, HERE, ASSURANCE_HIGH)
    )
    assert outcome.records == (TripStart(MARIE, 5, *UNTOLD, ASSURANCE_HIGH, 1),)
    return trip


def test_a_private_trip_tells_no_place_however_it_ends_also_after_a_restart():
    trip = private_trip()
    for each in (trip, Trip(trip.to_bytes())):
        for reason in (END_BADGE_HELD, END_INFERRED, END_COMMAND, END_TECHNICIAN):
            assert each.end(reason, HERE).records == (TripEnd(*UNTOLD, reason),)
        records = each.other_arrived(
            PAUL, Granted(9, False, False), False, PARKED, HERE, LOW
        ).records
        assert records == (TripEnd(*UNTOLD, END_OTHER_DRIVER), TripStart(PAUL, 9, *HERE, LOW, 0))


def test_the_trip_after_a_private_one_tells_its_places_again():
    trip = private_trip()
    carried_out(trip, trip.end(END_BADGE_HELD, HERE))
    ordinary = trip.other_arrived(MARIE, Granted(5, False, False), False, PARKED, HERE, LOW)
    assert carried_out(trip, ordinary).records == (TripStart(MARIE, 5, *HERE, LOW, 0),)
    assert trip.end(END_COMMAND, HERE).records == (TripEnd(*HERE, END_COMMAND),)


def test_who_comes_back_to_a_private_trip_that_the_box_ended_stays_private():
    trip = private_trip()
    carried_out(trip, trip.end(END_INFERRED, HERE))
    for each in (trip, Trip(trip.to_bytes())):
        for tag, grant_id, private in ((MARIE, 5, True), (MARIE, 6, False), (PAUL, 5, False)):
            verdict = Granted(grant_id, False, False)
            (record,) = each.other_arrived(tag, verdict, False, PARKED, HERE, LOW).records
            assert record[2:] == (UNTOLD + (LOW, 1) if private else tuple(HERE) + (LOW, 0))
    ordinary = started()
    carried_out(ordinary, ordinary.end(END_INFERRED, HERE))
    (record,) = ordinary.other_arrived(
        MARIE, Granted(5, False, False), False, PARKED, HERE, LOW
    ).records
    assert record[2:] == tuple(HERE) + (LOW, 0)


def test_a_private_trip_is_otherwise_like_any():
    trip, other = private_trip(), started()
    for each in (trip, other):
        carried_out(each, each.badge_left(MARIE, False, PARKED, HERE))
    assert tap(trip) == tap(other)
    assert (trip.holds_start, trip.grant) == (other.holds_start, other.grant)


def arrive(trip, tag, *grants, time_s=NOW_S, relay=RELAY_ENABLED, ignition_on=False, motion=PARKED):
    return trip.badge_arrived(
        tag,
        holding(*grants),
        time_s=time_s,
        relay=relay,
        ignition_on=ignition_on,
        motion=motion,
        where=HERE,
        assurance=ASSURANCE_HIGH,
    )


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


EVERY_WISH = (
    ASKED_PAUSE, ASKED_END, ASKED_END_COMMAND, ASKED_END_COMMAND_WITHOUT_KEYS, ASKED_END_TECHNICIAN,
)  # fmt: skip
PAUSED = (TripPause(5000),)
DONE = {
    ASKED_PAUSE: PAUSED,
    ASKED_END: (TripEnd(*HERE, END_BADGE_HELD),),
    ASKED_END_COMMAND: (TripEnd(*HERE, END_COMMAND),),
    ASKED_END_COMMAND_WITHOUT_KEYS: (TripEnd(*HERE, END_COMMAND),),
    ASKED_END_TECHNICIAN: (TripEnd(*HERE, END_TECHNICIAN),),
}


def asking(what, motion=RUNNING):
    trip = started(ignition_on=True)
    outcome = carried_out(trip, trip.ask(MARIE, what, True, motion, HERE))
    assert outcome == (0, DOOR_LEAVE, SIGNAL_PENDING, (TripAsked(5000, what),))
    assert trip.asked == what and trip.holds_start
    return trip


def test_whatever_is_asked_is_done_in_a_parked_car_and_refused_in_one_that_moves():
    for what in EVERY_WISH:
        trip = started()
        outcome = trip.ask(MARIE, what, True, PARKED, HERE)
        assert outcome.records == DONE[what] and outcome.door == DOOR_LOCK
        outcome = trip.ask(MARIE, what, True, MOVING, HERE)
        refusal = Refusal(MARIE, REFUSED_MOVING)
        assert outcome == (0, DOOR_LEAVE, "refused 14", (refusal,))


def test_what_is_asked_with_the_ignition_on_or_blindly_waits_until_it_may_be():
    for what in EVERY_WISH:
        for motion in (RUNNING, BLIND, OFF_AND_CREEPING):
            trip = asking(what, motion)
            for each in (trip, Trip(trip.to_bytes())):
                assert each.settle(NOW_MS, True, motion, HERE) == (0, DOOR_LEAVE, "", ())
                outcome = carried_out(each, each.settle(NOW_MS, True, PARKED, HERE))
                assert outcome.records == DONE[what] and outcome.door == DOOR_LOCK
                assert each.asked == ASKED_NOTHING
                assert each.settle(NOW_MS, True, PARKED, HERE).records == ()


def test_a_pending_end_waits_for_the_keys_where_they_matter():
    for what in EVERY_WISH:
        waits = what in (ASKED_END, ASKED_END_COMMAND)
        assert asking(what).settle(NOW_MS, False, PARKED, HERE).records == (
            () if waits else DONE[what]
        )


def test_what_is_pending_is_withdrawn_by_fifty_metres_and_by_the_drivers_badge():
    for what in EVERY_WISH:
        trip = asking(what)
        assert trip.settle(NOW_MS, True, MOVING, Where(5049, *HERE[1:])).records == ()
        records = trip.settle(NOW_MS, True, MOVING, Where(5050, *HERE[1:])).records
        assert records == (TripAsked(5050, ASKED_NOTHING),)
        outcome = carried_out(trip, trip.driver_arrived(RELAY_ENABLED, HERE))
        assert outcome.records == (TripAsked(5000, ASKED_NOTHING),)
        assert outcome.signal == SIGNAL_RESUMED and trip.asked == ASKED_NOTHING
        assert trip.badge_left(MARIE, False, RUNNING, HERE).records == ()


def test_a_badge_held_while_something_is_pending_asks_for_the_end_anew():
    trip = asking(ASKED_PAUSE)
    carried_out(trip, trip.driver_arrived(RELAY_ENABLED, HERE))
    outcome = trip.badge_held(MARIE, True, RUNNING, HERE)
    assert outcome.records == (TripAsked(5000, ASKED_END),)


def after_waiting(trip, waited_ms, motion, keys_in=False):
    """What becomes of the wish that a first look found so long ago."""
    assert trip.settle(NOW_MS, False, RUNNING, HERE) == (0, DOOR_LEAVE, "", ())
    return trip.settle(NOW_MS + waited_ms, keys_in, motion, HERE)


def test_an_ignition_that_stays_on_keeps_no_trip_open_for_ever():
    for what, still_ms, quiet_ms in (
        (ASKED_END, 600_000, 1_800_000), (ASKED_END_COMMAND, 600_000, 1_800_000),
        (ASKED_END_COMMAND_WITHOUT_KEYS, 600_000, 1_800_000),
        (ASKED_END_TECHNICIAN, 60_000, 600_000),
    ):  # fmt: skip
        reason = END_TECHNICIAN if what == ASKED_END_TECHNICIAN else END_IGNITION_LEFT_ON
        for waited_ms, motion in (
            (still_ms, motion_of(stands=True, still_ms=still_ms)),
            (quiet_ms, motion_of(quiet_ms=quiet_ms)),
        ):
            outcome = after_waiting(asking(what), waited_ms, motion)
            assert outcome == (0, DOOR_LOCK, SIGNAL_ENDED, (TripEnd(*HERE, reason),))
        for motion in (
            motion_of(stands=True, still_ms=still_ms - 1), motion_of(quiet_ms=quiet_ms - 1),
        ):  # fmt: skip
            assert after_waiting(asking(what), 9_999_999, motion).records == ()


def test_who_stood_for_long_before_asking_still_has_the_time_to_switch_off():
    still, quiet = motion_of(stands=True, still_ms=9_999_999), motion_of(quiet_ms=9_999_999)
    for what in (ASKED_END, ASKED_END_COMMAND, ASKED_END_COMMAND_WITHOUT_KEYS):
        for waited_ms, motion in ((599_999, still), (1_799_999, quiet)):
            trip = asking(what)
            assert after_waiting(trip, waited_ms, motion).records == ()
            assert len(trip.settle(NOW_MS + waited_ms + 1, False, motion, HERE).records) == 1
    assert len(after_waiting(asking(ASKED_END_TECHNICIAN), 0, still).records) == 1


def test_a_wish_anew_waits_anew():
    trip = asking(ASKED_END)
    left_on = motion_of(stands=True, still_ms=9_999_999)
    assert after_waiting(trip, 599_999, left_on).records == ()
    trip.apply(TripAsked(5000, ASKED_END_COMMAND))
    assert trip.settle(NOW_MS + 600_000, False, left_on, HERE).records == ()
    assert len(trip.settle(NOW_MS + 1_200_000, False, left_on, HERE).records) == 1


def test_a_pause_with_the_ignition_left_on_locks_once_and_waits_on():
    left_on = motion_of(stands=True, still_ms=600_000)
    trip = asking(ASKED_PAUSE)
    assert after_waiting(trip, 600_000, left_on) == (0, DOOR_LOCK, "", ())
    assert trip.holds_start and trip.asked == ASKED_PAUSE
    assert trip.settle(NOW_MS + 700_000, True, left_on, HERE) == (0, DOOR_LEAVE, "", ())
    assert trip.settle(NOW_MS + 800_000, True, PARKED, HERE).records == DONE[ASKED_PAUSE]
    trip.apply(TripAsked(5000, ASKED_PAUSE))
    assert after_waiting(trip, 600_000, left_on) == (0, DOOR_LOCK, "", ()), "another one"
    outcome = trip.driver_arrived(RELAY_ENABLED, HERE)
    assert outcome.door == DOOR_UNLOCK and outcome.records == (TripAsked(5000, ASKED_NOTHING),)


def test_the_doors_follow_the_drivers_badge_though_the_books_wait():
    locks = motion_of(stands=True, still_ms=5_000, locks=True)
    for what in EVERY_WISH:
        trip = asking(what)
        assert trip.settle(NOW_MS, True, RUNNING, HERE) == (0, DOOR_LEAVE, "", ())
        door = DOOR_LOCK if what in (ASKED_PAUSE, ASKED_END) else DOOR_LEAVE
        assert trip.settle(NOW_MS + 1, True, locks, HERE) == (0, door, "", ())
        assert trip.settle(NOW_MS + 2, True, locks, HERE) == (0, DOOR_LEAVE, "", ())
        assert trip.holds_start and trip.asked == what
    assert asking(ASKED_END).settle(NOW_MS, False, locks, HERE).door == DOOR_LEAVE, "keys are out"


def test_a_pending_pause_locks_again_after_a_restart():
    left_on = motion_of(stands=True, still_ms=600_000)
    trip = asking(ASKED_PAUSE)
    assert after_waiting(trip, 600_000, left_on).door == DOOR_LOCK
    assert after_waiting(Trip(trip.to_bytes()), 600_000, left_on).door == DOOR_LOCK


def test_who_left_the_ignition_on_may_come_back():
    trip = started()
    carried_out(trip, trip.end(END_IGNITION_LEFT_ON, HERE))
    assert trip.lapsed_grant(MARIE, NOW_S) == 5


def test_a_car_changes_hands_only_standing_and_off_or_after_its_driver_asked_to_end():
    granted = Granted(9, False, False)
    for motion, signal in (
        (PARKED, SIGNAL_STARTED), (RUNNING, SIGNAL_HANDOVER), (BLIND, SIGNAL_HANDOVER),
        (OFF_AND_CREEPING, SIGNAL_HANDOVER), (MOVING, "refused 14"),
    ):  # fmt: skip
        outcome = started().other_arrived(PAUL, granted, True, motion, HERE, LOW)
        assert outcome.signal == signal
        assert outcome.door == (DOOR_LEAVE if motion == MOVING else DOOR_UNLOCK)
    for what in EVERY_WISH:
        outcome = asking(what).other_arrived(PAUL, granted, True, RUNNING, HERE, LOW, NOW_S)
        assert (outcome.signal == SIGNAL_STARTED) is (what == ASKED_END), "by her own badge"
        assert asking(what).other_arrived(PAUL, granted, True, MOVING, HERE, LOW).records == (
            Refusal(PAUL, REFUSED_MOVING),
        )


def test_what_is_asked_of_no_trip_is_not_pending():
    trip = Trip()
    trip.apply(TripAsked(5000, ASKED_END))
    assert trip.asked == ASKED_NOTHING


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


def test_an_inhibiting_pulse_is_owed_from_the_start_on_until_the_box_has_given_it():
    trip = Trip()
    assert not trip.owes_inhibit
    for record, owes in (
        (TripStart(MARIE, 5, *HERE, 0, 1), True),
        (Relay(RELAY_INHIBITED, CAUSE_PARKED), False),
        (TripPause(5000), False),
        (Relay(RELAY_ENABLED, CAUSE_CONTACT), False),
        (TripResume(5000), True),
        (Relay(RELAY_INHIBITED, CAUSE_CONTACT), True),
        (Relay(RELAY_INHIBITED, CAUSE_COMMAND), False),
        (Relay(RELAY_ENABLED, CAUSE_GRANT), True),
        (TripEnd(*UNTOLD, END_INFERRED), True),
        (Relay(RELAY_INHIBITED, CAUSE_PARKED), False),
        (Relay(RELAY_ENABLED, CAUSE_TECHNICIAN), True),
    ):
        trip.apply(record)
        assert trip.owes_inhibit is owes
        again = Trip(trip.to_bytes())
        assert again.owes_inhibit is owes
        assert again.to_bytes() == trip.to_bytes()
        assert again.end(END_COMMAND, HERE).records == (TripEnd(*UNTOLD, END_COMMAND),)


def kept(
    flags, odometer_m=5000, asked=ASKED_NOTHING, asked_m=0, asked_s=0, ended_s=0, ordered=(0, 0)
):
    """What flash holds of MARIE's trip."""
    wish = (asked, asked_m, asked_s)
    return codec.encode("B8IIBIIIBI", (flags, MARIE, 5, odometer_m, *wish, ended_s, *ordered))


def test_what_is_kept_says_nothing_of_what_is_over():
    open_, lapsed, owes = 1, 8, 32
    trip = started()
    assert trip.to_bytes() == kept(open_ + owes)
    trip.apply(TripAsked(5001, ASKED_END), NOW_S)
    assert trip.to_bytes() == kept(open_ + owes, 5001, ASKED_END, 5001, NOW_S)
    trip.apply(TripAsked(5002, ASKED_NOTHING), NOW_S)
    assert trip.to_bytes() == kept(open_ + owes, 5002)
    trip.apply(TripEnd(*HERE, END_INFERRED), NOW_S)
    assert trip.to_bytes() == kept(lapsed + owes, ended_s=NOW_S)
    trip.apply(TripStart(MARIE, 5, *HERE, 0, 0), NOW_S)
    assert trip.to_bytes() == kept(open_ + owes)
    trip.apply(TripEnd(*HERE, END_COMMAND), NOW_S)
    assert trip.to_bytes() == kept(owes)


def test_an_order_from_afar_is_kept_as_long_as_it_stands():
    open_, lapsed, owes = 1, 8, 32
    trip = started()
    until = (ASKED_END_FROM_AFAR, NOW_S + 60)
    trip.apply(Ordered(*until), NOW_S)
    assert trip.to_bytes() == kept(open_ + owes, ordered=until)
    again = Trip(trip.to_bytes())
    assert (again.ordered, again.ordered_until_s) == until
    for over in (
        Ordered(ASKED_NOTHING, 0), TripStart(MARIE, 5, *HERE, 0, 0), TripEnd(*HERE, END_FROM_AFAR)
    ):  # fmt: skip
        trip.apply(Ordered(*until), NOW_S)
        trip.apply(over, NOW_S)
        assert (trip.ordered, trip.ordered_until_s) == (ASKED_NOTHING, 0)
    assert trip.to_bytes() == kept(lapsed + owes, ended_s=NOW_S), "it may be taken up again"


def test_a_theft_order_outlives_every_trip():
    trip = started()
    trip.apply(Ordered(ASKED_THEFT, 0), NOW_S)
    for record in (TripEnd(*HERE, END_FROM_AFAR), TripStart(MARIE, 5, *HERE, 0, 0)):
        trip.apply(record, NOW_S)
        assert trip.ordered == ASKED_THEFT
        assert Trip(trip.to_bytes()).ordered == ASKED_THEFT
    trip.apply(Ordered(ASKED_NOTHING, 0), NOW_S)
    assert trip.ordered == ASKED_NOTHING


def test_an_end_whose_time_is_not_told_is_one_at_an_unknown_time():
    trip = started()
    trip.apply(TripEnd(*HERE, END_INFERRED))
    assert trip.lapsed_grant(MARIE, 2) == NO_TRIP


def test_only_another_wish_a_pause_or_the_trips_end_settles_what_is_pending():
    for record in (Odometer(5010), LegEnd(5010), LegStart(5010), Occupant(PAUL), Refusal(PAUL, 1)):
        trip = asking(ASKED_END)
        trip.apply(record)
        assert trip.asked == ASKED_END
    for record in (TripPause(5010), TripEnd(*HERE, END_COMMAND), TripStart(PAUL, 9, *HERE, 0, 0)):
        trip = asking(ASKED_END)
        trip.apply(record)
        assert trip.asked == ASKED_NOTHING


def test_what_is_withdrawn_on_the_way_moves_neither_relay_nor_doors():
    there = Where(5050, *HERE[1:])
    outcome = asking(ASKED_END).settle(NOW_MS, True, MOVING, there)
    assert outcome == (0, DOOR_LEAVE, "", (TripAsked(5050, ASKED_NOTHING),))


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
