"""The page "courriels": the mails that were written, and what became of each.

Never here: what they say (web/letters.py): a letter holds a link, and nobody else may read it.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from server.actions import Actions, Person
from server.actions.signing_in import outbox as acts
from server.app_keys import ACTIONS, CONFIG
from server.fleet.model.people import Agent
from server.fleet.roles import Right
from server.web.auth import allowed
from server.web.forms import PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.paging import PAGE_SIZE, before_of
from server.web.render import flash, page

PAGE = "/courriels"


@allowed(Right.GIVE_CODES)
async def show(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the mails to the people of one's part of the fleet, the newest first."""
    found = await acts.log(Person(agent), PAGE_SIZE + 1, before_of(request), request.app[ACTIONS])
    mails = found[:PAGE_SIZE]
    older = f"{PAGE}?before={mails[-1].mail_id}" if len(found) > PAGE_SIZE else None
    has_mail = request.app[CONFIG].mail is not None
    form = await form_of(PageForm, request)
    return await page(
        request, "signing_in/outbox.html", mails=mails, older=older, has_mail=has_mail, form=form
    )


@allowed(Right.GIVE_CODES)
async def retry(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Try one again at once."""
    return await _do(request, agent, acts.retry, N_("This mail is tried again."))


@allowed(Right.GIVE_CODES)
async def drop(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Send one no more."""
    return await _do(request, agent, acts.drop, N_("This mail is not sent any more."))


async def _do(
    request: web.Request,
    agent: Agent,
    act: Callable[[Person, acts.OneMail, Actions], Awaitable[None]],
    done: str,
) -> web.StreamResponse:
    await sent_form(PageForm, request)
    mail = acts.OneMail(mail_id=int(request.match_info["id"]))
    await act(Person(agent), mail, request.app[ACTIONS])
    await flash(request, "success", words_of(request).say(done))
    raise web.HTTPSeeOther(PAGE)


ROUTES = (
    web.get(PAGE, show),
    web.post(f"{PAGE}/{{id:[0-9]{{1,18}}}}/reessayer", retry),
    web.post(f"{PAGE}/{{id:[0-9]{{1,18}}}}/abandonner", drop),
)
