"""What is asked for and waits until it may be done, or is withdrawn."""

from firmware.logic.access.badge_decision import Granted
from firmware.logic.access.outcome import (
    DOOR_LEAVE,
    DOOR_LOCK,
    DOOR_UNLOCK,
    SIGNAL_ENDED,
    SIGNAL_HANDOVER,
    SIGNAL_RESUMED,
    SIGNAL_STARTED,
)
from firmware.logic.road.whereabouts import Where
from firmware.logic.trip.trip import Trip
from shared_protocol.records import (
    ASKED_END,
    ASKED_END_COMMAND,
    ASKED_END_COMMAND_WITHOUT_KEYS,
    ASKED_END_TECHNICIAN,
    ASKED_NOTHING,
    ASKED_PAUSE,
    END_IGNITION_LEFT_ON,
    END_TECHNICIAN,
    REFUSED_MOVING,
    RELAY_ENABLED,
    Refusal,
    TripAsked,
    TripEnd,
)
from tests.firmware.logic.held_sets import NOW_S
from tests.firmware.logic.motions import motion_of
from tests.firmware.logic.trip.scenes import (
    BLIND,
    DONE,
    EVERY_WISH,
    HERE,
    LOW,
    MARIE,
    MOVING,
    NOW_MS,
    OFF_AND_CREEPING,
    PARKED,
    PAUL,
    RUNNING,
    asking,
    carried_out,
    started,
)


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
