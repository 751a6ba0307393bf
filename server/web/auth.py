"""Who is speaking, and what each page takes: nothing, an account, or a right.

Each handler is declared (`anybody`, `signed_in`, `allowed`, `manager_only`); docs/roles.md is made
of that. A right opens a page to whoever has it somewhere; over what, the action says.

Never here: signing in (pages/sign_in.py), the session (sessions.py).
"""

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from server.actions import Person, acting, actor
from server.app_keys import AGENT, CLOCK, STORE
from server.fleet.audit import Act, Performed
from server.fleet.model.people import Agent
from server.fleet.refusals import Refused
from server.fleet.roles import Right
from server.store.current_act import performing
from server.web import sessions
from server.web.drafts import DRAFT, DRAFTS
from server.web.forms import keep_draft, page_of
from server.web.i18n import N_, words_of
from server.web.render import flash

SIGN_IN = "/connexion"
_OPENS_TO = "opens_to"

AgentHandler = Callable[[web.Request, Agent], Awaitable[web.StreamResponse]]


@web.middleware
async def load_agent(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find the person the session belongs to; who left is signed out at once.

    Whatever the request writes is theirs in the audit, also where no action says what it is.
    """
    if request.path.startswith("/static/"):
        return await handler(request)
    agent, now_s = await sessions.agent_of(request), request.app[CLOCK].now_s()
    if agent is not None:
        request[AGENT] = acting(agent, now_s)
    with performing(Performed(Act.OTHER, now_s, None if agent is None else agent.agent_id)):
        return await handler(request)


def anybody(handler: Handler) -> Handler:
    """Open a page to everyone, without an account too."""
    return _declared(handler, "anybody")


def signed_in(handler: AgentHandler) -> Handler:
    """Open a page to everyone with an account; others sign in first."""
    return _declared(_signed_in(handler), "signed in")


def opens_to(handler: object) -> Right | str | None:
    """Return what a page takes: a right, "signed in", "anybody"; None: nobody has declared it."""
    return getattr(handler, _OPENS_TO, None)


def _declared(handler: Handler, opens_to: Right | str) -> Handler:
    setattr(handler, _OPENS_TO, opens_to)
    return handler


def _signed_in(handler: AgentHandler) -> Handler:
    async def checked(request: web.Request) -> web.StreamResponse:
        agent = request.get(AGENT)
        if agent is not None:
            await _offer_draft(request, agent)
            return await handler(request, agent)
        if request.path.startswith("/api/"):
            raise web.HTTPUnauthorized
        sign_in = URL(SIGN_IN).with_query(next=page_of(request))
        if "HX-Request" in request.headers:
            # A fragment cannot show the sign-in page; htmx goes there instead.
            return web.Response(status=401, headers={"HX-Redirect": str(sign_in)})
        if request.method == "POST":
            text = N_("You were signed out meanwhile and nothing was done: sign in to start again.")
            if await keep_draft(request) is not None:
                text = N_(
                    "You were signed out meanwhile and nothing was done. What you typed is kept:"
                    " sign in, it is there to be sent again."
                )
            await flash(request, "warning", words_of(request).say(text))
        raise web.HTTPSeeOther(sign_in)

    return checked


async def _offer_draft(request: web.Request, agent: Agent) -> None:
    """Let the form of this page show what its person had typed when their session had ended."""
    if request.method != "GET" or "HX-Request" in request.headers:
        return
    now_s = request.app[CLOCK].now_s()
    draft = request.app[DRAFTS].take(agent.agent_id, request.path, now_s)
    if draft is not None:
        request[DRAFT] = draft
        text = N_("What you had typed is here again: check it, then send it.")
        await flash(request, "warning", words_of(request).say(text))


def allowed(right: Right) -> Callable[[AgentHandler], Handler]:
    """Open a page to whoever has this right, wherever that is."""

    def declare(handler: AgentHandler) -> Handler:
        async def checked(request: web.Request, agent: Agent) -> web.StreamResponse:
            try:
                actor.require(Person(agent), right)
            except Refused:
                await _note_refused(request, agent, right)
                raise
            return await handler(request, agent)

        return _declared(_signed_in(checked), right)

    return declare


def manager_only(handler: AgentHandler) -> Handler:
    """Open a page to who manages the whole fleet: for what has no right of its own yet."""

    async def checked(request: web.Request, agent: Agent) -> web.StreamResponse:
        try:
            actor.manager_only(Person(agent))
        except Refused:
            await _note_refused(request, agent, Right.MANAGE)
            raise
        return await handler(request, agent)

    return _declared(_signed_in(checked), Right.MANAGE)


async def _note_refused(request: web.Request, agent: Agent, right: Right) -> None:
    """Keep that somebody asked for a page whose right they have not."""
    now_s, of_right = request.app[CLOCK].now_s(), right.name.lower()
    refused = Performed(Act.OPEN_PAGE, now_s, agent.agent_id, kind=of_right)
    await request.app[STORE].audit.note_refused(refused)
