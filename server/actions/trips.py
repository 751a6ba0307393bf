"""One trip as somebody may see it, which trips of the log are theirs to see, and ending one.

A manager sees every trip, an agent their own. Never here: when a box ends a trip (the box decides),
how kilometres are counted (fleet/trips.py).
"""

from dataclasses import dataclass, replace

from server.actions import boxes
from server.actions.actor import Actor, Person, is_manager, is_self, manager_only
from server.actions.tools import Actions
from server.fleet.commands import END_OF, is_awaited
from server.fleet.feedback import Feedback
from server.fleet.inputs import Flag, Id, Input
from server.fleet.lateness import late_s
from server.fleet.model import (
    Booking,
    Command,
    EndFromAfar,
    PendingWish,
    Trip,
    TripDetail,
    TripFilter,
)
from server.fleet.refusals import Reason, Refusal, Refused


class OneTrip(Input):
    """A trip by its number."""

    trip_id: Id


class EndTrip(OneTrip):
    """The end of a trip; `without_keys`: also when the keys are not back in their holder."""

    without_keys: Flag = False


@dataclass(frozen=True, slots=True)
class TripView:
    """A trip for its page, with what is known of it and what whoever asks may do with it.

    `late_s` is 0 for one that was not late; `end_order` the newest request to end it;
    `ends_from_afar` what a manager may withdraw of these, one at most. `pending` is what waits in
    the car.
    """

    detail: TripDetail
    booking: Booking | None
    late_s: int
    ends_from_afar: tuple[EndFromAfar, ...]
    feedback: Feedback | None
    end_order: Command | None
    pending: PendingWish | None
    is_driver: bool
    may_end: bool
    may_say: bool
    may_answer: bool


@dataclass(frozen=True, slots=True)
class EndOffer:
    """A trip under way, whether whoever asks is its driver, and may end it without the keys too."""

    trip: Trip
    is_driver: bool
    without_keys_too: bool


async def get(actor: Actor, request: OneTrip, actions: Actions) -> Trip:
    """Return a trip.

    Raises:
        Refused: NO_SUCH_TRIP, also for one that is not theirs to know of.
    """
    trip = await actions.store.trips.one(request.trip_id)
    if trip is None or not (is_manager(actor) or is_self(actor, trip.agent_id)):
        raise Refused(Refusal("", Reason.NO_SUCH_TRIP))
    return trip


async def view(
    actor: Actor,
    request: OneTrip,
    actions: Actions,
    records: int | None = None,
    before: tuple[int, int] | None = None,
) -> TripView:
    """Return a trip for its page; raises as `get`.

    Args:
        actor: who asks.
        request: for which trip.
        actions: see there.
        records: how many of its records, the newest; None: all.
        before: (epoch, seq) of the record that these come before.
    """
    await get(actor, request, actions)
    store, now_s = actions.store, actions.clock.now_s()
    if records is None:
        detail = await store.trips.get(request.trip_id)
    else:
        detail = await store.trips.newest_of(request.trip_id, records, before)
    assert detail is not None, "no trip is ever deleted"
    trip = detail.trip
    feedback = await store.feedback.of_trip(trip.trip_id)
    bookings = {} if trip.booking_id is None else await store.bookings.by_id([trip.booking_id])
    is_driver = is_self(actor, trip.agent_id)
    return TripView(
        detail,
        next(iter(bookings.values()), None),
        late_s(trip, now_s),
        tuple(await store.commands.ends_from_afar(now_s, 1, trip.trip_id))
        if is_manager(actor)
        else (),
        feedback,
        await store.commands.end_order(trip.trip_id, now_s),
        await store.trips.pending_of(trip.trip_id),
        is_driver,
        may_end=trip.state != "ended",
        may_say=is_driver,
        may_answer=is_manager(actor) and feedback is not None and feedback.can_be_answered,
    )


def narrowed(actor: Actor, wanted: TripFilter) -> TripFilter:
    """Return the part of what is wanted that the actor may see: an agent's own trips."""
    if isinstance(actor, Person) and not is_manager(actor):
        return replace(wanted, agent_id=actor.agent.agent_id, directorate_id=None)
    return wanted


async def to_end(actor: Actor, request: OneTrip, actions: Actions) -> EndOffer:
    """Return a trip that may be asked to end.

    Raises:
        Refused: NO_SUCH_TRIP, TRIP_OVER.
    """
    trip = await get(actor, request, actions)
    if trip.state == "ended":
        raise Refused(Refusal("", Reason.TRIP_OVER))
    return EndOffer(trip, is_self(actor, trip.agent_id), is_manager(actor))


async def end(actor: Actor, request: EndTrip, actions: Actions) -> Command:
    """Ask the box to end a trip: as its driver would, or from afar; asking twice is asking once.

    Raises:
        Refused: NO_SUCH_TRIP, TRIP_OVER; NOT_ALLOWED, for an agent without the keys.
    """
    offer = await to_end(actor, OneTrip(trip_id=request.trip_id), actions)
    if request.without_keys and not offer.without_keys_too:
        raise Refused(Refusal("without_keys", Reason.NOT_ALLOWED))
    kind = END_OF[offer.is_driver, request.without_keys]
    now_s = actions.clock.now_s()
    before = await actions.store.commands.end_order(request.trip_id, now_s)
    if before is not None and is_awaited(before, kind):
        return before
    box_id = await boxes.fitted_box(offer.trip.vehicle_id, actions)
    return await boxes.ask(actor, box_id, kind, actions)


async def to_withdraw(actor: Actor, request: OneTrip, actions: Actions) -> EndFromAfar:
    """Return the end of a trip under way that somebody else asked for, and that waits.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_TRIP, NOTHING_TO_WITHDRAW.
    """
    manager_only(actor)
    trip = await get(actor, request, actions)
    now_s = actions.clock.now_s()
    waiting = await actions.store.commands.ends_from_afar(now_s, 1, trip.trip_id)
    if not waiting or waiting[0].is_withdrawn:
        raise Refused(Refusal("", Reason.NOTHING_TO_WITHDRAW))
    return waiting[0]


async def withdraw_end(actor: Actor, request: OneTrip, actions: Actions) -> Command:
    """Tell the box that somebody else's end of a trip is not wanted any more.

    Raises:
        Refused: as `to_withdraw`; NO_BOX.
    """
    waiting = await to_withdraw(actor, request, actions)
    box_id = await boxes.fitted_box(waiting.vehicle_id, actions)
    return await boxes.ask(actor, box_id, "withdraw-end", actions)
