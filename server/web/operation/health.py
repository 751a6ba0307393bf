"""`/healthz`, whether the process answers, and `/readyz`, whether it can do what the boxes need.

What is missing is named to who manages the whole fleet alone; anybody else hears yes or no. Never
here: how it is found out (server/health/).
"""

from aiohttp import web

from server.actions import Person
from server.actions.actor import reach_of
from server.app_keys import AGENT, READINESS
from server.fleet.roles import Right
from server.web.auth import anybody


@anybody
async def alive(request: web.Request) -> web.Response:
    """Tell a supervisor that the process answers: one that does not is to be started anew."""
    return web.json_response({"status": "ok"})


@anybody
async def ready(request: web.Request) -> web.Response:
    """Tell whether records can be kept and badges decided: 200, or 503."""
    faults = await request.app[READINESS].faults()
    if not faults:
        return web.json_response({"status": "ready"})
    answer: dict[str, object] = {"status": "not ready"}
    agent = request.get(AGENT)
    scope = None if agent is None else reach_of(Person(agent), Right.SEE_CARS)
    if scope is not None and scope.is_whole:
        answer["missing"] = {fault.need: fault.said for fault in faults}
    return web.json_response(answer, status=503)


ROUTES = (web.get("/healthz", alive), web.get("/readyz", ready))
