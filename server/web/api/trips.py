"""Trips for programs, and what their drivers say of them."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from server.actions import Person, feedback, trips
from server.actions.privacy.places import TripPlaces
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet.lateness import late_s
from server.fleet.model.people import Agent
from server.fleet.model.trips import Trip
from server.fleet.privacy.places import ShownPlace
from server.fleet.roles import Right
from server.web.api.bodies import asked_for
from server.web.auth import allowed, signed_in
from server.web.i18n import words_of
from server.web.paging import PAGE_SIZE, RECORDS_PAGE_SIZE, before_of, record_before_of
from server.web.trip_log import filter_for, filter_form, this_trip


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
    seen = await trips.with_places(Person(agent), listed, request.app[ACTIONS])
    shown = [_trip(trip, places, late_s(trip, now_s)) for trip, places in seen]
    return web.json_response({"trips": shown, "next_before": next_before})


@signed_in
async def show_trip(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/trips/{id}?before= : the trip with its legs, newest records and feedback (or null).

    The records before these follow `next_before`.
    """
    asked, before = this_trip(request), record_before_of(request)
    view = await trips.view(Person(agent), asked, request.app[ACTIONS], RECORDS_PAGE_SIZE, before)
    said = None if view.feedback is None else asdict(view.feedback)
    return web.json_response(_detail(view) | {"feedback": said})


@signed_in
async def give_feedback(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/trips/{id}/feedback {rating or null, message, damage} : the driver's, as kept."""
    said = await asked_for(request, feedback.Say, trip_id=this_trip(request).trip_id)
    kept = await feedback.say(Person(agent), said, request.app[ACTIONS])
    return web.json_response(asdict(kept))


@allowed(Right.SEE_FEEDBACK)
async def list_feedback(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/feedback : what waits for an answer first, as the page shows it."""
    listed = await feedback.waiting_first(Person(agent), request.app[ACTIONS])
    return web.json_response({"feedback": [asdict(each) for each in listed]})


@allowed(Right.ANSWER_FEEDBACK)
async def answer_feedback(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/feedback/{trip id}/answer {said_at_s, answer} : the feedback, answered."""
    answer = await asked_for(request, feedback.Answer, trip_id=this_trip(request).trip_id)
    kept = await feedback.answer(Person(agent), answer, request.app[ACTIONS])
    return web.json_response(asdict(kept))


def _trip(trip: Trip, places: TripPlaces, late_s: int) -> dict[str, Any]:
    where = {"start_place": _place(places.start), "end_place": _place(places.end)}
    return asdict(trip) | {"late_s": late_s} | where


def _place(place: ShownPlace | None) -> dict[str, Any] | None:
    return None if place is None else {"kind": place.kind, "name": place.name}


def _detail(view: trips.TripView) -> dict[str, Any]:
    detail = view.detail
    records = [
        {"epoch": r.epoch, "seq": r.seq, "kind": r.kind, "kind_name": r.kind_name}
        | {"at_s": r.at_s, "received_at_s": r.received_at_s, "fields": dict(r.fields)}
        for r in detail.records
    ]
    return {
        "trip": _trip(detail.trip, view.places, view.late_s),
        "legs": [asdict(leg) for leg in detail.legs],
        "records": records,
        "next_before": f"{records[0]['epoch']}.{records[0]['seq']}"
        if len(records) == RECORDS_PAGE_SIZE
        else None,
    }


ROUTES = (
    web.get("/api/trips", list_trips),
    web.get("/api/trips/{id:[0-9]{1,18}}", show_trip),
    web.post("/api/trips/{id:[0-9]{1,18}}/feedback", give_feedback),
    web.get("/api/feedback", list_feedback),
    web.post("/api/feedback/{id:[0-9]{1,18}}/answer", answer_feedback),
)
