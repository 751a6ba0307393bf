"""A car that somebody has changes hands: whose booking keeps it, and what waits until it may."""

from firmware.logic.access.badge_decision import Granted, Refused
from firmware.logic.access.card import RANK_DRIVER, RANK_GRANTED, RANK_REFUSED
from firmware.logic.access.outcome import (
    CAUSE_GRANT,
    CAUSE_TECHNICIAN,
    DOOR_LEAVE,
    DOOR_UNLOCK,
    NOTHING,
    SIGNAL_HANDOVER,
    SIGNAL_NOTED,
    SIGNAL_PENDING,
    SIGNAL_RELEASED,
    SIGNAL_RESUMED,
    SIGNAL_STARTED,
    Outcome,
)
from firmware.logic.road.whereabouts import Where
from firmware.logic.trip.trip import Trip
from shared_protocol.messages import GRANT_NO_LICENCE, GRANT_NO_NOTICE, GRANT_PASSENGER
from shared_protocol.records import (
    ASKED_END,
    ASKED_END_COMMAND,
    ASKED_END_FROM_AFAR,
    ASKED_END_TECHNICIAN,
    ASKED_NOTHING,
    ASKED_PAUSE,
    ASKED_THEFT,
    ASSURANCE_HIGH,
    ASSURANCE_LOW,
    END_BADGE_HELD,
    END_OTHER_DRIVER,
    HANDOVER_ASKED,
    HANDOVER_DROPPED,
    HANDOVER_SEEN_OFF,
    NO_POSITION,
    REFUSED_CAR_IN_USE,
    REFUSED_IGNITION_ON,
    REFUSED_THEFT_ORDER,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    LegStart,
    Ordered,
    Refusal,
    TripAsked,
    TripEnd,
    TripHandover,
    TripPause,
    TripResume,
    TripStart,
)
from tests.firmware.logic.held_sets import MARIE, NOW_S, PAUL, grant, holding
from tests.firmware.logic.motions import motion_of

ZOE = b"zoe-----"
MINE, HIS = 5, 9
HERE = Where(5000, 480_061_000, 1_996_000)
LATER = Where(7000, 480_062_000, 1_997_000)
NOWHERE = (7000, NO_POSITION, NO_POSITION)
PARKED = motion_of(off=True, stands=True, off_ms=60_000, still_ms=60_000)
OFF_AND_CREEPING = motion_of(off=True, off_ms=60_000, still_ms=60_000)
RUNNING = motion_of(stands=True, still_ms=10_000)  # ignition on
BLIND = motion_of(quiet_ms=60_000)  # ignition on, speed unknown
MOVING = motion_of(moves=True)
NONE = holding()
ASKED = TripHandover(5000, PAUL, HIS, ASSURANCE_HIGH, 0, HANDOVER_ASKED)
SEEN_OFF = TripHandover(7000, PAUL, HIS, ASSURANCE_HIGH, 0, HANDOVER_SEEN_OFF)
DROPPED = TripHandover(7000, PAUL, HIS, ASSURANCE_HIGH, 0, HANDOVER_DROPPED)
HIS_TRIP = (
    TripEnd(*LATER, END_OTHER_DRIVER),
    TripStart(PAUL, HIS, *LATER, ASSURANCE_HIGH, 0),
)


def having(*records, tag=MARIE, number=MINE):
    """MARIE's trip, under way, and what has been recorded since."""
    trip = Trip()
    trip.apply(TripStart(tag, number, *HERE, ASSURANCE_LOW, 0), NOW_S)
    trip.apply(LegStart(5000), NOW_S)
    for record in records:
        trip.apply(record, NOW_S)
    return trip


def arrives(trip, tag, motion, grants=NONE, time_s=NOW_S, relay=RELAY_ENABLED, ignition_on=True):
    return trip.badge_arrived(
        tag,
        grants,
        time_s=time_s,
        relay=relay,
        ignition_on=ignition_on,
        motion=motion,
        where=LATER,
        assurance=ASSURANCE_HIGH,
    )


def test_a_running_booking_keeps_the_car_until_its_end():
    his = grant(HIS, PAUL)
    for begins_s, ends_s, keeps in (
        (NOW_S - 9, NOW_S + 1, True), (NOW_S, NOW_S + 1, True), (NOW_S - 9, NOW_S, False),
        (NOW_S + 1, NOW_S + 9, False),
    ):  # fmt: skip
        for number in (MINE, 77):  # whichever of her bookings it is
            grants = holding(grant(number, MARIE, begins_s, ends_s), his)
            got = arrives(having(), PAUL, PARKED, grants)
            assert (got == Outcome(0, DOOR_LEAVE, "refused 5", got.records)) is keeps
            assert (got.records == (Refusal(PAUL, REFUSED_CAR_IN_USE),)) is keeps
            assert (got.signal == SIGNAL_STARTED) is not keeps
            paused = having(TripPause(5000))
            assert (arrives(paused, PAUL, PARKED, grants).signal == SIGNAL_STARTED) is not keeps
            rank = having().badge_rank(PAUL, grants, NOW_S)
            assert rank == (RANK_REFUSED if keeps else RANK_GRANTED)


def test_of_her_grants_only_a_booking_keeps_the_car_also_without_a_licence_or_notice():
    his = grant(HIS, PAUL)
    for kind, keeps in (
        (GRANT_NO_LICENCE, True), (GRANT_NO_NOTICE, True), (GRANT_PASSENGER, False),
    ):  # fmt: skip
        grants = holding(grant(MINE, MARIE, kind=kind), his)
        assert (arrives(having(), PAUL, PARKED, grants).signal == SIGNAL_STARTED) is not keeps
    both = (grant(MINE, MARIE, kind=GRANT_PASSENGER), grant(6, MARIE), his)
    assert arrives(having(), PAUL, PARKED, holding(*both)).signal == "refused 5"


def test_a_booking_that_had_ended_keeps_nothing_when_the_clock_goes_back():
    grants = holding(grant(MINE, MARIE, ends_s=NOW_S + 10), grant(HIS, PAUL))
    grants.closed_s = NOW_S + 9
    assert arrives(having(), PAUL, PARKED, grants).signal == "refused 5"
    grants.closed_s = NOW_S + 10
    assert arrives(having(), PAUL, PARKED, grants).signal == SIGNAL_STARTED


def test_at_an_unknown_time_any_booking_of_hers_keeps_the_car():
    his = grant(HIS, PAUL, 0)
    for held, keeps in (((grant(6, MARIE, 1, 2),), True), ((), False)):
        got = arrives(having(), PAUL, PARKED, holding(*held, his), 0)
        assert (got.signal == "refused 5") is keeps


def test_the_booking_itself_and_who_asked_to_end_keep_nothing():
    grants = holding(grant(MINE, MARIE), grant(MINE, PAUL), grant(8, ZOE))
    assert arrives(having(), PAUL, PARKED, grants).signal == SIGNAL_STARTED
    assert arrives(having(), ZOE, PARKED, grants).signal == "refused 5"
    for what in (ASKED_END, ASKED_END_COMMAND):
        asked = having(TripAsked(5000, what))
        assert arrives(asked, ZOE, PARKED, grants).signal == SIGNAL_STARTED
    for what in (ASKED_PAUSE, ASKED_END_TECHNICIAN):
        asked = having(TripAsked(5000, what))
        assert arrives(asked, ZOE, PARKED, grants).signal == "refused 5"


def test_a_technician_is_let_in_whoever_has_the_car():
    trip = having(ASKED)
    technician = Granted(0, True, False)
    got = trip.other_arrived(ZOE, technician, True, RUNNING, HERE, ASSURANCE_LOW)
    assert got == Outcome(CAUSE_TECHNICIAN, DOOR_UNLOCK, SIGNAL_RELEASED, ())


def test_a_next_badge_with_the_ignition_on_opens_and_waits_and_changes_no_trip():
    for private in (False, True):
        for motion in (RUNNING, BLIND, OFF_AND_CREEPING):
            trip = having()
            got = trip.other_arrived(
                PAUL, Granted(HIS, False, private), True, motion, HERE, ASSURANCE_HIGH, NOW_S
            )
            told = TripHandover(5000, PAUL, HIS, ASSURANCE_HIGH, int(private), HANDOVER_ASKED)
            assert got == Outcome(CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_HANDOVER, (told,))
            trip.apply(told, NOW_S)
            assert trip.is_driver(MARIE) and trip.is_taking(PAUL) and not trip.is_taking(MARIE)
            assert trip.badge_rank(PAUL, NONE, NOW_S) == RANK_DRIVER
            assert trip.badge_left(PAUL, False, RUNNING, HERE) == NOTHING
            assert Trip(trip.to_bytes()).taking == told
    assert arrives(having(), PAUL, MOVING, holding(grant(HIS, PAUL))).signal == "refused 14"


def test_a_third_badge_opens_and_does_not_wait():
    granted = Granted(8, False, False)
    got = having(ASKED).other_arrived(ZOE, granted, True, RUNNING, HERE, ASSURANCE_LOW, NOW_S)
    refused = (Refusal(ZOE, REFUSED_IGNITION_ON),)
    assert got == Outcome(CAUSE_GRANT, DOOR_UNLOCK, "refused 15", refused)
    got = having(ASKED).other_arrived(ZOE, granted, False, PARKED, HERE, ASSURANCE_LOW, NOW_S)
    assert got.signal == SIGNAL_STARTED


def test_an_end_that_her_badge_asked_for_within_ten_minutes_hands_over_at_once():
    grants = holding(grant(HIS, PAUL, ends_s=NOW_S + 900))
    for what, time_s, at_once in (
        (ASKED_END, NOW_S, True), (ASKED_END, NOW_S + 600, True), (ASKED_END, NOW_S + 601, False),
        (ASKED_END, NOW_S - 1, False), (ASKED_PAUSE, NOW_S, False),
        (ASKED_END_COMMAND, NOW_S, False),
    ):  # fmt: skip
        asked = TripAsked(5000, what)
        for trip in (having(asked), Trip(having(asked).to_bytes())):
            got = arrives(trip, PAUL, RUNNING, grants, time_s)
            assert got.signal == (SIGNAL_STARTED if at_once else SIGNAL_HANDOVER)
        assert arrives(having(asked), PAUL, BLIND, grants, time_s).signal == SIGNAL_HANDOVER
    unknown = having()
    unknown.apply(TripAsked(5000, ASKED_END), 0)
    assert arrives(unknown, PAUL, RUNNING, holding(grant(HIS, PAUL, 0)), 0).signal == (
        SIGNAL_HANDOVER
    )
    withdrawn = having(TripAsked(5000, ASKED_END), TripAsked(5000, ASKED_NOTHING))
    assert arrives(withdrawn, PAUL, RUNNING, grants).signal == SIGNAL_HANDOVER


def test_who_waits_has_the_car_at_once_when_its_driver_asks_to_end():
    trip = having(ASKED, TripAsked(5000, ASKED_END))
    got = arrives(trip, PAUL, RUNNING)
    assert got == Outcome(CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_STARTED, (*HIS_TRIP, LegStart(7000)))


def test_either_badge_resumes_and_pauses_while_the_ignition_stays_on():
    for tag in (MARIE, PAUL):
        for motion in (RUNNING, BLIND, MOVING):
            trip = having(ASKED)
            got = arrives(trip, tag, motion)
            assert got == Outcome(0, DOOR_LEAVE, SIGNAL_NOTED, ())
        asked = trip.badge_left(tag, False, RUNNING, LATER)
        assert asked.signal == SIGNAL_PENDING
        assert asked.records == (TripAsked(7000, ASKED_PAUSE),)
        trip = having(ASKED, *asked.records)
        got = arrives(trip, tag, RUNNING)
        taken_back = (TripAsked(7000, ASKED_NOTHING),)
        assert got == Outcome(CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, taken_back)
        assert trip.badge_left(tag, False, RUNNING, LATER) == NOTHING
        paused = having(ASKED, TripPause(5000))
        assert arrives(paused, tag, RUNNING).records == (TripResume(7000),)
        inhibited = arrives(having(ASKED), tag, RUNNING, relay=RELAY_INHIBITED)
        assert inhibited == Outcome(CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, ())


def test_who_waits_ends_nothing_and_takes_no_end_back():
    trip = having(ASKED)
    arrives(trip, PAUL, RUNNING)
    assert trip.badge_held(PAUL, True, RUNNING, LATER) == NOTHING
    assert trip.badge_left(PAUL, True, RUNNING, LATER) == NOTHING
    for what in (ASKED_END_TECHNICIAN, ASKED_END_COMMAND):
        assert arrives(having(ASKED, TripAsked(5000, what)), PAUL, RUNNING) == Outcome(
            CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_RESUMED, ()
        )


def test_that_the_ignition_was_off_is_noted_once():
    trip = having(ASKED)
    for motion in (RUNNING, BLIND, MOVING, OFF_AND_CREEPING):
        assert trip.settle_handover(NONE, NOW_S, motion, LATER, 0) == NOTHING
    seen = trip.settle_handover(NONE, NOW_S, PARKED, LATER, 0)
    assert seen == Outcome(0, DOOR_LEAVE, "", (SEEN_OFF,))
    assert having(ASKED, SEEN_OFF).settle_handover(NONE, NOW_S, PARKED, LATER, 0) == NOTHING
    assert having().settle_handover(NONE, NOW_S, PARKED, LATER, 0) == NOTHING


def test_the_first_one_badged_after_the_ignition_was_off_is_the_driver():
    for seen, motion, settled in (
        ((), PARKED, True), ((), RUNNING, False), ((), OFF_AND_CREEPING, False),
        ((SEEN_OFF,), PARKED, True), ((SEEN_OFF,), RUNNING, True), ((SEEN_OFF,), BLIND, True),
        ((SEEN_OFF,), MOVING, False),
    ):  # fmt: skip
        trip = having(ASKED, *seen)
        got = arrives(trip, MARIE, motion)
        assert got == Outcome(0, DOOR_LEAVE, SIGNAL_NOTED, (DROPPED,) if settled else ())
        paused = having(ASKED, *seen, TripPause(5000))
        got = arrives(paused, MARIE, motion).records
        assert got == ((DROPPED,) if settled else ()) + (TripResume(7000),)
        trip = having(ASKED, *seen)
        got = arrives(trip, PAUL, motion, ignition_on=False)
        if settled:
            assert got == Outcome(CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_STARTED, HIS_TRIP)
            trip = having(ASKED, *seen)
            arrives(trip, PAUL, RUNNING if not seen else MOVING)
            assert arrives(trip, PAUL, motion).signal == SIGNAL_STARTED
            assert trip.badge_left(PAUL, False, motion, LATER) == NOTHING, "what began it"
        else:
            assert got == Outcome(0, DOOR_LEAVE, SIGNAL_NOTED, ())


def test_what_is_settled_waits_no_more():
    for record in (DROPPED, *HIS_TRIP):
        trip = having(ASKED, record)
        assert trip.taking is None and not trip.is_taking(PAUL)
        assert Trip(trip.to_bytes()).taking is None
    trip = having(ASKED, DROPPED)
    assert trip.is_driver(MARIE) and trip.odometer_m == 7000
    over = having(TripEnd(*HERE, END_BADGE_HELD), ASKED)
    assert over.taking is None, "nobody has it"


def test_a_private_next_trip_tells_no_place():
    private = TripHandover(5000, PAUL, HIS, ASSURANCE_LOW, 1, HANDOVER_ASKED)
    got = arrives(having(private), PAUL, PARKED, ignition_on=False).records
    assert got == (
        TripEnd(*LATER, END_OTHER_DRIVER), TripStart(PAUL, HIS, *NOWHERE, ASSURANCE_LOW, 1)
    )  # fmt: skip


def left_on(trip, seconds, motion, grants=NONE, time_s=NOW_S):
    """The outcome of a look so many seconds after the first that saw the handover wait."""
    trip.settle_handover(grants, time_s, RUNNING, LATER, 1_000)
    return trip.settle_handover(grants, time_s, motion, LATER, 1_000 + seconds * 1000)


def test_an_ignition_left_on_hands_the_car_over():
    still = motion_of(stands=True, still_ms=600_000)
    quiet = motion_of(quiet_ms=1_800_000)
    done = Outcome(0, DOOR_LEAVE, SIGNAL_STARTED, (*HIS_TRIP, LegStart(7000)))
    for motion, seconds in ((still, 600), (quiet, 1800)):
        assert left_on(having(ASKED), seconds, motion) == done
        assert left_on(having(ASKED, SEEN_OFF), seconds, motion) == done
        assert left_on(having(ASKED), seconds - 1, motion) == NOTHING, "since he badged"
    almost = motion_of(stands=True, still_ms=599_999)
    assert left_on(having(ASKED), 900, almost) == NOTHING
    assert left_on(having(ASKED), 9_000, motion_of(quiet_ms=1_799_999)) == NOTHING
    off = motion_of(off=True, stands=True, still_ms=600_000)
    assert left_on(having(ASKED, SEEN_OFF), 900, off) == NOTHING
    trip = having(ASKED)
    trip.apply(TripAsked(7000, ASKED_NOTHING))
    assert left_on(trip, 600, still) == done


def test_an_ignition_left_on_ends_no_running_booking_but_for_its_other_driver():
    still = motion_of(stands=True, still_ms=600_000)
    hers = holding(grant(MINE, MARIE, ends_s=NOW_S + 10))
    assert left_on(having(ASKED), 600, still, hers) == NOTHING
    assert left_on(having(ASKED), 600, still, hers, 0) == NOTHING, "nobody can tell"
    assert left_on(having(ASKED), 600, still, hers, NOW_S + 10).signal == SIGNAL_STARTED
    shared = TripHandover(5000, PAUL, MINE, ASSURANCE_LOW, 0, HANDOVER_ASKED)
    assert left_on(having(shared), 600, still, hers).signal == SIGNAL_STARTED


def test_the_ten_minutes_of_a_handover_begin_with_its_own_badge():
    still = motion_of(stands=True, still_ms=900_000)
    trip = having(ASKED)
    assert left_on(trip, 300, still) == NOTHING
    trip.apply(DROPPED, NOW_S)
    granted = Granted(HIS, False, False)
    asked = trip.other_arrived(PAUL, granted, True, RUNNING, HERE, ASSURANCE_HIGH, NOW_S)
    trip.apply(asked.records[0], NOW_S)
    assert trip.settle_handover(NONE, NOW_S, still, LATER, 700_000) == NOTHING
    assert trip.settle_handover(NONE, NOW_S, still, LATER, 1_299_999) == NOTHING
    assert trip.settle_handover(NONE, NOW_S, still, LATER, 1_300_000).signal == SIGNAL_STARTED


def test_a_refused_badge_takes_no_part_in_a_handover():
    got = having(ASKED).other_arrived(ZOE, Refused(2), False, PARKED, HERE, ASSURANCE_LOW, NOW_S)
    assert got.records == (Refusal(ZOE, 2),)


def test_who_waits_gets_no_car_that_is_reported_stolen():
    trip = Trip()
    trip.apply(TripStart(MARIE, MINE, *HERE, ASSURANCE_LOW, 0))
    trip.apply(TripHandover(5000, PAUL, HIS, ASSURANCE_LOW, 0, HANDOVER_ASKED))
    trip.apply(Ordered(ASKED_END_FROM_AFAR, NOW_S))
    assert trip.is_taking(PAUL)
    trip.apply(Ordered(ASKED_THEFT, 0))
    assert not trip.is_taking(PAUL)


def test_a_car_that_is_reported_stolen_changes_hands_to_nobody():
    trip = Trip()
    trip.apply(TripStart(MARIE, MINE, *HERE, ASSURANCE_LOW, 0))
    his = holding(grant(HIS, PAUL))
    trip.apply(Ordered(ASKED_THEFT, 0))
    outcome = arrives(trip, PAUL, PARKED, his, ignition_on=False)
    assert outcome.records == (Refusal(PAUL, REFUSED_THEFT_ORDER),)
