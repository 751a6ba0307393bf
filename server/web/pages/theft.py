"""The pages of theft orders: the list, reporting a car stolen, confirming it, taking it back.

Never here: who may (actions/theft.py), and what the car does (the box).
"""

from collections.abc import Awaitable, Callable

from aiohttp import web
from wtforms import StringField

from server.actions import Person
from server.actions import theft as acts
from server.app_keys import ACTIONS, STORE
from server.fleet.inputs import judged, one_line
from server.fleet.model.people import Agent
from server.fleet.names import plate_of
from server.fleet.refusals import Kind, Refused
from server.fleet.roles import Right
from server.web.auth import allowed
from server.web.forms import PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.paging import PAGE_SIZE, before_of
from server.web.refused import say, show_on
from server.web.render import flash, page

LIST = "/vols"


class ReportForm(PageForm):
    """Which car is stolen, and under which reference the complaint is."""

    vehicle_id = StringField(N_("Plate"), default="", filters=[one_line])
    reference = StringField(N_("Reference of the complaint"), default="", filters=[one_line])


@allowed(Right.SEE_THEFTS)
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show theft orders, the newest first."""
    actor, actions = Person(agent), request.app[ACTIONS]
    rows = await acts.log(actor, actions, PAGE_SIZE + 1, before_of(request))
    shown = rows[:PAGE_SIZE]
    older = f"{LIST}?before={shown[-1].theft_order_id}" if len(rows) > PAGE_SIZE else None
    return await page(request, "theft/list.html", thefts=shown, older=older)


@allowed(Right.ORDER_THEFTS)
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask which car is stolen."""
    form = await form_of(ReportForm, request)
    return await page(request, "theft/report.html", form=form)


@allowed(Right.ORDER_THEFTS)
async def report(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Keep it until another person confirms it, or show the form again."""
    form = await sent_form(ReportForm, request)
    plates = {car.plate: car.vehicle_id for car in await request.app[STORE].vehicles.all()}
    vehicle_id = plates.get(plate_of(form.vehicle_id.data or ""))
    told = {"vehicle_id": vehicle_id, "reference": form.reference.data}
    try:
        await acts.report(Person(agent), judged(acts.Report, told), request.app[ACTIONS])
    except Refused as refused:
        against = await acts.objections(Person(agent), told, request.app[ACTIONS])
        show_on(form, Refused(*against) if against else refused, {}, agent.agent_id)
        return await page(request, "theft/report.html", status=422, form=form)
    text = N_("Noted. Nothing happens in the car until another manager has confirmed it.")
    await flash(request, "success", words_of(request).say(text))
    raise web.HTTPSeeOther(LIST)


@allowed(Right.ORDER_THEFTS)
async def show_decision(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to confirm a theft order, or to take it back."""
    order = await acts.get(Person(agent), _this(request), request.app[ACTIONS])
    form = await form_of(PageForm, request)
    return await page(
        request,
        "theft/decide.html",
        order=order,
        form=form,
        confirms=request.path.endswith("/confirmer"),
    )


@allowed(Right.ORDER_THEFTS)
async def confirm(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Put it in force."""
    text = N_("Confirmed. The car shuts once it knows and it is safe: never while the engine runs.")
    return await _decide(request, agent, acts.confirm, text)


@allowed(Right.ORDER_THEFTS)
async def withdraw(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take it back."""
    text = N_("The theft order is withdrawn; the car is told as soon as it is in coverage.")
    return await _decide(request, agent, acts.withdraw, text)


async def _decide(
    request: web.Request,
    agent: Agent,
    act: Callable[..., Awaitable[None]],
    done: str,
) -> web.StreamResponse:
    await sent_form(PageForm, request)
    words = words_of(request)
    try:
        await act(Person(agent), _this(request), request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason.kind is Kind.NOT_FOUND:
            raise
        await flash(request, "warning", say(refused.first, words))
    else:
        await flash(request, "success", words.say(done))
    raise web.HTTPSeeOther(LIST)


def _this(request: web.Request) -> acts.OneTheftOrder:
    return acts.OneTheftOrder(theft_order_id=int(request.match_info["id"]))


ROUTES = (
    web.get(LIST, show_list),
    web.get("/vols/signaler", show_form),
    web.post("/vols/signaler", report),
    web.get("/vols/{id:[0-9]{1,18}}/confirmer", show_decision),
    web.post("/vols/{id:[0-9]{1,18}}/confirmer", confirm),
    web.get("/vols/{id:[0-9]{1,18}}/retirer", show_decision),
    web.post("/vols/{id:[0-9]{1,18}}/retirer", withdraw),
)
