"""The JSON API, with the pages' session cookie, roles and rules.

Instants are integer UTC seconds, distances integer metres. An error is
`{"error": code, "message": words, "field": name or null}` with a 4xx status; of what is no JSON at
all, `field` is the line and column. Writing needs a JSON body or a method that no other site's page
can send unasked (see security.same_origin).
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, TypeVar

from aiohttp import web

from server.actions import Person, feedback, trips
from server.actions import bookings as acts
from server.actions.offers import Offer, free_equipment, offers_for
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet import json_text
from server.fleet.inputs import Input, judged
from server.fleet.lateness import late_s
from server.fleet.model import Agent, Booking, Equipment, Trip, Vehicle
from server.fleet.refusals import Kind, Reason, Refusal, Refused
from server.web.auth import manager_only, signed_in
from server.web.i18n import words_of
from server.web.refused import refusal_as_json
from server.web.trips import PAGE_SIZE, before_of, filter_for, filter_form, this_trip

M = TypeVar("M", bound=Input)


@signed_in
async def list_trips(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/trips?vehicle=&directorate=&since=&until=&before= : newest first."""
    form = await filter_form(request)
    if not form.validate():
        wrong = next(field for field in form if field.errors)
        message = words_of(request).say(str(wrong.errors[0]))
        told = {"error": "bad_value", "message": message, "field": wrong.name}
        return web.json_response(told, status=400)
    before = before_of(request)
    listed = await request.app[STORE].trips.log(filter_for(agent, form), PAGE_SIZE, before)
    next_before = listed[-1].trip_id if len(listed) == PAGE_SIZE else None
    now_s = request.app[CLOCK].now_s()
    return web.json_response(
        {"trips": [_trip(trip, late_s(trip, now_s)) for trip in listed], "next_before": next_before}
    )


@signed_in
async def show_trip(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/trips/{id} : the trip with its legs, records and feedback (or null)."""
    view = await trips.view(Person(agent), this_trip(request), request.app[ACTIONS])
    said = None if view.feedback is None else asdict(view.feedback)
    return web.json_response(_detail(view) | {"feedback": said})


@signed_in
async def give_feedback(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/trips/{id}/feedback {rating or null, message, damage} : the driver's, as kept."""
    said = await _asked(request, feedback.Say, trip_id=this_trip(request).trip_id)
    kept = await feedback.say(Person(agent), said, request.app[ACTIONS])
    return web.json_response(asdict(kept))


@manager_only
async def list_feedback(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/feedback : what waits for an answer first, as the page shows it."""
    listed = await feedback.waiting_first(Person(agent), request.app[ACTIONS])
    return web.json_response({"feedback": [asdict(each) for each in listed]})


@manager_only
async def answer_feedback(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/feedback/{trip id}/answer {said_at_s, answer} : the feedback, answered."""
    answer = await _asked(request, feedback.Answer, trip_id=this_trip(request).trip_id)
    kept = await feedback.answer(Person(agent), answer, request.app[ACTIONS])
    return web.json_response(asdict(kept))


@signed_in
async def list_vehicles(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/vehicles : the cars that can be booked."""
    cars = await request.app[STORE].vehicles.all()
    return web.json_response({"vehicles": [asdict(car) for car in cars]})


@signed_in
async def list_equipment(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/equipment : what can be booked together with a car of its site."""
    pieces = await request.app[STORE].equipment.all()
    return web.json_response({"equipment": [asdict(piece) for piece in pieces]})


@signed_in
async def list_bookings(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/bookings : one's own, recent and to come, and what is amiss with which of them.

    A warning's `reason` is still_out, out_of_service or wrong_car, `vehicle_id` where that car is,
    and `alternatives` are the cars that the booking can be moved to.
    """
    actions, person = request.app[ACTIONS], Person(agent)
    bookings = await acts.recent(person, actions)
    offers = await offers_for(person, bookings, actions)
    warnings = [
        _warning(booking, offers[booking.booking_id])
        for booking in bookings
        if booking.booking_id in offers
    ]
    return web.json_response(
        {
            "bookings": [asdict(booking) for booking in bookings],
            "warnings": [warning for warning in warnings if warning["reason"] is not None],
        }
    )


@signed_in
async def create_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/bookings {vehicle_id, starts_at_s, ends_at_s, purpose} : 201 and the booking.

    `equipment` are codes of pieces to take along; one that is taken is 409 with those that are not.
    `weeks` above 1 books the same local hours in so many weeks, all or none; those after the first
    are in `following`. A car that is taken is 409 with the `conflicts` and the `alternatives`.
    `private` (false) is for private use, where the car allows it.
    """
    actions, person = request.app[ACTIONS], Person(agent)
    wanted = await _asked(request, acts.Book)
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
    more = {"following": [asdict(booking) for booking in following]} if following else {}
    return web.json_response(asdict(first) | more, status=201)


@signed_in
async def move_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/bookings/{id}/vehicle {vehicle_id} : the booking with that car; again is the same.

    A car that is taken is 409 with the `alternatives`.
    """
    wanted = await _asked(request, acts.Move, booking_id=int(request.match_info["id"]))
    actions, person = request.app[ACTIONS], Person(agent)
    try:
        return web.json_response(asdict(await acts.move(person, wanted, actions)))
    except Refused as refused:
        return await _refuse_change(request, person, wanted.booking_id, refused)


@signed_in
async def extend_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/bookings/{id}/end {ends_at_s} : the booking with that end; again is the same."""
    wanted = await _asked(request, acts.Extend, booking_id=int(request.match_info["id"]))
    actions, person = request.app[ACTIONS], Person(agent)
    try:
        return web.json_response(asdict(await acts.extend(person, wanted, actions)))
    except Refused as refused:
        return await _refuse_change(request, person, wanted.booking_id, refused)


@signed_in
async def cancel_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """DELETE /api/bookings/{id} : the booking, cancelled; again is the same answer."""
    place = {"booking_id": int(request.match_info["id"])}
    asks_more = request.can_read_body
    wanted = await _asked(request, acts.Cancel, **place) if asks_more else acts.Cancel(**place)
    return web.json_response(asdict(await acts.cancel(Person(agent), wanted, request.app[ACTIONS])))


@manager_only
async def list_refusals(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/refusals?before= : newest first."""
    refusals = await request.app[STORE].refusals.log(limit=PAGE_SIZE, before_id=before_of(request))
    next_before = refusals[-1].refusal_id if len(refusals) == PAGE_SIZE else None
    listed = [asdict(refusal) for refusal in refusals]
    return web.json_response({"refusals": listed, "next_before": next_before})


def _warning(booking: Booking, offer: Offer) -> dict[str, Any]:
    refused = offer.refused_at
    return {
        "booking_id": booking.booking_id,
        "reason": "wrong_car" if refused else offer.danger,
        "vehicle_id": refused.vehicle_id if refused else booking.vehicle_id,
        "alternatives": [asdict(car) for car in offer.cars],
    }


async def _json_object(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    body, words = json_text.read(json_text.text_of(await request.read()))
    if words:
        raise Refused(*(Refusal(str(path[0]), reason) for path, reason in words))
    if not isinstance(body, dict):
        raise Refused(Refusal("", Reason.NOT_AN_OBJECT))
    return body


async def _asked(request: web.Request, model: type[M], **place: int) -> M:
    """Return what a body asks for; what it is about is in the address, and not in the body."""
    body = await _json_object(request)
    if twice := place.keys() & body.keys():
        raise Refused(*(Refusal(word, Reason.UNKNOWN_WORD) for word in twice))
    return judged(model, body | place)


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


def _trip(trip: Trip, late_s: int) -> dict[str, Any]:
    return asdict(trip) | {"late_s": late_s}


def _detail(view: trips.TripView) -> dict[str, Any]:
    detail = view.detail
    records = [
        {"epoch": r.epoch, "seq": r.seq, "kind": r.kind, "kind_name": r.kind_name}
        | {"at_s": r.at_s, "received_at_s": r.received_at_s, "fields": dict(r.fields)}
        for r in detail.records
    ]
    return {
        "trip": _trip(detail.trip, view.late_s),
        "legs": [asdict(leg) for leg in detail.legs],
        "records": records,
    }
