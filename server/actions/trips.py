"""One trip as somebody may see it, which trips of the log are theirs to see, and ending one.

An agent sees their own, a manager those of the people they manage.
Never here: when a box ends a trip (the box decides), how kilometres are counted (fleet/trips.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.actions import boxes
from server.actions.actor import Actor, Operator, Person, is_self, may, reach_of, require
from server.actions.audit.acts import audited, performed_by
from server.actions.privacy.places import TripPlaces, of_trips
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.commands import END_OF, is_awaited
from server.fleet.feedback import Feedback
from server.fleet.inputs import Flag, Id, Input
from server.fleet.lateness import late_s
from server.fleet.model.bookings import Booking
from server.fleet.model.boxes import Command, EndFromAfar
from server.fleet.model.trips import PendingWish, Trip, TripDetail, TripFilter
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import About, Right

_PLACES = ("lat_e7", "lon_e7")  # the words of a record


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
    the car; `places` is where it began and ended, as far as that is theirs to see.
    """

    detail: TripDetail
    places: TripPlaces
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
    if trip is None or not (
        is_self(actor, trip.agent_id) or may(actor, Right.SEE_TRIPS, await actions.about_trip(trip))
    ):
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
    trip, about = detail.trip, await actions.about_trip(detail.trip)
    is_driver = is_self(actor, trip.agent_id)
    if not (is_driver or may(actor, Right.SEE_PLACES, about)):
        detail = _without_places(detail)
    else:
        is_in_records = any(_PLACES[0] in record.fields for record in detail.records)
        await _note_readings(actor, [detail.trip], actions, is_in_records)
    feedback = None
    if is_driver or may(actor, Right.SEE_FEEDBACK, about):
        feedback = await store.feedback.of_trip(trip.trip_id)
    may_end = may(actor, Right.END_TRIPS, about)
    bookings = {} if trip.booking_id is None else await store.bookings.by_id([trip.booking_id])
    (places,) = await of_trips([detail.trip], actions)
    return TripView(
        detail if trip.state != "ended" else _without_places(detail),
        places,
        next(iter(bookings.values()), None),
        late_s(trip, now_s),
        tuple(await store.commands.ends_from_afar(now_s, 1, trip.trip_id)) if may_end else (),
        feedback,
        await store.commands.end_order(trip.trip_id, now_s),
        await store.trips.pending_of(trip.trip_id),
        is_driver,
        may_end=trip.state != "ended" and (is_driver or may_end),
        may_say=is_driver,
        may_answer=feedback is not None
        and feedback.can_be_answered
        and may(actor, Right.ANSWER_FEEDBACK, about),
    )


def narrowed(actor: Actor, wanted: TripFilter) -> TripFilter:
    """Return the part of what is wanted that the actor may see: their own trips at least."""
    scope = reach_of(actor, Right.SEE_TRIPS)
    if scope is None and isinstance(actor, Person):
        return replace(wanted, agent_id=actor.agent.agent_id, directorate_id=None)
    if scope is None or scope.is_whole or isinstance(actor, Operator):
        return wanted
    return replace(wanted, within=scope, or_of_agent_id=actor.agent.agent_id)


async def with_places(
    actor: Actor, trips: Sequence[Trip], actions: Actions
) -> list[tuple[Trip, TripPlaces]]:
    """Return trips of the log as the actor may see them, and what is shown of where they were.

    Once it is kept whose places are read.
    """
    sites = {car.vehicle_id: car.site_id for car in await actions.store.vehicles.all()}
    seen = [_placeless(actor, trip, sites) for trip in trips]
    await _note_readings(actor, seen, actions)
    places = await of_trips(seen, actions)
    return [
        (trip if trip.state != "ended" else _nowhere(trip), where)
        for trip, where in zip(seen, places, strict=True)
    ]


def _placeless(actor: Actor, trip: Trip, site_ids: Mapping[int, int]) -> Trip:
    """Return a trip of the log as the actor may see it: where it was, or not.

    Args:
        actor: who asks.
        trip: one that they may see.
        site_ids: the site of each car.
    """
    about = About(trip.directorate_id, site_ids.get(trip.vehicle_id), trip.vehicle_id)
    is_theirs = is_self(actor, trip.agent_id)
    return trip if is_theirs or may(actor, Right.SEE_PLACES, about) else _nowhere(trip)


async def to_end(actor: Actor, request: OneTrip, actions: Actions) -> EndOffer:
    """Return a trip that may be asked to end.

    Raises:
        Refused: NO_SUCH_TRIP, NOT_ALLOWED, TRIP_OVER.
    """
    trip = await get(actor, request, actions)
    is_driver = is_self(actor, trip.agent_id)
    without_keys_too = may(actor, Right.END_TRIPS, await actions.about_trip(trip))
    if not (is_driver or without_keys_too):
        raise Refused(Refusal("", Reason.NOT_ALLOWED))
    if trip.state == "ended":
        raise Refused(Refusal("", Reason.TRIP_OVER))
    return EndOffer(trip, is_driver, without_keys_too)


@audited(Act.END_TRIP, "trip")
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
    require(actor, Right.END_TRIPS)
    trip = await get(actor, request, actions)
    if not may(actor, Right.END_TRIPS, await actions.about_trip(trip)):
        raise Refused(Refusal("", Reason.NOT_ALLOWED))
    now_s = actions.clock.now_s()
    waiting = await actions.store.commands.ends_from_afar(now_s, 1, trip.trip_id)
    if not waiting or waiting[0].is_withdrawn:
        raise Refused(Refusal("", Reason.NOTHING_TO_WITHDRAW))
    return waiting[0]


@audited(Act.WITHDRAW_END, "trip")
async def withdraw_end(actor: Actor, request: OneTrip, actions: Actions) -> Command:
    """Tell the box that somebody else's end of a trip is not wanted any more.

    Raises:
        Refused: as `to_withdraw`; NO_BOX.
    """
    require(actor, Right.END_TRIPS)
    waiting = await to_withdraw(actor, request, actions)
    box_id = await boxes.fitted_box(waiting.vehicle_id, actions)
    return await boxes.ask(actor, box_id, "withdraw-end", actions)


def _without_places(detail: TripDetail) -> TripDetail:
    """Return a trip of which nobody reads where it was, its records neither."""
    records = tuple(
        replace(record, fields={w: v for w, v in record.fields.items() if w not in _PLACES})
        for record in detail.records
    )
    return replace(detail, trip=_nowhere(detail.trip), records=records)


async def _note_readings(
    actor: Actor, trips: list[Trip], actions: Actions, is_in_records: bool = False
) -> None:
    """Keep whose places are read, before anybody reads them: of the trips that say any."""
    read = [
        (trip.trip_id, trip.state != "ended")
        for trip in trips
        if is_in_records or trip.start_lat_e7 is not None or trip.end_lat_e7 is not None
    ]
    if read:
        performed = performed_by(actor, actions, Act.READ_PLACES)
        await actions.store.audit.note_readings(performed, read)


def _nowhere(trip: Trip) -> Trip:
    return replace(trip, start_lat_e7=None, start_lon_e7=None, end_lat_e7=None, end_lon_e7=None)
