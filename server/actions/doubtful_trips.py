"""Trips whose time or distance cannot be, and saying whether they count: a named person answers.

Never here: what cannot be (fleet/own_time, fleet/trips.py).
"""

from server.actions import trips
from server.actions.actor import Person, may, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Flag, Id
from server.fleet.model.trips import Trip
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import Right


class Settle(trips.OneTrip):
    """Whether it counts; `distance_m` is how many metres were seen when that was said."""

    distance_m: Id
    is_counted: Flag


@audited(Act.SETTLE_TRIP, "trip")
async def settle(actor: Person, request: Settle, actions: Actions) -> Trip:
    """Let a doubtful trip that ended be in the totals, or not; the last word holds.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_TRIP; NO_SUCH_METRES when there is nothing to settle of it;
            METRES_CHANGED since they were seen.
    """
    require(actor, Right.SETTLE_TRIPS)
    trip = await trips.get(actor, trips.OneTrip(trip_id=request.trip_id), actions)
    if not may(actor, Right.SETTLE_TRIPS, await actions.about_trip(trip)):
        raise Refused(Refusal("", Reason.NOT_ALLOWED))
    if trip.state != "ended" or not trip.is_implausible:
        raise Refused(Refusal("", Reason.NO_SUCH_METRES))
    if not await actions.store.doubtful_trips.settle(
        trip.trip_id,
        request.distance_m,
        request.is_counted,
        actor.agent.agent_id,
        actions.clock.now_s(),
    ):
        raise Refused(Refusal("", Reason.METRES_CHANGED))
    return trip
