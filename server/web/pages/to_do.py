"""The page "to do": what only a person can settle, one section for each kind.

Kilometres without a trip are given to a named person on a page of their own. Never here: which
these are, and who may say whose.
"""

from aiohttp import web
from wtforms import HiddenField, StringField

from server.actions import Person
from server.actions import unassigned as acts
from server.app_keys import ACTIONS, STORE
from server.fleet.inputs import judged, one_line
from server.fleet.model import Agent
from server.fleet.refusals import Reason, Refused
from server.fleet.unassigned import Unassigned
from server.web.auth import manager_only
from server.web.forms import PageForm, form_of, number_or_none, sent_form
from server.web.i18n import N_, words_of
from server.web.paging import PAGE_SIZE, before_of
from server.web.refused import say, show_on
from server.web.render import flash, page

LIST = "/a-traiter"


class AttributeForm(PageForm):
    """Whose kilometres these are, and how many were shown."""

    agent_id = StringField(N_("Agent"), default="", filters=[one_line])
    distance_m = HiddenField()


@manager_only
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what waits in cars, cars to look at, and kilometres without a trip, newest first."""
    store = request.app[STORE]
    rows = await acts.log(Person(agent), request.app[ACTIONS], PAGE_SIZE + 1, before_of(request))
    shown = rows[:PAGE_SIZE]
    older = f"{LIST}?before={shown[-1].unassigned_id}" if len(rows) > PAGE_SIZE else None
    return await page(
        request,
        "to_do/list.html",
        pending=await store.trips.pending(PAGE_SIZE),
        left_running=await store.trips.left_running(PAGE_SIZE),
        boxes=await store.boxes.to_look_at(PAGE_SIZE),
        unassigned=shown,
        older=older,
    )


@manager_only
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whose the kilometres are."""
    try:
        found = await acts.to_attribute(Person(agent), _this(request), request.app[ACTIONS])
    except Refused as refused:
        raise await _not_now(request, refused) from None
    form = await form_of(AttributeForm, request)
    return await _form_page(request, form, found)


@manager_only
async def attribute(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Give them to whoever was named, or ask again."""
    actor, actions, one = Person(agent), request.app[ACTIONS], _this(request)
    form = await sent_form(AttributeForm, request)
    try:
        await acts.to_attribute(actor, one, actions)
        named = await request.app[STORE].agents.called(form.agent_id.data or "", 2)
        told = {
            "unassigned_id": one.unassigned_id,
            "distance_m": number_or_none(form.distance_m.data or "") or 0,
            "agent_id": named[0].agent_id if len(named) == 1 else 0,
        }
        await acts.attribute(actor, judged(acts.Attribute, told), actions)
    except Refused as refused:
        if refused.first.reason is Reason.ALREADY_ATTRIBUTED:
            raise await _not_now(request, refused) from None
        if refused.first.field != "agent_id":
            raise
        show_on(form, refused, {}, agent.agent_id)
        found = await acts.to_attribute(actor, one, actions)
        return await _form_page(request, form, found, 422)
    text = N_("These kilometres are now those of %(who)s.")
    await flash(request, "success", words_of(request).say(text, who=named[0].full_name))
    raise web.HTTPSeeOther(LIST)


async def _form_page(
    request: web.Request, form: AttributeForm, found: Unassigned, status: int = 200
) -> web.Response:
    form.distance_m.data = str(found.distance_m)
    return await page(request, "to_do/attribute.html", status=status, form=form, unassigned=found)


def _this(request: web.Request) -> acts.OneUnassigned:
    return acts.OneUnassigned(unassigned_id=int(request.match_info["id"]))


async def _not_now(request: web.Request, refused: Refused) -> Exception:
    """Return where kilometres lead that are somebody's: to the list, which says whose."""
    if refused.first.reason is not Reason.ALREADY_ATTRIBUTED:
        return refused
    await flash(request, "warning", say(refused.first, words_of(request)))
    return web.HTTPSeeOther(LIST)


ROUTES = (
    web.get(LIST, show_list),
    web.get("/a-traiter/kilometres/{id:[0-9]{1,18}}", show_form),
    web.post("/a-traiter/kilometres/{id:[0-9]{1,18}}", attribute),
)
