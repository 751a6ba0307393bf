"""One's own bookings, for programs."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from server.actions import Actions, Person
from server.actions import bookings as acts
from server.actions.offers import Offer, free_equipment, offers_for
from server.actions.told import of_bookings
from server.app_keys import ACTIONS
from server.fleet.model.bookings import Booking, Equipment, Vehicle
from server.fleet.model.people import Agent
from server.fleet.refusals import Kind, Reason, Refused
from server.web.api.bodies import asked_for
from server.web.auth import signed_in
from server.web.paging import MANY, before_of
from server.web.refused import refusal_as_json

# How long a past booking is listed.
PAST_S = 60 * 24 * 3600


@signed_in
async def list_bookings(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/bookings?after= : one's own by start, from two months ago on, and what is amiss.

    Wherever a booking is told, `car_knows` is confirmed when the car's box has confirmed all that
    is due; else waiting or silent, later (it is told a week before), never_heard or no_box.

    A warning's `reason` is still_out, out_of_service or wrong_car, `vehicle_id` where that car is,
    and `alternatives` are the cars that the booking can be moved to.
    """
    actions, person = request.app[ACTIONS], Person(agent)
    bookings = await actions.store.bookings.of_agent(
        agent.agent_id, actions.clock.now_s() - PAST_S, MANY, before_of(request, "after")
    )
    offers = await offers_for(person, bookings, actions)
    warnings = [
        _warning(offer)
        for offer in offers.values()
        if offer.refused_at is not None or offer.danger is not None
    ]
    return web.json_response(
        {
            "bookings": await _as_json(bookings, actions),
            "warnings": warnings,
            "next_after": bookings[-1].booking_id if len(bookings) == MANY else None,
        }
    )


@signed_in
async def create_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/bookings {vehicle_id, starts_at_s, ends_at_s, purpose} : 201 and the booking.

    `equipment` are codes of pieces to take along; one that is taken is 409 with those that are not.
    `weeks` above 1 books the same local hours in so many weeks, all or none; those after the first
    are in `following`. A car that is taken is 409 with the `conflicts` and the `alternatives`.
    `private` (false) is for private use, where the car allows it. `also_booked` are one's other
    bookings at the same time, if any.
    """
    actions, person = request.app[ACTIONS], Person(agent)
    wanted = await asked_for(request, acts.Book)
    try:
        first, *following = await acts.book(person, wanted, actions)
    except Refused as refused:
        if refused.first.reason is Reason.EQUIPMENT_TAKEN:
            cars = await actions.store.vehicles.all()
            site_id = next(car.site_id for car in cars if car.vehicle_id == wanted.vehicle_id)
            windows = acts.windows_of(wanted, actions)
            return _refuse_taken(request, refused, await free_equipment(actions, windows, site_id))
        if refused.first.reason.kind is Kind.CONFLICT:
            free = await acts.free_instead(person, wanted, actions)
            return _refuse_taken(request, refused, free)
        raise
    told, *later = await _as_json([first, *following], actions)
    more = {"following": later} if later else {}
    if also := await acts.also_booked(person, [first, *following], actions):
        more["also_booked"] = [asdict(booking) for booking in also]
    return web.json_response(told | more, status=201)


@signed_in
async def move_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/bookings/{id}/vehicle {vehicle_id} : the booking with that car; again is the same.

    A car that is taken is 409 with the `alternatives`.
    """
    wanted = await asked_for(request, acts.Move, booking_id=int(request.match_info["id"]))
    actions, person = request.app[ACTIONS], Person(agent)
    try:
        return await _answer(await acts.move(person, wanted, actions), actions)
    except Refused as refused:
        return await _refuse_change(request, person, wanted.booking_id, refused)


@signed_in
async def extend_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/bookings/{id}/end {ends_at_s} : the booking with that end; again is the same."""
    wanted = await asked_for(request, acts.Extend, booking_id=int(request.match_info["id"]))
    actions, person = request.app[ACTIONS], Person(agent)
    try:
        return await _answer(await acts.extend(person, wanted, actions), actions)
    except Refused as refused:
        return await _refuse_change(request, person, wanted.booking_id, refused)


@signed_in
async def cancel_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """DELETE /api/bookings/{id} : the booking, cancelled; again is the same answer."""
    place = {"booking_id": int(request.match_info["id"])}
    asks_more = request.can_read_body
    wanted = await asked_for(request, acts.Cancel, **place) if asks_more else acts.Cancel(**place)
    actions = request.app[ACTIONS]
    return await _answer(await acts.cancel(Person(agent), wanted, actions), actions)


async def _answer(booking: Booking, actions: Actions) -> web.Response:
    (told,) = await _as_json([booking], actions)
    return web.json_response(told)


async def _as_json(bookings: list[Booking], actions: Actions) -> list[dict[str, Any]]:
    known = await of_bookings(bookings, actions)
    return [
        asdict(booking) | {"car_knows": state}
        for booking, (_, state) in zip(bookings, known, strict=True)
    ]


@signed_in
async def give_back(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/bookings/{id}/return {} : the booking, which ends now; again is the same answer."""
    wanted = await asked_for(request, acts.GiveBack, booking_id=int(request.match_info["id"]))
    return web.json_response(
        asdict(await acts.give_back(Person(agent), wanted, request.app[ACTIONS]))
    )


def _warning(offer: Offer) -> dict[str, Any]:
    refused = offer.refused_at
    return {
        "booking_id": offer.booking.booking_id,
        "reason": "wrong_car" if refused else offer.danger,
        "vehicle_id": refused.vehicle_id if refused else offer.booking.vehicle_id,
        "alternatives": [asdict(car) for car in offer.cars],
    }


async def _refuse_change(
    request: web.Request, person: Person, booking_id: int, refused: Refused
) -> web.Response:
    """Refuse to change a booking; for a car that cannot be had, with those that can."""
    refusal, actions = refused.first, request.app[ACTIONS]
    if refusal.field == "id" or refusal.reason.kind is not Kind.CONFLICT:
        raise refused
    booking = await acts.own(person, booking_id, actions)
    offer = (await offers_for(person, [booking], actions)).get(booking_id)
    return _refuse_taken(request, refused, offer.cars if offer else ())


def _refuse_taken(
    request: web.Request, refused: Refused, free: Iterable[Vehicle] | Iterable[Equipment]
) -> web.Response:
    """Say what is in the way and what is not."""
    return refusal_as_json(
        request,
        refused,
        conflicts=[
            {"starts_at_s": b.starts_at_s, "ends_at_s": b.ends_at_s}
            for b in refused.first.conflicts
        ],
        alternatives=[asdict(each) for each in free],
    )


ROUTES = (
    web.get("/api/bookings", list_bookings),
    web.post("/api/bookings", create_booking),
    web.delete("/api/bookings/{id:[0-9]{1,18}}", cancel_booking),
    web.post("/api/bookings/{id:[0-9]{1,18}}/vehicle", move_booking),
    web.post("/api/bookings/{id:[0-9]{1,18}}/end", extend_booking),
    web.post("/api/bookings/{id:[0-9]{1,18}}/return", give_back),
)
