"""The JSON API, with the pages' session cookie, roles and rules.

Instants are integer UTC seconds, distances integer metres. An error is
`{"error": code, "message": words, "field": name or null}` with a 4xx status. Writing needs a JSON
body or a method that no other site's page can send unasked (see security.same_origin).
"""

import json
from dataclasses import asdict
from typing import Any

from aiohttp import web

from server.app_keys import STORE
from server.fleet.feedback import Said
from server.fleet.model import Agent, BookingRequest, TripDetail
from server.store import Overlap
from server.web.auth import manager_only, signed_in
from server.web.bookings import NotBookable, book, cancel_own, free_for, recent_bookings
from server.web.feedback import SHOWN, NotSaid, answer, own_trip, say
from server.web.forms import clean, clean_lines
from server.web.i18n import words_of
from server.web.trips import PAGE_SIZE, before_of, filter_for, filter_form, open_trip
from server.web.words import booking_problem, feedback_problem


@signed_in
async def list_trips(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/trips?vehicle=&directorate=&since=&until=&before= : newest first."""
    form = await filter_form(request)
    if not form.validate():
        wrong = next(field for field in form if field.errors)
        return _refuse(request, 400, "bad_value", wrong.name, str(wrong.errors[0]))
    before = before_of(request)
    trips = await request.app[STORE].trips(filter_for(agent, form), PAGE_SIZE, before)
    next_before = trips[-1].trip_id if len(trips) == PAGE_SIZE else None
    return web.json_response({"trips": [asdict(t) for t in trips], "next_before": next_before})


@signed_in
async def show_trip(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/trips/{id} : the trip with its legs, records and feedback (or null)."""
    detail = await open_trip(request, agent)
    feedback = await request.app[STORE].feedback_of(detail.trip.trip_id)
    said = None if feedback is None else asdict(feedback)
    return web.json_response(_detail(detail) | {"feedback": said})


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
    listed = [asdict(feedback) for feedback in await request.app[STORE].feedback(SHOWN)]
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
    """GET /api/vehicles : the cars that can be booked."""
    cars = await request.app[STORE].vehicles()
    return web.json_response({"vehicles": [asdict(car) for car in cars]})


@signed_in
async def list_bookings(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/bookings : one's own, recent and to come."""
    bookings = await recent_bookings(request.app, agent)
    return web.json_response({"bookings": [asdict(booking) for booking in bookings]})


@signed_in
async def create_booking(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/bookings {vehicle_id, starts_at_s, ends_at_s, purpose} : 201 and the booking.

    `private` (false) is for private use, where the car allows it.
    """
    body = await _json_object(request)
    numbers: dict[str, int] = {}
    for field in ("vehicle_id", "starts_at_s", "ends_at_s"):
        value = body.get(field)
        # type(), because JSON's true is an int to Python; the bound is the database's.
        if type(value) is not int or not 0 <= value < 2**63:
            code = "unknown_vehicle" if field == "vehicle_id" else "not_an_instant"
            return _refuse(request, 400, code, field)
        numbers[field] = value
    purpose = body.get("purpose")
    if not isinstance(purpose, str):
        return _refuse(request, 400, "purpose_missing", "purpose")
    private = body.get("private", False)
    if not isinstance(private, bool):
        return _refuse(request, 400, "not_true_or_false", "private")
    wanted = BookingRequest(
        agent_id=agent.agent_id, purpose=clean(purpose), private=private, **numbers
    )
    try:
        booking = await book(request.app, wanted)
    except NotBookable as no:
        field, code = next(iter(no.problems.items()))
        return _refuse(request, 400, code, field)
    except Overlap:
        free = await free_for(request.app, wanted)
        alternatives = [asdict(car) for car in free]
        return _refuse(request, 409, "overlap", "vehicle_id", alternatives=alternatives)
    return web.json_response(asdict(booking), status=201)


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
    refusals = await request.app[STORE].refusals(limit=PAGE_SIZE, before_id=before_of(request))
    next_before = refusals[-1].refusal_id if len(refusals) == PAGE_SIZE else None
    listed = [asdict(refusal) for refusal in refusals]
    return web.json_response({"refusals": listed, "next_before": next_before})


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


def _detail(detail: TripDetail) -> dict[str, Any]:
    records = [
        {"epoch": r.epoch, "seq": r.seq, "kind": r.kind, "kind_name": r.kind_name}
        | {"at_s": r.at_s, "received_at_s": r.received_at_s, "fields": dict(r.fields)}
        for r in detail.records
    ]
    return {"trip": asdict(detail.trip), "legs": [asdict(leg) for leg in detail.legs]} | {
        "records": records
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
