"""What a trip is brought to by badges and motion; imported by both interpreters."""

from firmware.logic.access.badge_decision import Granted
from firmware.logic.access.outcome import (
    DOOR_LEAVE,
    SIGNAL_PENDING,
)
from firmware.logic.road.whereabouts import Where
from firmware.logic.trip.trip import Trip
from shared_protocol.records import (
    ASKED_END,
    ASKED_END_COMMAND,
    ASKED_END_COMMAND_WITHOUT_KEYS,
    ASKED_END_TECHNICIAN,
    ASKED_PAUSE,
    ASSURANCE_HIGH,
    ASSURANCE_LOW,
    END_BADGE_HELD,
    END_COMMAND,
    END_TECHNICIAN,
    NO_POSITION,
    RELAY_ENABLED,
    TripAsked,
    TripEnd,
    TripPause,
    TripStart,
)
from tests.firmware.logic.held_sets import NOW_S, holding
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
UNTOLD = (5000, NO_POSITION, NO_POSITION)
PRIVATE = Granted(5, False, True)
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


def technician_at(trip, tag=TECHNICIAN):
    """A technician's badge has come to the reader."""
    return carried_out(
        trip, trip.other_arrived(tag, Granted(0, True, False), False, PARKED, HERE, LOW)
    )


def private_trip():
    trip = Trip()
    outcome = carried_out(
        trip, trip.other_arrived(MARIE, PRIVATE, False, PARKED, HERE, ASSURANCE_HIGH)
    )
    assert outcome.records == (TripStart(MARIE, 5, *UNTOLD, ASSURANCE_HIGH, 1),)
    return trip


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


def asking(what, motion=RUNNING):
    trip = started(ignition_on=True)
    outcome = carried_out(trip, trip.ask(MARIE, what, True, motion, HERE))
    assert outcome == (0, DOOR_LEAVE, SIGNAL_PENDING, (TripAsked(5000, what),))
    assert trip.asked == what and trip.holds_start
    return trip
