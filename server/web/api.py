"""The JSON API, with the pages' session cookie, roles and rules.

Instants are integer UTC seconds, distances integer metres. An error is
`{"error": code, "message": words, "field": name or null}` with a 4xx status. Writing needs a JSON
body or a method that no other site's page can send unasked (see security.same_origin).
"""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from server.app_keys import CLOCK, STORE
from server.fleet.feedback import Said
from server.fleet.lateness import late_s
from server.fleet.model import Agent, Booking, BookingRequest, Equipment, Trip, TripDetail, Vehicle
from server.store import EquipmentTaken, Overlap
from server.web.auth import manager_only, signed_in
from server.web.booking_acts import (
    NotBookable,
    book,
    cancel_own,
    extend_own,
    free_for,
    move_own,
    own_booking,
    windows_of,
)
from server.web.feedback import SHOWN, NotSaid, answer, own_trip, say
from server.web.forms import clean, clean_lines
from server.web.i18n import words_of
from server.web.labels import DANGERS, booking_problem, feedback_problem
from server.web.offers import Offer, free_equipment, offers_for
from server.web.trips import PAGE_SIZE, before_of, filter_for, filter_form, open_trip

# How many short entries one answer holds; the next ones follow `next_after`.
MANY = 50
# How long a past booking is listed.
PAST_S = 60 * 24 * 3600


@signed_in
async def list_trips(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/trips?vehicle=&directorate=&since=&until=&before= : newest first."""
    form = await filter_form(request)
    if not form.validate():
        wrong = next(field for field in form if field.errors)
        return _refuse(request, 400, "bad_value", wrong.name, str(wrong.errors[0]))
    before = before_of(request)
    trips = await request.app[STORE].trips.log(filter_for(agent, form), PAGE_SIZE, before)
    next_before = trips[-1].trip_id if len(trips) == PAGE_SIZE else None
    now_s = request.app[CLOCK].now_s()
    return web.json_response(
        {"trips": [_trip(trip, now_s) for trip in trips], "next_before": next_before}
    )


@signed_in
async def show_trip(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/trips/{id} : the trip with its legs, records and feedback (or null)."""
    detail = await open_trip(request, agent)
    feedback = await request.app[STORE].feedback.of_trip(detail.trip.trip_id)
    said = None if feedback is None else asdict(feedback)
    return web.json_response(_detail(detail, request.app[CLOCK].now_s()) | {"feedback": said})


@signed_in
async def give_feedback(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/trips/{id}/feedback {rating or null, message, damage} : the driver's, as kept."""
    trip = await own_trip(request, agent)
    body = await _json_object(request)
    rating, message, damage = (body.get(name) for name in ("rating", "message", "damage"))
    # type(), because JSON's true is an int to Python.
    if rating is not None and type(rating) is not int:
        return _refuse_feedback(request, {"rating": "unknown_rating"})
    if not isinstance(message, str) or type(damage) is not bool:
        raise web.HTTPBadRequest
    try:
        feedback = await say(request.app, trip, Said(rating, clean_lines(message), damage))
    except NotSaid as no:
        return _refuse_feedback(request, no.problems)
    return web.json_response(asdict(feedback))


@manager_only
async def list_feedback(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/feedback : what waits for an answer first, as the page shows it."""
    listed = [asdict(feedback) for feedback in await request.app[STORE].feedback.log(SHOWN)]
    return web.json_response({"feedback": listed})


@manager_only
async def answer_feedback(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/feedback/{trip id}/answer {said_at_s, answer} : the feedback, answered."""
    body = await _json_object(request)
    said_at_s, text = body.get("said_at_s"), body.get("answer")
    if type(said_at_s) is not int or not 0 <= said_at_s < 2**63 or not isinstance(text, str):
        return _refuse_feedback(request, {"answer": "answer_missing"})
    trip_id = int(request.match_info["id"])
    try:
        feedback = await answer(request.app, agent, trip_id, said_at_s, clean_lines(text))
    except NotSaid as no:
        return _refuse_feedback(request, no.problems)
    return web.json_response(asdict(feedback))


@signed_in
async def list_vehicles(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/vehicles?after= : the cars that can be booked, by plate."""
    cars = await request.app[STORE].vehicles.page(MANY, before_of(request, "after"))
    next_after = cars[-1].vehicle_id if len(cars) == MANY else None
    return web.json_response({"vehicles": [asdict(car) for car in cars], "next_after": next_after})


@signed_in
async def list_equipment(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/equipment : what can be booked together with a car of its site."""
    pieces = await request.app[STORE].equipment.all()
    return web.json_response({"equipment": [asdict(piece) for piece in pieces]})


@signed_in
async def list_bookings(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/bookings?after= : one's own by start, from two months ago on, and what is amiss.

    A warning's `reason` is still_out, out_of_service or wrong_car, `vehicle_id` where that car is,
    and `alternatives` are the cars that the booking can be moved to.
    """
    since_s = request.app[CLOCK].now_s() - PAST_S
    bookings = await request.app[STORE].bookings.of_agent(
        agent.agent_id, since_s, MANY, before_of(request, "after")
    )
    offers = await offers_for(request.app, agent, bookings)
    warnings = [
        _warning(offer)
        for offer in offers.values()
        if offer.refused_at is not None or offer.danger is not None
    ]
    return web.json_response(
        {
            "bookings": [asdict(booking) for booking in bookings],
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
    `private` (false) is for private use, where the car allows it.
    """
    body = {"weeks": 1, "equipment": [], "private": False} | await _json_object(request)
    numbers: dict[str, int] = {}
    for field in ("vehicle_id", "starts_at_s", "ends_at_s", "weeks"):
        value = _number(body, field)
        if value is None:
            return _refuse_number(request, field)
        numbers[field] = value
    purpose = body.get("purpose")
    if not isinstance(purpose, str):
        return _refuse(request, 400, "purpose_missing", "purpose")
    if not isinstance(body["private"], bool):
        return _refuse(request, 400, "not_true_or_false", "private")
    codes = body["equipment"]
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        return _refuse(request, 400, "equipment_unknown", "equipment")
    wanted = BookingRequest(
        numbers["vehicle_id"],
        agent.agent_id,
        numbers["starts_at_s"],
        numbers["ends_at_s"],
        clean(purpose),
        tuple(sorted(set(codes))),
        body["private"],
    )
    return await _book(request, agent, wanted, numbers["weeks"])


async def _book(
    request: web.Request, agent: Agent, wanted: BookingRequest, weeks: int
) -> web.Response:
    conflicts: tuple[Booking, ...] = ()
    try:
        first, *following = await book(request.app, wanted, weeks)
    except NotBookable as no:
        field, code = next(iter(no.problems.items()))
        if code not in DANGERS:
            return _refuse(request, 400, code, field)
    except Overlap as overlap:
        field, code, conflicts = "vehicle_id", "overlap", overlap.conflicts
    except EquipmentTaken as taken:
        site_id = next(
            car.site_id
            for car in await request.app[STORE].vehicles.all()
            if car.vehicle_id == wanted.vehicle_id
        )
        windows = windows_of(request.app, wanted, weeks)
        pieces = await free_equipment(request.app, windows, site_id)
        return _refuse_taken(request, "equipment_taken", "equipment", taken.conflicts, pieces)
    else:
        more = {"following": [asdict(booking) for booking in following]} if following else {}
        return web.json_response(asdict(first) | more, status=201)
    free = await free_for(request.app, wanted, weeks)
    return _refuse_taken(request, code, field, conflicts, free)


@signed_in
async def move_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/bookings/{id}/vehicle {vehicle_id} : the booking with that car; again is the same.

    A car that is taken is 409 with the `alternatives`.
    """
    return await _change(request, agent, "vehicle_id", move_own)


@signed_in
async def extend_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/bookings/{id}/end {ends_at_s} : the booking with that end; again is the same."""
    return await _change(request, agent, "ends_at_s", extend_own)


@signed_in
async def cancel_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """DELETE /api/bookings/{id} : the booking, cancelled; again is the same answer."""
    try:
        booking = await cancel_own(request.app, agent, int(request.match_info["id"]))
    except NotBookable as no:
        return _refuse(request, 409, no.problems["id"], "id")
    return web.json_response(asdict(booking))


@manager_only
async def list_refusals(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/refusals?before= : newest first."""
    refusals = await request.app[STORE].refusals.log(limit=PAGE_SIZE, before_id=before_of(request))
    next_before = refusals[-1].refusal_id if len(refusals) == PAGE_SIZE else None
    listed = [asdict(refusal) for refusal in refusals]
    return web.json_response({"refusals": listed, "next_before": next_before})


def _warning(offer: Offer) -> dict[str, Any]:
    refused = offer.refused_at
    return {
        "booking_id": offer.booking.booking_id,
        "reason": "wrong_car" if refused else offer.danger,
        "vehicle_id": refused.vehicle_id if refused else offer.booking.vehicle_id,
        "alternatives": [asdict(car) for car in offer.cars],
    }


async def _json_object(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


async def _change(
    request: web.Request,
    agent: Agent,
    field: str,
    change: Callable[[web.Application, Agent, int, int], Awaitable[Booking]],
) -> web.Response:
    """Change one number of a booking."""
    booking_id = int(request.match_info["id"])
    value = _number(await _json_object(request), field)
    if value is None:
        return _refuse_number(request, field)
    try:
        booking = await change(request.app, agent, booking_id, value)
    except NotBookable as no:
        named, code = next(iter(no.problems.items()))
        if code not in DANGERS:
            return _refuse(request, 409 if named == "id" else 400, code, named)
        conflicts: tuple[Booking, ...] = ()
    except Overlap as overlap:
        code, conflicts = "overlap", overlap.conflicts
    except EquipmentTaken as taken:
        code, conflicts = "equipment_taken", taken.conflicts
    else:
        return web.json_response(asdict(booking))
    own = await own_booking(request.app, agent, booking_id)
    offer = (await offers_for(request.app, agent, [own])).get(booking_id)
    return _refuse_taken(request, code, field, conflicts, offer.cars if offer else ())


def _refuse_taken(
    request: web.Request,
    code: str,
    field: str,
    conflicts: Iterable[Booking],
    free: Iterable[Vehicle] | Iterable[Equipment],
) -> web.Response:
    """Say what is in the way and what is not."""
    return _refuse(
        request,
        409,
        code,
        field,
        conflicts=[{"starts_at_s": b.starts_at_s, "ends_at_s": b.ends_at_s} for b in conflicts],
        alternatives=[asdict(each) for each in free],
    )


def _number(body: dict[str, Any], field: str) -> int | None:
    value = body.get(field)
    # type(), because JSON's true is an int to Python; the bound is the database's.
    return value if type(value) is int and 0 <= value < 2**63 else None


def _refuse_number(request: web.Request, field: str) -> web.Response:
    codes = {"vehicle_id": "unknown_vehicle", "weeks": "too_many_weeks"}
    return _refuse(request, 400, codes.get(field, "not_an_instant"), field)


def _trip(trip: Trip, now_s: int) -> dict[str, Any]:
    return asdict(trip) | {"late_s": late_s(trip, now_s)}


def _detail(detail: TripDetail, now_s: int) -> dict[str, Any]:
    records = [
        {"epoch": r.epoch, "seq": r.seq, "kind": r.kind, "kind_name": r.kind_name}
        | {"at_s": r.at_s, "received_at_s": r.received_at_s, "fields": dict(r.fields)}
        for r in detail.records
    ]
    return {
        "trip": _trip(detail.trip, now_s),
        "legs": [asdict(leg) for leg in detail.legs],
        "records": records,
    }


def _refuse_feedback(request: web.Request, problems: dict[str, str]) -> web.Response:
    field, code = next(iter(problems.items()))
    status = 409 if code in ("already_answered", "message_changed") else 400
    return _refuse(request, status, code, field, feedback_problem(code, words_of(request)))


def _refuse(
    request: web.Request,
    status: int,
    code: str,
    field: str,
    message: str | None = None,
    **more: Any,
) -> web.Response:
    words = words_of(request)
    text = booking_problem(code, words) if message is None else words.say(message)
    body = {"error": code, "message": text, "field": field} | more
    return web.json_response(body, status=status)
