"""What a person does with their bookings, for pages and JSON API alike: book, cancel, change.

Each may be asked for twice and is done once, and the boxes concerned are woken. Never here: when a
booking is allowed (fleet/bookings.py), the refusal of an overlap (the database), labels.
"""

from dataclasses import replace

from aiohttp import web

from server.app_keys import CLOCK, CONFIG, NOTIFY, STORE
from server.fleet.bookings import (
    against_car,
    against_extension,
    against_move,
    against_other_car,
    problems,
)
from server.fleet.model import Agent, Booking, BookingRequest, Vehicle, Window
from server.fleet.recurrence import weekly
from server.store import Overlap
from server.web.offers import free_vehicles, standing


class NotBookable(Exception):  # noqa: N818 - it is an answer, not a fault
    """The rules say no: `problems` maps a field of BookingRequest to a code of labels.py."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems.values()))
        self.problems = problems


async def book(app: web.Application, wanted: BookingRequest, weeks: int = 1) -> list[Booking]:
    """Create a booking, in each of so many weeks at the same local hours, and wake the car's box.

    All of them or none. The same request again (a button pressed twice, a lost answer) is the same
    bookings.

    Raises:
        NotBookable: the rules or the list of cars say no.
        Overlap: the car is taken, in one of the weeks at least.
        EquipmentTaken: the car is free, a piece is taken; likewise.
    """
    now_s = app[CLOCK].now_s()
    against = dict(problems(wanted, now_s, weeks))
    cars = {car.vehicle_id: car for car in await app[STORE].vehicles.all()}
    if wanted.vehicle_id not in cars:
        against["vehicle_id"] = "unknown_vehicle"
    else:
        pieces = {piece.code: piece for piece in await app[STORE].equipment.all()}
        against |= against_car(wanted, cars[wanted.vehicle_id], pieces)
    if against:
        raise NotBookable(against)
    windows = windows_of(app, wanted, weeks)
    fleet = await standing(app, windows[0].from_s, windows[-1].to_s)
    for window in windows:
        obstacle = fleet.obstacle(wanted.vehicle_id, window, wanted.agent_id)
        if obstacle is not None:
            raise NotBookable({"vehicle_id": obstacle})
    requests = [
        replace(wanted, starts_at_s=window.from_s, ends_at_s=window.to_s) for window in windows
    ]
    try:
        bookings = await app[STORE].bookings.create_all(requests, now_s)
    except Overlap as overlap:
        stored = {_request_of(taken): taken for taken in overlap.conflicts}
        if all(request in stored for request in requests):
            return [stored[request] for request in requests]
        raise
    _wake(app, cars[wanted.vehicle_id])
    return bookings


def windows_of(app: web.Application, wanted: BookingRequest, weeks: int) -> tuple[Window, ...]:
    """Return the hours asked for in each week, in the operator's local time."""
    first = Window(wanted.starts_at_s, wanted.ends_at_s)
    return weekly(first, weeks, app[CONFIG].timezone)


async def free_for(app: web.Application, wanted: BookingRequest, weeks: int) -> list[Vehicle]:
    """Return the cars that would do instead."""
    free = await free_vehicles(app, windows_of(app, wanted, weeks), wanted.agent_id)
    return [car for car in free if car.private_use or not wanted.private]


async def cancel_own(app: web.Application, agent: Agent, booking_id: int) -> Booking:
    """Cancel a booking of this agent; cancelling twice is cancelling once.

    Raises:
        HTTPNotFound: there is no such booking of this agent.
        NotBookable: it is already over.
    """
    booking = await own_booking(app, agent, booking_id)
    if booking.state == "active":
        if booking.ends_at_s <= app[CLOCK].now_s():
            raise NotBookable({"id": "already_over"})
        booking = await app[STORE].bookings.cancel(booking_id, agent.agent_id) or booking
        for car in await app[STORE].vehicles.all():
            if car.vehicle_id == booking.vehicle_id:
                _wake(app, car)
    return booking


async def own_booking(app: web.Application, agent: Agent, booking_id: int) -> Booking:
    """Return a booking of this agent.

    Raises:
        HTTPNotFound: there is none with this id.
    """
    booking = (await app[STORE].bookings.by_id([booking_id])).get(booking_id)
    if booking is None or booking.agent_id != agent.agent_id:
        raise web.HTTPNotFound
    return booking


async def move_own(app: web.Application, agent: Agent, booking_id: int, vehicle_id: int) -> Booking:
    """Give a booking of this agent another car and wake both boxes; again is the same.

    Raises:
        HTTPNotFound: there is no such booking of this agent.
        NotBookable: the rules or the list of cars say no.
        Overlap: that car is taken.
    """
    booking = await own_booking(app, agent, booking_id)
    if booking.vehicle_id == vehicle_id and booking.state == "active":
        return booking
    fleet = await standing(app, booking.starts_at_s, booking.ends_at_s)
    code = against_move(booking, fleet.is_under_way(booking), fleet.now_s)
    if code is not None:
        raise NotBookable({"id": code})
    cars = {car.vehicle_id: car for car in fleet.cars}
    if vehicle_id not in cars:
        raise NotBookable({"vehicle_id": "unknown_vehicle"})
    code = against_other_car(booking, cars[booking.vehicle_id], cars[vehicle_id])
    if code is not None:
        raise NotBookable({"vehicle_id": code})
    window = Window(booking.starts_at_s, booking.ends_at_s)
    obstacle = fleet.obstacle(vehicle_id, window, agent.agent_id)
    if obstacle is not None:
        raise NotBookable({"vehicle_id": obstacle})
    moved = await app[STORE].bookings.move(booking_id, vehicle_id)
    for car in (cars[booking.vehicle_id], cars[vehicle_id]):
        _wake(app, car)
    return moved


async def extend_own(
    app: web.Application, agent: Agent, booking_id: int, ends_at_s: int
) -> Booking:
    """Let a booking of this agent end later and wake its box; again is the same.

    Raises:
        HTTPNotFound: there is no such booking of this agent.
        NotBookable: the rules say no.
        Overlap, EquipmentTaken: somebody else is next, with the car or a piece.
    """
    booking = await own_booking(app, agent, booking_id)
    under_way = any(t.booking_id == booking_id for t in await app[STORE].trips.under_way())
    against = against_extension(booking, ends_at_s, under_way, app[CLOCK].now_s())
    if against:
        raise NotBookable(against)
    if ends_at_s == booking.ends_at_s:
        return booking
    extended = await app[STORE].bookings.extend(booking_id, ends_at_s)
    for car in await app[STORE].vehicles.all():
        if car.vehicle_id == booking.vehicle_id:
            _wake(app, car)
    return extended


def _request_of(booking: Booking) -> BookingRequest:
    return BookingRequest(
        booking.vehicle_id,
        booking.agent_id,
        booking.starts_at_s,
        booking.ends_at_s,
        booking.purpose,
        booking.equipment,
        booking.private,
    )


def _wake(app: web.Application, car: Vehicle) -> None:
    """Let a car's box learn at once what changed."""
    if car.box_id is not None:
        app[NOTIFY](car.box_id)
