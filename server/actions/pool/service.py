"""A car goes out of service and comes back, and what is booked meanwhile goes to other cars.

Never here: that a car out of service is not offered (fleet/availability.py).
"""

from dataclasses import dataclass
from typing import Annotated

from server.actions import bookings
from server.actions.actor import Actor, Person, manager_only
from server.actions.audit.acts import audited
from server.actions.offers import free_vehicles
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.availability import meets_any
from server.fleet.inputs import Id, Input, Instant, Says
from server.fleet.model.bookings import Booking, Vehicle, Window
from server.fleet.pool import UNTIL_FURTHER_NOTICE_S, OutOfService, Title
from server.fleet.refusals import Reason, Refusal, Refused
from server.store import DecidedFor

_SHOWN = 50


class TakeOut(Input):
    """Out of service from when, until when (None: nobody knows), and why."""

    vehicle_id: Id
    from_s: Instant
    to_s: Instant | None = None
    reason: Title


class BringBack(Input):
    """A time out of service, by its car and its start, that ends now."""

    vehicle_id: Id
    from_s: Instant


class MoveFor(Input):
    """Somebody else's booking gets another car, and why."""

    booking_id: Id
    vehicle_id: Annotated[Id, Says(Reason.UNKNOWN_VEHICLE)]
    reason: Title


class CancelFor(Input):
    """Somebody else's booking is called off, and why."""

    booking_id: Id
    reason: Title


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A booking of a car that is not to be had then, and the cars that are free instead."""

    booking: Booking
    instead: tuple[Vehicle, ...]


async def times(actor: Actor, vehicle_id: int, actions: Actions) -> list[OutOfService]:
    """Return a car's times out of service, the last first.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    return await actions.store.service.of_car(vehicle_id, _SHOWN)


@audited(Act.TAKE_OUT_CAR, "vehicle")
async def take_out(actor: Actor, request: TakeOut, actions: Actions) -> OutOfService:
    """Let nobody have a car for a time. What is booked then stays booked, until somebody decides.

    Raises:
        Refused: NOT_ALLOWED, NOT_THERE, END_BEFORE_START, IN_THE_PAST, SAME_START.
    """
    manager_only(actor)
    to_s = UNTIL_FURTHER_NOTICE_S if request.to_s is None else request.to_s
    if await actions.store.vehicles.get(request.vehicle_id) is None:
        raise Refused(Refusal("", Reason.NOT_THERE))
    if to_s <= request.from_s:
        raise Refused(Refusal("to_s", Reason.END_BEFORE_START))
    if to_s <= actions.clock.now_s():
        raise Refused(Refusal("to_s", Reason.IN_THE_PAST))
    said_by = actor.agent if isinstance(actor, Person) else None
    name = None if said_by is None else said_by.full_name
    out = OutOfService(request.vehicle_id, request.from_s, to_s, request.reason, name)
    await actions.store.service.add(out, None if said_by is None else said_by.agent_id)
    await actions.wake(request.vehicle_id)
    return out


@audited(Act.BRING_BACK_CAR, "vehicle")
async def bring_back(actor: Actor, request: BringBack, actions: Actions) -> None:
    """Let a car be had again from now on; one that was not away yet never was. Again is the same.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    now_s = actions.clock.now_s()
    await actions.store.service.end(request.vehicle_id, request.from_s, now_s)
    await actions.wake(request.vehicle_id)


async def in_the_way(actor: Actor, vehicle_id: int, actions: Actions) -> list[InTheWay]:
    """Return the bookings to come of a car that fall into its times out of service, by start.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    times_out = await actions.store.service.of_car(vehicle_id, _SHOWN)
    windows = [Window(out.from_s, out.to_s) for out in times_out]
    to_come = await actions.store.bookings.of_vehicle(vehicle_id, actions.clock.now_s())
    hindered = [each for each in to_come if meets_any(each.window, windows)][:_SHOWN]
    return [
        InTheWay(each, tuple(await free_vehicles(actions, [each.window], each.agent_id)))
        for each in hindered
    ]


async def booking_of(actor: Actor, booking_id: int, actions: Actions) -> InTheWay:
    """Return somebody's booking, and the cars that are free instead.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_BOOKING.
    """
    manager_only(actor)
    booking = await bookings.stored(booking_id, actions)
    free = await free_vehicles(actions, [booking.window], booking.agent_id)
    return InTheWay(booking, tuple(free))


async def reason_for(actor: Actor, booking: Booking, actions: Actions) -> str:
    """Return why a booking's car is out of service then; empty when it is not.

    Raises:
        Refused: NOT_ALLOWED.
    """
    for out in await times(actor, booking.vehicle_id, actions):
        if meets_any(booking.window, [Window(out.from_s, out.to_s)]):
            return out.reason
    return ""


@audited(Act.MOVE_BOOKING_FOR, "booking")
async def move_for(actor: Actor, request: MoveFor, actions: Actions) -> Booking:
    """Give somebody's booking another car; its agent reads who did and why. Again is the same.

    Raises:
        Refused: NOT_ALLOWED, and what is refused to the agent who moves it (bookings.move).
    """
    manager_only(actor)
    before = await bookings.stored(request.booking_id, actions)
    wanted = bookings.Move(booking_id=request.booking_id, vehicle_id=request.vehicle_id)
    return await bookings.moved(before, wanted, actions, _decision(actor, request.reason, actions))


@audited(Act.CANCEL_BOOKING_FOR, "booking")
async def cancel_for(actor: Actor, request: CancelFor, actions: Actions) -> Booking:
    """Call somebody's booking off; its agent reads who did and why. Again is the same.

    Raises:
        Refused: NOT_ALLOWED, and what is refused to the agent who cancels it (bookings.cancel).
    """
    manager_only(actor)
    before = await bookings.stored(request.booking_id, actions)
    return await bookings.called_off(before, actions, _decision(actor, request.reason, actions))


def _decision(actor: Actor, reason: str, actions: Actions) -> DecidedFor:
    by_id = actor.agent.agent_id if isinstance(actor, Person) else None
    return DecidedFor(reason, by_id, actions.clock.now_s())
