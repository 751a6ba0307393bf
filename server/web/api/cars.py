"""Cars, what can be taken along, and whom cars said no to, for programs."""

from dataclasses import asdict

from aiohttp import web

from server.actions import Person
from server.actions import refused_badges as acts
from server.app_keys import ACTIONS, CLOCK, STORE
from server.fleet.model.people import Agent
from server.fleet.roles import Right
from server.web.auth import allowed, signed_in
from server.web.paging import MANY, PAGE_SIZE, before_of


@signed_in
async def list_vehicles(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/vehicles?after= : the cars that one has or will have the right to book, by plate."""
    store, now_s = request.app[STORE], request.app[CLOCK].now_s()
    cars = await store.vehicles.page(MANY, before_of(request, "after"))
    next_after = cars[-1].vehicle_id if len(cars) == MANY else None
    may = await store.rights.of_agent(agent.agent_id)
    listed = [asdict(car) for car in cars if may.might_book(car, now_s)]
    return web.json_response({"vehicles": listed, "next_after": next_after})


@signed_in
async def list_equipment(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/equipment : what can be booked together with a car of its site."""
    pieces = await request.app[STORE].equipment.all()
    listed = [asdict(piece) for piece in pieces if piece.retired_at_s is None]
    return web.json_response({"equipment": listed})


@allowed(Right.SEE_REFUSALS)
async def list_refusals(request: web.Request, agent: Agent) -> web.StreamResponse:
    """GET /api/refusals?before= : newest first."""
    refusals = await acts.log(Person(agent), request.app[ACTIONS], PAGE_SIZE, before_of(request))
    next_before = refusals[-1].refusal_id if len(refusals) == PAGE_SIZE else None
    listed = [asdict(refusal) for refusal in refusals]
    return web.json_response({"refusals": listed, "next_before": next_before})


ROUTES = (
    web.get("/api/vehicles", list_vehicles),
    web.get("/api/equipment", list_equipment),
    web.get("/api/refusals", list_refusals),
)
