"""How the records of one box become trips, legs and kilometres.

A box's records arrive in order and without a hole, so the rules need only the trip that is still
open. A trip's distance is the sum of what the odometer advanced inside it: it never shrinks, also
when a replaced box counts from zero again. What happens outside a trip makes no trip. Where records
are lost, a trip ends with the last that is known of it: whose the next metres are nobody can know.
Nor can anybody while a next driver waits for the car: such metres are in the trip's time, and not
in its distance.

Never here: SQL, the wire, the clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from server.fleet.model.trips import Assurance, EndReason, TripState
from server.fleet.records import (
    FleetRecord,
    HandoverDropped,
    HandoverWaits,
    LegEnded,
    LegStarted,
    OccupantJoined,
    OdometerRead,
    Position,
    TripEnded,
    TripPaused,
    TripResumed,
    TripStarted,
)

MOST_SPEED_M_S = 60
"""Faster no car is on the average of a trip."""

MOST_TIMELESS_M = 5_000_000
"""Further no trip goes of which the car did not know the time."""

_CLOCK_OFF_S = 600


@dataclass(frozen=True, slots=True)
class LegDraft:
    """A leg under the rules; `leg_id` is None until it is stored."""

    leg_id: int | None
    started_at_s: int
    ended_at_s: int | None
    start_odometer_m: int
    last_odometer_m: int


@dataclass(frozen=True, slots=True)
class Taking:
    """Who waits for a car that another has; None: nobody knows whose the badge is."""

    agent_id: int | None


@dataclass(frozen=True, slots=True)
class TripDraft:
    """A trip under the rules; `trip_id` is None until it is stored.

    `legs` holds the leg that was open when the trip was loaded and those begun since, `occupants`
    the agents who have joined since. A `private` trip has no position.
    `taking`: who else may be driving, as long as that is not known.
    """

    trip_id: int | None
    agent_id: int | None
    directorate_id: int | None
    booking_id: int | None
    started_at_s: int
    ended_at_s: int | None
    start_odometer_m: int
    last_odometer_m: int
    distance_m: int
    state: TripState
    end_reason: EndReason | None
    assurance: Assurance
    private: bool
    start: Position | None
    end: Position | None
    legs: tuple[LegDraft, ...] = ()
    occupants: tuple[int, ...] = ()
    taking: Taking | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a batch.

    `trips` are the trips it touched, in order; `trip_of[i]` is the index in `trips` of the trip
    that the i-th record belongs to, or None for a record outside any trip. `taking_of[i]` is who
    else may have driven up to the i-th record; () where that is nobody of any.
    """

    trips: tuple[TripDraft, ...]
    trip_of: tuple[int | None, ...]
    taking_of: tuple[Taking | None, ...] = ()


def follow(
    open_trip: TripDraft | None,
    records: Iterable[FleetRecord | None],
    lost_since_s: int | None = None,
) -> Followed:
    """Apply one box's records, in its order, to the trip it had open (None: it had none).

    None among them stands for one that changes no trip, yet belongs to the open one.
    `lost_since_s`: records before the first are lost; nothing is known of the trip from then on.
    """
    trips = [] if open_trip is None else [open_trip]
    if open_trip is not None and lost_since_s is not None:
        trips = [_ended(open_trip, lost_since_s, "inferred", None)]
    trip_of: list[int | None] = []
    taking_of: list[Taking | None] = []
    for record in records:
        under_way = bool(trips) and trips[-1].state != "ended"
        taking_of.append(trips[-1].taking if under_way else None)
        if isinstance(record, TripStarted):
            if under_way:  # the box says the end first; one that lost it must not lose this trip
                trips[-1] = _ended(trips[-1], record.at_s, "inferred", None)
            trips.append(_started(record))
            under_way = True
        elif under_way:
            trips[-1] = _changed(trips[-1], record)
        trip_of.append(len(trips) - 1 if under_way else None)
    return Followed(tuple(trips), tuple(trip_of), tuple(taking_of) if any(taking_of) else ())


def is_drivable(distance_m: int, duration_s: int | None) -> bool:
    """Say whether a car may have driven so far in that time (None: nobody knows how long)."""
    if duration_s is None:
        return distance_m <= MOST_TIMELESS_M
    return distance_m <= MOST_SPEED_M_S * (duration_s + _CLOCK_OFF_S)


def _started(record: TripStarted) -> TripDraft:
    return TripDraft(
        trip_id=None,
        agent_id=record.holder.agent_id,
        directorate_id=record.holder.directorate_id,
        booking_id=record.holder.booking_id,
        started_at_s=record.at_s,
        ended_at_s=None,
        start_odometer_m=record.odometer_m,
        last_odometer_m=record.odometer_m,
        distance_m=0,
        state="open",
        end_reason=None,
        assurance=record.assurance,
        private=record.private,
        start=None if record.private else record.position,
        end=None,
    )


def _changed(trip: TripDraft, record: FleetRecord | None) -> TripDraft:
    """Apply a record inside an open trip."""
    match record:
        case TripEnded():
            advanced = _advanced(trip, record.odometer_m)
            return _ended(advanced, record.at_s, record.reason, record.position)
        case TripPaused():
            return replace(_advanced(trip, record.odometer_m), state="paused")
        case TripResumed():
            return replace(_advanced(trip, record.odometer_m), state="open")
        case HandoverWaits():
            taking = Taking(record.holder.agent_id)
            return replace(_advanced(trip, record.odometer_m), taking=taking)
        case HandoverDropped():
            return replace(_advanced(trip, record.odometer_m), taking=None)
        case OccupantJoined():
            agent_id = record.holder.agent_id
            if agent_id is None or agent_id in (trip.agent_id, *trip.occupants):
                return trip
            return replace(trip, occupants=(*trip.occupants, agent_id))
        case LegStarted():
            trip = _leg_closed(_advanced(trip, record.odometer_m), record.at_s)
            leg = LegDraft(None, record.at_s, None, record.odometer_m, record.odometer_m)
            return replace(trip, legs=(*trip.legs, leg))
        case LegEnded():
            return _leg_closed(_advanced(trip, record.odometer_m), record.at_s)
        case OdometerRead():
            return _advanced(trip, record.odometer_m)
        case _:
            return trip


def _advanced(trip: TripDraft, odometer_m: int) -> TripDraft:
    legs = trip.legs
    if legs and legs[-1].ended_at_s is None:
        leg = legs[-1]
        # An odometer that stepped back takes nothing back: the leg's start moves along with it.
        # Metres that may be another's move it too, so that they are none of the leg.
        shift_m = odometer_m - leg.last_odometer_m
        shift_m = shift_m if trip.taking else min(0, shift_m)
        leg = replace(
            leg,
            start_odometer_m=leg.start_odometer_m + shift_m,
            last_odometer_m=odometer_m,
        )
        legs = (*legs[:-1], leg)
    return replace(
        trip,
        distance_m=trip.distance_m
        + (0 if trip.taking else max(0, odometer_m - trip.last_odometer_m)),
        last_odometer_m=odometer_m,
        legs=legs,
    )


def _leg_closed(trip: TripDraft, at_s: int) -> TripDraft:
    if not trip.legs or trip.legs[-1].ended_at_s is not None:
        return trip
    leg = trip.legs[-1]
    closed = replace(leg, ended_at_s=max(at_s, leg.started_at_s))
    return replace(trip, legs=(*trip.legs[:-1], closed))


def _ended(trip: TripDraft, at_s: int, reason: EndReason, position: Position | None) -> TripDraft:
    return replace(
        _leg_closed(trip, at_s),
        state="ended",
        ended_at_s=max(at_s, trip.started_at_s),
        end_reason=reason,
        end=None if trip.private else position,
    )
