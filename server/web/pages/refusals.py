"""The page "refused badges": what a car said no to, why, and what to do now."""

from aiohttp import web

from server.app_keys import STORE
from server.fleet.model import Agent
from server.web.auth import manager_only
from server.web.paging import PAGE_SIZE, before_of
from server.web.render import page


@manager_only
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the newest refusals."""
    refusals = await request.app[STORE].refusals.log(limit=PAGE_SIZE, before_id=before_of(request))
    full = len(refusals) == PAGE_SIZE
    older = f"{request.path}?before={refusals[-1].refusal_id}" if full else None
    return await page(request, "refusals/list.html", refusals=refusals, older=older)


ROUTES = (web.get("/badges-refuses", show_list),)
