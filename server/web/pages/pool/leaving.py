"""The pages on which a car leaves the pool and comes back, and its box goes into another car.

Never here: what keeps it from leaving (actions/pool).
"""

from aiohttp import web
from wtforms import SelectField

from server.actions import Person
from server.actions.pool import cars as acts
from server.actions.pool import fitting
from server.app_keys import ACTIONS
from server.fleet.model.people import Agent
from server.fleet.refusals import Kind, Refused
from server.web.auth import manager_only
from server.web.forms import PageForm, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.pages.pool.cars import LIST, one
from server.web.pages.pool.forms import chosen_id, show_refused
from server.web.refused import say
from server.web.render import flash, page


class BoxForm(PageForm):
    """Into which car a box goes."""

    car = SelectField(N_("Into which car"), coerce=chosen_id, validate_choice=False)


@manager_only
async def show_retire(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether the car leaves, after the list of who has booked it."""
    person, actions = Person(agent), request.app[ACTIONS]
    return await page(
        request,
        "pool/retire.html",
        car=await acts.get(person, one(request), actions),
        bookings=await acts.bookings_to_come(person, one(request), actions),
        form=await form_of(PageForm, request),
    )


@manager_only
async def retire(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let the car leave, however often the button was pressed, or say what is in the way."""
    await sent_form(PageForm, request)
    words = words_of(request)
    try:
        car = await acts.retire(Person(agent), one(request), request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason.kind is not Kind.CONFLICT:
            raise
        await flash(request, "warning", say(refused.first, words))
        raise web.HTTPSeeOther(f"{LIST}/{one(request).vehicle_id}/retirer") from refused
    text = N_("%(car)s has left the pool. Its trips and its plate are kept.")
    await flash(request, "success", words.say(text, car=car.plate))
    raise web.HTTPSeeOther(f"{LIST}/{car.vehicle_id}")


@manager_only
async def reopen(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Let the car come back."""
    await sent_form(PageForm, request)
    words = words_of(request)
    car = await acts.reopen(Person(agent), one(request), request.app[ACTIONS])
    await flash(request, "success", words.say(N_("%(car)s is in the pool again."), car=car.plate))
    raise web.HTTPSeeOther(f"{LIST}/{car.vehicle_id}")


@manager_only
async def show_box(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask into which car the box goes."""
    return await _box_page(request, agent, await form_of(BoxForm, request))


@manager_only
async def move_box(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Say that the box is in another car, or what is in the way."""
    form = await sent_form(BoxForm, request)
    wanted = fitting.MoveBox(vehicle_id=one(request).vehicle_id, to_vehicle_id=form.car.data or 0)
    try:
        await fitting.move(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        fields = {"to_vehicle_id": "car"}
        status = await show_refused(request, form, refused, fields, agent.agent_id)
        return await _box_page(request, agent, form, status)
    text = N_("The box is in this car from now on. What it still tells of before is the other’s.")
    await flash(request, "success", words_of(request).say(text))
    raise web.HTTPSeeOther(f"{LIST}/{wanted.to_vehicle_id}")


async def _box_page(
    request: web.Request, agent: Agent, form: BoxForm, status: int = 200
) -> web.Response:
    actions = request.app[ACTIONS]
    car = await acts.get(Person(agent), one(request), actions)
    form.car.choices = [
        (each.vehicle_id, f"{each.label}, {each.plate} ({each.site_name})")
        for each in await actions.store.vehicles.in_pool()
        if each.box_id is None
    ]
    return await page(request, "pool/box.html", status=status, form=form, car=car)


ROUTES = (
    web.get(LIST + "/{id:[0-9]{1,18}}/retirer", show_retire),
    web.post(LIST + "/{id:[0-9]{1,18}}/retirer", retire),
    web.post(LIST + "/{id:[0-9]{1,18}}/reprendre", reopen),
    web.get(LIST + "/{id:[0-9]{1,18}}/boitier", show_box),
    web.post(LIST + "/{id:[0-9]{1,18}}/boitier", move_box),
)
