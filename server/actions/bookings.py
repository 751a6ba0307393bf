"""What a person does with their bookings: book, cancel, change car, keep it longer, give it back.

Each may be asked for twice and is done once. Never here: when a booking is allowed
(fleet/bookings.py), that two cannot overlap (the store).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any

from server.actions.actor import Person
from server.actions.audit.acts import audited
from server.actions.offers import free_vehicles, pieces_for, standing
from server.actions.privacy.notices import informed_first
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.availability import meets_any
from server.fleet.bookings import (
    BOUNDS,
    Wanted,
    Weeks,
    against_cancelling,
    against_car,
    against_extension,
    against_giving_back,
    against_hours,
    against_move,
    against_number,
    against_other_car,
    against_past,
    against_standing,
    in_week,
)
from server.fleet.inputs import LATEST_S, Id, Input, Instant, Says, judged_in_part
from server.fleet.model.bookings import Booking, Vehicle, Window
from server.fleet.recurrence import weekly
from server.fleet.refusals import Reason, Refusal, Refused
from server.store import DecidedFor


class Book(Wanted):
    """A car, in each of so many weeks at the same local hours."""

    weeks: Weeks = 1


class Cancel(Input):
    """Call a booking off."""

    booking_id: Id


class GiveBack(Input):
    """Let a booking end now."""

    booking_id: Id


class Move(Input):
    """Give a booking another car for the same hours."""

    booking_id: Id
    vehicle_id: Annotated[Id, Says(Reason.UNKNOWN_VEHICLE)]


class Extend(Input):
    """Let a booking end later."""

    booking_id: Id
    ends_at_s: Instant


@audited(Act.BOOK, "booking")
async def book(actor: Person, request: Book, actions: Actions) -> list[Booking]:
    """Create a booking for the actor, or one for each week: all of them or none.

    The same request again (a button pressed twice, a lost answer) is the same bookings.
    """
    agent_id, now_s = actor.agent.agent_id, actions.clock.now_s()
    await informed_first(actor, actions)
    _refuse(await _against(request, now_s, actions))
    _refuse((await _against_weeks(request, agent_id, actions))[:1])
    each = _each_week(request, actions)
    try:
        bookings = await actions.store.bookings.create_all(each, agent_id, now_s)
    except Refused as refused:
        stored = {taken.starts_at_s: taken for taken in refused.first.conflicts}
        if all(_is_same(wanted, agent_id, stored.get(wanted.starts_at_s)) for wanted in each):
            return [stored[wanted.starts_at_s] for wanted in each]
        raise
    await actions.wake(request.vehicle_id)
    return bookings


async def objections(actor: Person, given: Mapping[str, Any], actions: Actions) -> list[Refusal]:
    """Return all that speaks against a booking as it was filled in, at once; nothing is booked.

    Nothing is said of what cannot be known as long as something else cannot be read.
    """
    agent_id, now_s = actor.agent.agent_id, actions.clock.now_s()
    shortest_s = (await actions.store.bookings.limits()).shortest_s
    start_s, end_s = given.get("starts_at_s"), given.get("ends_at_s")
    stand_ins = {
        "vehicle_id": 0,
        "starts_at_s": max((end_s or now_s + shortest_s) - shortest_s, 1),
        "ends_at_s": min((start_s or now_s) + shortest_s, LATEST_S),
        "purpose": "-",
    }
    request, against = judged_in_part(Book, given, stand_ins)
    at_fault = {refusal.field for refusal in against}
    more = await _against(request, now_s, actions)
    against += [refusal for refusal in more if refusal.field not in at_fault]
    if {"vehicle_id", "starts_at_s", "ends_at_s"}.isdisjoint(each.field for each in against):
        against += await _against_weeks(request, agent_id, actions)
        each = _each_week(request, actions)
        against += await actions.store.bookings.against_all(each, agent_id, now_s)
        if request.equipment and not any(refusal.field == "equipment" for refusal in against):
            taken = await actions.store.equipment.taken(week.window for week in each)
            if not taken.isdisjoint(request.equipment):
                against.append(Refusal("equipment", Reason.EQUIPMENT_TAKEN))
    return against


async def _against(request: Book, now_s: int, actions: Actions) -> list[Refusal]:
    """Return what speaks against a booking by itself: its hours, what its car is for."""
    limits = await actions.store.bookings.limits()
    against = against_past(request.window, now_s)
    against += against_hours(request.window, now_s, limits, request.weeks)
    car = await actions.store.vehicles.get(request.vehicle_id)
    return against + against_car(request, car, await pieces_for([request], actions))


async def _against_weeks(request: Book, agent_id: int, actions: Actions) -> list[Refusal]:
    """Return what speaks against each of its weeks as things stand, other bookings apart."""
    windows = windows_of(request, actions)
    fleet = await standing(actions, windows[0].from_s, windows[-1].to_s)
    return [
        refusal
        for window in windows
        for refusal in in_week(
            window, request.weeks, against_standing(fleet, request.vehicle_id, window, agent_id)
        )
    ]


def _each_week(request: Book, actions: Actions) -> list[Book]:
    return [
        request.model_copy(update={"starts_at_s": window.from_s, "ends_at_s": window.to_s})
        for window in windows_of(request, actions)
    ]


@audited(Act.CANCEL_BOOKING, "booking")
async def cancel(actor: Person, request: Cancel, actions: Actions) -> Booking:
    """Call a booking of the actor off; twice is once."""
    before = await own(actor, request.booking_id, actions)
    return await called_off(before, actions)


async def called_off(
    before: Booking, actions: Actions, decision: DecidedFor | None = None
) -> Booking:
    """Call a booking off, whoever asks; `decision` where that is not its agent."""
    now_s = actions.clock.now_s()
    trips = await actions.store.trips.of_bookings([before.booking_id])

    def decide(booking: Booking) -> Booking:
        if booking.state == "active":
            _refuse(against_cancelling(booking, bool(trips), now_s))
        return replace(booking, state="cancelled")

    cancelled = await _change(before.booking_id, decide, actions, decision)
    if cancelled != before:
        await actions.wake(cancelled.vehicle_id)
    return cancelled


@audited(Act.GIVE_BACK_CAR, "booking")
async def give_back(actor: Person, request: GiveBack, actions: Actions) -> Booking:
    """Let a booking of the actor end now, its trips being over; again, or too late, is the same."""
    now_s = actions.clock.now_s()
    before = await own(actor, request.booking_id, actions)
    trips = await actions.store.trips.of_bookings([request.booking_id])
    under_way = any(trip.state != "ended" for trip in trips)

    def decide(booking: Booking) -> Booking:
        _refuse(against_giving_back(booking, bool(trips), under_way, now_s))
        # One that was driven before its start keeps the least that a booking can last.
        return replace(
            booking, ends_at_s=min(booking.ends_at_s, max(now_s, before.starts_at_s + 1))
        )

    given_back = await _change(request.booking_id, decide, actions)
    if given_back != before:
        await actions.wake(given_back.vehicle_id)
    return given_back


@audited(Act.MOVE_BOOKING, "booking")
async def move(actor: Person, request: Move, actions: Actions) -> Booking:
    """Give a booking of the actor another car; again is the same."""
    before = await own(actor, request.booking_id, actions)
    return await moved(before, request, actions)


async def moved(
    before: Booking, request: Move, actions: Actions, decision: DecidedFor | None = None
) -> Booking:
    """Give a booking another car, whoever asks; `decision` where that is not its agent."""
    fleet = await standing(actions, before.starts_at_s, before.ends_at_s)
    cars = {car.vehicle_id: car for car in fleet.cars}
    pieces = await pieces_for([before], actions)
    limits = await actions.store.bookings.limits()
    own_bookings = await actions.store.bookings.coming(
        before.agent_id, fleet.now_s, BOUNDS[1].coming
    )
    of_other = sum(one.vehicle_id == request.vehicle_id for one in own_bookings)

    def decide(booking: Booking) -> Booking:
        if booking.vehicle_id == request.vehicle_id and booking.state == "active":
            return booking
        _refuse(against_move(booking, fleet.is_under_way(booking), fleet.now_s))
        other = cars.get(request.vehicle_id)
        if other is None:
            raise Refused(Refusal("vehicle_id", Reason.UNKNOWN_VEHICLE))
        _refuse(against_other_car(booking, other, pieces) + against_number(1, of_other + 1, limits))
        agent_id = booking.agent_id
        _refuse(against_standing(fleet, other.vehicle_id, booking.window, agent_id))
        return replace(booking, vehicle_id=other.vehicle_id)

    after = await _change(request.booking_id, decide, actions, decision)
    if after != before:
        for vehicle_id in (before.vehicle_id, after.vehicle_id):
            await actions.wake(vehicle_id)
    return after


@audited(Act.EXTEND_BOOKING, "booking")
async def extend(actor: Person, request: Extend, actions: Actions) -> Booking:
    """Let a booking of the actor end later; again is the same."""
    before = await own(actor, request.booking_id, actions)
    fleet = await standing(actions, before.starts_at_s, max(before.ends_at_s, request.ends_at_s))

    def decide(booking: Booking) -> Booking:
        ends_at_s, under_way = request.ends_at_s, fleet.is_under_way(booking)
        _refuse(against_extension(booking, ends_at_s, under_way, fleet.now_s))
        more = Window(booking.ends_at_s, ends_at_s)
        if more.to_s > more.from_s:
            _refuse(against_standing(fleet, booking.vehicle_id, more, booking.agent_id))
        return replace(booking, ends_at_s=ends_at_s)

    try:
        extended = await _change(request.booking_id, decide, actions)
    except Refused as refused:  # whatever is in the way, it is the end that can be chosen anew
        field = refused.first.field
        if field == "id":
            raise
        raise Refused(*(replace(r, field="ends_at_s") for r in refused.refusals)) from None
    if extended != before:
        await actions.wake(extended.vehicle_id)
    return extended


async def own(actor: Person, booking_id: int, actions: Actions) -> Booking:
    """Return a booking of the actor."""
    return _own(actor, await stored(booking_id, actions))


async def stored(booking_id: int, actions: Actions) -> Booking:
    """Return a booking, whosever it is."""
    booking = (await actions.store.bookings.by_id([booking_id])).get(booking_id)
    if booking is None:
        raise Refused(Refusal("id", Reason.NO_SUCH_BOOKING))
    return booking


async def also_booked(actor: Person, bookings: list[Booking], actions: Actions) -> list[Booking]:
    """Return the actor's other bookings in the hours of these: nobody drives two cars at once."""
    coming = await actions.store.bookings.coming(
        actor.agent.agent_id, actions.clock.now_s(), BOUNDS[1].coming
    )
    made = {booking.booking_id for booking in bookings}
    windows = [booking.window for booking in bookings]
    return [
        each for each in coming if each.booking_id not in made and meets_any(each.window, windows)
    ]


def windows_of(request: Book, actions: Actions) -> tuple[Window, ...]:
    """Return the hours asked for in each week, in the operator's local time."""
    return weekly(request.window, request.weeks, actions.timezone)


async def free_instead(actor: Person, request: Book, actions: Actions) -> list[Vehicle]:
    """Return the cars that would do instead of the one asked for."""
    free = await free_vehicles(actions, windows_of(request, actions), actor.agent.agent_id)
    return [car for car in free if car.private_use or not request.private]


async def _change(
    booking_id: int,
    decide: Callable[[Booking], Booking],
    actions: Actions,
    decision: DecidedFor | None = None,
) -> Booking:
    booking = await actions.store.bookings.change(booking_id, decide, decision)
    if booking is None:
        raise Refused(Refusal("id", Reason.NO_SUCH_BOOKING))
    return booking


def _own(actor: Person, booking: Booking) -> Booking:
    if booking.agent_id != actor.agent.agent_id:
        raise Refused(Refusal("id", Reason.NO_SUCH_BOOKING))
    return booking


def _refuse(against: list[Refusal]) -> None:
    if against:
        raise Refused(*against)


def _is_same(wanted: Wanted, agent_id: int, taken: Booking | None) -> bool:
    """Say whether a booking is just what this agent asks for."""
    return (
        taken is not None
        and taken.agent_id == agent_id
        and all(getattr(taken, word) == getattr(wanted, word) for word in Wanted.model_fields)
    )
