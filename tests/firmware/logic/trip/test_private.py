"""A private trip: no place of it is told, however it ends."""

from firmware.logic.access.badge_decision import Granted
from firmware.logic.trip.trip import Trip
from shared_protocol.records import (
    END_BADGE_HELD,
    END_COMMAND,
    END_INFERRED,
    END_OTHER_DRIVER,
    END_TECHNICIAN,
    TripEnd,
    TripStart,
)
from tests.firmware.logic.trip.scenes import (
    HERE,
    LOW,
    MARIE,
    PARKED,
    PAUL,
    UNTOLD,
    carried_out,
    private_trip,
    started,
    tap,
)


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
