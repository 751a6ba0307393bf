"""The page "erased at its date": the receipts of purges, the newest first.

Never here: what is due (store/purge), erasing (server/purging).
"""

from aiohttp import web

from server.actions import Person
from server.actions.privacy import purge as acts
from server.app_keys import ACTIONS
from server.fleet.model.people import Agent
from server.fleet.privacy.registry import KINDS
from server.fleet.roles import Right
from server.web.auth import allowed
from server.web.paging import PAGE_SIZE, before_of
from server.web.render import page

LIST = "/effacements"


@allowed(Right.SEE_PURGES)
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what was erased, when, and from which files."""
    actor, actions = Person(agent), request.app[ACTIONS]
    rows = await acts.receipts(actor, actions, PAGE_SIZE + 1, before_of(request))
    shown = rows[:PAGE_SIZE]
    return await page(
        request,
        "purges/list.html",
        receipts=shown,
        titles={kind.name: kind.title for kind in KINDS},
        settings={kind.name: kind.until[0].setting for kind in KINDS},
        older=f"{LIST}?before={shown[-1].purge_id}" if len(rows) > PAGE_SIZE else None,
    )


ROUTES = (web.get(LIST, show_list),)
