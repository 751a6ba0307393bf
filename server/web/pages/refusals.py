"""The page "refused badges": what a car said no to, why, and what to do now."""

from aiohttp import web

from server.actions import Person
from server.actions import refused_badges as acts
from server.app_keys import ACTIONS
from server.fleet.model.people import Agent
from server.fleet.roles import Right
from server.web.auth import allowed
from server.web.paging import PAGE_SIZE, before_of
from server.web.render import page


@allowed(Right.SEE_REFUSALS)
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the newest refusals."""
    refusals = await acts.log(Person(agent), request.app[ACTIONS], PAGE_SIZE, before_of(request))
    full = len(refusals) == PAGE_SIZE
    older = f"{request.path}?before={refusals[-1].refusal_id}" if full else None
    return await page(request, "refusals/list.html", refusals=refusals, older=older)


ROUTES = (web.get("/badges-refuses", show_list),)
