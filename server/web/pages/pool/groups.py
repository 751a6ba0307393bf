"""The pages "groups of cars": which cars belong together. Never here: who may book them."""

from aiohttp import web
from wtforms import BooleanField, StringField

from server.actions import Person
from server.actions.pool import groups as acts
from server.app_keys import ACTIONS, STORE
from server.fleet.inputs import judged, one_line
from server.fleet.model.people import Agent
from server.fleet.pool import MOST_LETTERS, CarGroup, stamp
from server.fleet.refusals import Kind, Refused
from server.web.auth import manager_only
from server.web.forms import PageForm, TicksField, form_of, sent_form
from server.web.i18n import N_, words_of
from server.web.pages.pool.forms import SeenForm, chosen_id, show_refused
from server.web.refused import say
from server.web.render import flash, page

LIST = "/groupes"
_FIELDS = {"vehicle_ids": "cars"}


class GroupForm(SeenForm):
    """What a group is."""

    name = StringField(N_("Name"), filters=[one_line], render_kw={"maxlength": MOST_LETTERS})
    restricted = BooleanField(N_("Not for everybody"))
    cars = TicksField(N_("Cars"), default=())

    def asked_for(self) -> dict[str, object]:
        """Return what was filled in, in the words of the request."""
        cars = tuple(chosen_id(text) for text in self.cars.data)
        return {
            "name": self.name.data or "",
            "restricted": self.restricted.data,
            "vehicle_ids": cars,
        }


@manager_only
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the groups by name."""
    store = request.app[STORE]
    plates = {car.vehicle_id: car.plate for car in await store.vehicles.all()}
    groups = await store.groups.all()
    return await page(request, "pool/groups.html", groups=groups, plates=plates)


@manager_only
async def show_add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form for a new group."""
    return await _form_page(request, await form_of(GroupForm, request), None)


@manager_only
async def add(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Make a group, or show the form with what is in the way."""
    form = await sent_form(GroupForm, request)
    try:
        wanted = judged(acts.AddGroup, form.asked_for())
        await acts.add(Person(agent), wanted, request.app[ACTIONS])
    except Refused as refused:
        status = await show_refused(request, form, refused, _FIELDS, agent.agent_id)
        return await _form_page(request, form, None, status)
    await flash(request, "success", words_of(request).say(N_("The group is there.")))
    raise web.HTTPSeeOther(LIST)


@manager_only
async def show_change(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the form filled with what a group is."""
    group = await acts.get(Person(agent), _one(request), request.app[ACTIONS])
    cars = tuple(str(vehicle_id) for vehicle_id in group.vehicle_ids)
    filled = {"name": group.name, "restricted": group.restricted, "cars": cars}
    return await _form_page(request, await form_of(GroupForm, request, **filled), group)


@manager_only
async def change(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Change a group, or show the form with what is in the way."""
    form, person, actions = await sent_form(GroupForm, request), Person(agent), request.app[ACTIONS]
    which = {"group_id": _one(request).group_id, "seen": form.seen.data or None}
    try:
        await acts.change(person, judged(acts.ChangeGroup, form.asked_for() | which), actions)
    except Refused as refused:
        status = await show_refused(request, form, refused, _FIELDS, agent.agent_id)
        group = await acts.get(person, _one(request), actions)
        return await _form_page(request, form, group, status)
    await flash(request, "success", words_of(request).say(N_("The changes are kept.")))
    raise web.HTTPSeeOther(LIST)


@manager_only
async def remove(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Give a group up, however often the button was pressed."""
    await sent_form(PageForm, request)
    words = words_of(request)
    try:
        await acts.remove(Person(agent), _one(request), request.app[ACTIONS])
        text = N_("The group is given up. Its cars stay in the pool.")
        await flash(request, "success", words.say(text))
    except Refused as refused:
        if refused.first.reason.kind is not Kind.CONFLICT:
            raise
        await flash(request, "warning", say(refused.first, words))
    raise web.HTTPSeeOther(LIST)


def _one(request: web.Request) -> acts.OneGroup:
    return acts.OneGroup(group_id=int(request.match_info["id"]))


async def _form_page(
    request: web.Request, form: GroupForm, group: CarGroup | None, status: int = 200
) -> web.Response:
    return await page(
        request,
        "pool/group_form.html",
        status=status,
        form=form,
        group=group,
        seen=stamp(group),
        cars=await request.app[STORE].vehicles.in_pool(),
    )


ROUTES = (
    web.get(LIST, show_list),
    web.get(f"{LIST}/nouveau", show_add),
    web.post(f"{LIST}/nouveau", add),
    web.get(LIST + "/{id:[0-9]{1,18}}", show_change),
    web.post(LIST + "/{id:[0-9]{1,18}}", change),
    web.post(LIST + "/{id:[0-9]{1,18}}/supprimer", remove),
)
